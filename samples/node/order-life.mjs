// The whole life of an order in Node: place, replace, fill, cancel, with every step seen on the order topic.
// Needs `npm install` beside it (zeromq), and a gateway that serves orders. The protocol: docs/trader-protocol.md.
// Exit code: 0 when every step was seen in order, 1 when not, 2 when the gateway refused or does not answer.
import { parseArgs } from "node:util";
import { Gateway, zmq } from "./gateway.mjs";

const { values: args } = parseArgs({
  options: {
    exchange: { type: "string", default: "binance" },
    symbol: { type: "string", default: "BTCUSDT" },
    commands: { type: "string", default: "tcp://127.0.0.1:5555" },
    updates: { type: "string", default: "tcp://127.0.0.1:5556" },
  },
});

class Failed extends Error {}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The own orders: what happened, in order and without a hole. Epochs are 64-bit ids, so BigInt. */
class Orders {
  events = [];
  #socket = new zmq.Subscriber({ linger: 0 });
  #epoch = 0n;
  #seq = 0;
  #waiting = [];
  #broken;

  constructor(endpoint, exchange) {
    this.topic = `order.${exchange}`;
    this.#socket.subscribe(this.topic);
    this.#socket.connect(endpoint);
    this.#held = [];
    this.#receive();
  }

  #held;

  /** Takes the picture of session.start: updates with greater numbers follow on from it. */
  begin(picture) {
    [this.#epoch, this.#seq] = [BigInt(picture.epoch), picture.seq];
    const held = this.#held;
    this.#held = undefined;
    held.forEach((update) => this.#take(update));
  }

  /** The order after the first such event; events that came early are kept. */
  async waitFor(clientOrderId, event, ms = 10000) {
    const matches = (u) => u.order.client_order_id === clientOrderId && u.event === event && (event !== "filled" || u.order.status === "filled");
    const deadline = Date.now() + ms;
    for (;;) {
      if (this.#broken) throw this.#broken;
      const found = this.events.find(matches);
      if (found) return found.order;
      const left = deadline - Date.now();
      if (left <= 0) throw new Failed(`${clientOrderId}: waited ${ms} ms for '${event}'; seen: ${this.events.map((u) => u.event)}`);
      await Promise.race([new Promise((resolve) => this.#waiting.push(resolve)), pause(left)]);
    }
  }

  close() {
    this.#socket.close();
  }

  #take(update) {
    const epoch = BigInt(update.epoch);
    if (epoch < this.#epoch || (epoch === this.#epoch && update.seq <= this.#seq)) return; // the picture has it already
    if (epoch !== this.#epoch || update.seq !== this.#seq + 1)
      this.#broken = new Failed(`a hole: ${update.seq} after ${this.#seq}; a real trader asks events.replay for it`);
    [this.#epoch, this.#seq] = [epoch, update.seq];
    this.events.push(update);
  }

  async #receive() {
    for await (const [topic, body] of this.#socket) {
      const update = JSON.parse(body.toString());
      if (topic.toString() !== this.topic || update.heartbeat) continue;
      if (this.#held) this.#held.push(update);
      else this.#take(update);
      this.#waiting.splice(0).forEach((resolve) => resolve());
    }
  }
}

/** Decimals as integers of their smallest step: JavaScript's numbers are doubles. */
const decimals = (text) => (text.split(".")[1] ?? "").length;
const toSteps = (text, places) => BigInt(text.split(".")[0] + (text.split(".")[1] ?? "").padEnd(places, "0").slice(0, places));
const toText = (steps, places) => {
  const digits = String(steps).padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
};

/** Three ids of our own, in the exchange's form: some take numbers only. */
function orderIds(pattern) {
  const stem = `js-${process.pid}-${Date.now()}-`;
  const begin = new RegExp(pattern).test(`${stem}1`) ? stem : `${Date.now()}000`;
  return [1, 2, 3].map((n) => `${begin}${n}`);
}

async function main() {
  const { exchange, symbol } = args;
  const where = { exchange, symbol };
  const gateway = new Gateway(args.commands);
  await gateway.call("session.hello", { client: "order-life.mjs" });

  // First the ear, then the word: nothing that follows the picture is missed.
  const orders = new Orders(args.updates, exchange);
  await pause(200);
  let start;
  for (let attempt = 0; ; attempt++) {
    start = (await gateway.call("session.start", { trader: "node", when_gone: "cancel", exchange, instruments: true })).exchanges[0];
    if (start.ready) break;
    if (attempt === 120) throw new Failed(`not ready: ${JSON.stringify(start.problems)}`);
    await pause(250);
  }
  orders.begin(start.orders);
  const instrument = start.instruments.find((i) => i.symbol === symbol);
  const places = Math.max(decimals(instrument.tick_size), 1);
  const tick = toSteps(instrument.tick_size, places);
  await gateway.callWhenReady("market.subscribe_order_book", { ...where, top_n: 5, frequency_ms: 100 });
  let book;
  do {
    await pause(100);
    book = await gateway.call("market.get_order_book", where);
  } while (book.state !== "synced" || book.bids.length === 0);
  const bid = toSteps(book.bids[0][0], places);
  const lots = decimals(instrument.lot_step);
  const step = Number(instrument.lot_step);
  const least = Math.max(Number(instrument.min_quantity), (1.2 * Number(instrument.min_notional ?? 0)) / Number(book.bids[0][0]));
  const quantity = (Math.ceil(least / step) * step).toFixed(lots);
  console.log(`${symbol}: best bid ${book.bids[0][0]}, trading ${quantity}`);

  const [first, second, third] = orderIds(start.capabilities.client_order_id_pattern);
  const below = (ticks) => toText(bid - ticks * tick, places);
  const limit = { ...where, side: "buy", price: below(20n), quantity, client_order_id: first, post_only: true };
  await gateway.call("oms.place_limit_order", limit);
  const placed = await orders.waitFor(first, "accepted"); // the answer may be a receipt, without the venue's id
  console.log(`placed    ${first} as ${placed.venue_order_id}`);
  const again = await gateway.call("oms.place_limit_order", limit);
  if (again.order.venue_order_id !== placed.venue_order_id) throw new Failed("the same command under the same id placed a second order");

  await gateway.call("oms.replace_order", { ...where, client_order_id: first, price: below(21n) });
  console.log(`replaced  ${first} at ${(await orders.waitFor(first, "replaced")).price}`);
  await gateway.call("oms.place_market_order", { ...where, side: "buy", quantity, client_order_id: second });
  console.log(`filled    ${second} at ${(await orders.waitFor(second, "filled")).average_price}`);
  await gateway.call("oms.place_market_order", { ...where, side: "sell", quantity, client_order_id: third, reduce_only: true });
  await orders.waitFor(third, "filled");
  await gateway.call("oms.cancel_order", { ...where, client_order_id: first });
  await orders.waitFor(first, "cancelled");
  console.log(`cancelled ${first}`);

  await gateway.call("session.goodbye");
  gateway.close();
  orders.close();
  console.log(JSON.stringify({ exchange, symbol, events: orders.events.map((u) => u.event), ok: true }));
  return 0;
}

process.exitCode = await main().catch((e) => {
  console.error(e.message);
  return e instanceof Failed ? 1 : 2;
});
if (process.exitCode !== 0) process.exit();
