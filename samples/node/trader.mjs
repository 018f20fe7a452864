// A sample trader in Node: prints a live book and trades, and finds gaps.
// Needs `npm install` beside it (zeromq). The protocol: docs/trader-protocol.md.
// Exit code: 0 when books and trades came in order, 1 when not, 2 when the gateway refused or does not answer.
import { parseArgs } from "node:util";
import { Gateway, zmq } from "./gateway.mjs";

const { values: args } = parseArgs({
  options: {
    exchange: { type: "string", default: "binance" },
    symbol: { type: "string", default: "BTCUSDT" },
    top: { type: "string", default: "5" },
    seconds: { type: "string", default: "0" },
    "updates-wanted": { type: "string", default: "0" },
    json: { type: "boolean", default: false },
    commands: { type: "string", default: "tcp://127.0.0.1:5555" },
    updates: { type: "string", default: "tcp://127.0.0.1:5556" },
  },
});

/** Follows the epoch and the numbers of one topic. Epochs are compared as BigInt: they are 64-bit ids. */
class Sequence {
  epoch = 0n;
  seq = 0;
  missing = 0;
  conflated = 0;
  outOfOrder = 0;

  /** @returns what an update is: "apply", "skip", or the number after which some are missing */
  judge(update) {
    const epoch = BigInt(update.epoch);
    if (epoch < this.epoch) return "skip";
    const isNew = epoch > this.epoch;
    const isFirst = this.epoch === 0n;
    const last = isNew ? 0 : this.seq;
    if (update.snapshot) {
      // The state as it stands: it sets the place, and may repeat it.
      if (!isNew && update.seq < last) return "skip";
      this.epoch = epoch;
      this.seq = update.seq;
      return "apply";
    }
    if (update.seq <= last && !isFirst) {
      this.outOfOrder++;
      return "skip";
    }
    const missed = update.missed ?? 0;
    this.conflated += missed;
    const hole = isFirst ? 0 : update.seq - last - 1 - missed;
    this.epoch = epoch;
    this.seq = update.seq;
    return hole > 0 ? last : "apply";
  }
}

function show(book, trades) {
  const [bid, ask] = [book.bids[0] ?? ["-", "-"], book.asks[0] ?? ["-", "-"]];
  const latency = Date.now() - Date.parse(book.gateway_time);
  console.log(`${book.state.padEnd(9)} ${bid[1]} @ ${bid[0]} | ${ask[0]} @ ${ask[1]} seq ${book.seq} trades ${trades} latency ${latency} ms`);
}

async function main() {
  const { exchange, symbol } = args;
  const gateway = new Gateway(args.commands);
  await gateway.call("session.hello", { client: "trader.mjs" });

  // First the ear, then the word: the first update must not be missed.
  const bookTopic = `book.${exchange}.${symbol}`;
  const tradeTopic = `trade.${exchange}.${symbol}`;
  const updates = new zmq.Subscriber({ linger: 0, receiveHighWaterMark: 100000 });
  updates.connect(args.updates);
  updates.subscribe(bookTopic, tradeTopic, "notice.gateway");
  await gateway.callWhenReady("market.subscribe_order_book", { exchange, symbol, top_n: Number(args.top), frequency_ms: 0 });
  await gateway.callWhenReady("market.subscribe_trades", { exchange, symbol });

  const sequences = new Map([[bookTopic, new Sequence()], [tradeTopic, new Sequence()]]);
  const counts = { books: 0, synced: 0, trades: 0, replayed: 0, notices: 0 };
  let lastBook, lastTrade, lastLine = 0;
  const wanted = Number(args["updates-wanted"]);
  const beat = setInterval(() => gateway.call("session.heartbeat").catch((e) => console.error(e.message)), 5000);
  const end = () => updates.close();
  const timer = Number(args.seconds) > 0 ? setTimeout(end, Number(args.seconds) * 1000) : undefined;
  process.once("SIGINT", end);

  for await (const [topicFrame, body] of updates) {
    const topic = topicFrame.toString();
    const update = JSON.parse(body.toString());
    if (topic === "notice.gateway") {
      counts.notices++;
      continue;
    }
    // ZeroMQ matches prefixes: book.x.BTC also brings book.x.BTC-PERP.
    const sequence = sequences.get(topic);
    if (!sequence || update.heartbeat) continue;
    const verdict = sequence.judge(update);
    if (verdict === "skip") continue;
    const missing = verdict === "apply" ? 0 : update.seq - verdict - 1;
    if (topic === bookTopic) {
      // A hole in books heals by itself: each is the whole top.
      counts.books++;
      if (update.state === "synced") counts.synced++;
      lastBook = update;
      sequence.missing += missing;
    } else {
      if (missing > 0) {
        const replay = await gateway.call("events.replay", { topic, epoch: update.epoch, after_seq: verdict, limit: Math.min(4096, missing) });
        counts.replayed += replay.updates.length;
        counts.trades += replay.updates.length;
        sequence.missing += missing - replay.updates.length;
      }
      counts.trades++;
      lastTrade = update;
    }
    if (!args.json && lastBook && Date.now() - lastLine > 500) {
      lastLine = Date.now();
      show(lastBook, counts.trades);
    }
    if (wanted > 0 && Math.min(counts.synced, counts.trades) >= wanted) break;
  }

  clearTimeout(timer);
  clearInterval(beat);
  await gateway.call("session.goodbye").catch(() => {});
  gateway.close();
  if (!updates.closed) updates.close();

  const total = (what) => [...sequences.values()].reduce((sum, s) => sum + s[what], 0);
  const ok = counts.synced > 0 && counts.trades > 0 && total("outOfOrder") === 0;
  console.log(JSON.stringify({
    exchange, symbol, books: counts.books, synced_books: counts.synced, trades: counts.trades, replayed: counts.replayed,
    missing: total("missing"), conflated: total("conflated"), out_of_order: total("outOfOrder"), notices: counts.notices,
    last_book_seq: lastBook?.seq ?? null, last_trade_id: lastTrade?.trade_id ?? null, ok,
  }));
  return ok ? 0 : 1;
}

process.exitCode = await main().catch((e) => {
  console.error(e.message);
  return 2;
});
if (process.exitCode === 2) process.exit();
