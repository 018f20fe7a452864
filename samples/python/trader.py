#!/usr/bin/python3
"""A sample trader in Python: prints a live book and trades, and finds gaps.

Needs python3-zmq (Debian: apt install python3-zmq) and nothing else. The protocol: docs/trader-protocol.md.
Exit code: 0 when books and trades came in order, 1 when not, 2 when the gateway refused or does not answer.
"""
import argparse
import json
import sys
import time
from datetime import datetime, timezone

try:
    import zmq
except ImportError:
    sys.exit("trader.py needs pyzmq: apt install python3-zmq (and run it with /usr/bin/python3)")

PROTOCOL = 1
HEARTBEAT_SECONDS = 5
READY_SECONDS = 30


class Gateway:
    """The command socket: one request, one reply."""

    def __init__(self, context, endpoint):
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(endpoint)
        self.endpoint = endpoint
        self.last_id = 0

    def send(self, method, **params):
        self.last_id += 1
        request = {"v": PROTOCOL, "id": str(self.last_id), "method": method, "params": params}
        self.socket.send(json.dumps(request).encode())
        return str(self.last_id)

    def call(self, method, timeout=10, **params):
        request_id = self.send(method, **params)
        deadline = time.monotonic() + timeout
        while self.socket.poll(max(0, int((deadline - time.monotonic()) * 1000))):
            reply = json.loads(self.socket.recv())
            if reply.get("id") != request_id:
                continue  # the answer to something that we no longer wait for
            if "error" in reply:
                error = reply["error"]
                raise Refused(f"{method}: {error['code']}: {error['message']}", error["code"])
            return reply["result"]
        raise Refused(f"{method}: no answer of the gateway at {self.endpoint} within {timeout} s")


    def call_when_ready(self, method, **params):
        """A connection that has just started takes a moment; so does one that moves to its standby."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                return self.call(method, **params)
            except Refused as refusal:
                if refusal.code not in ("not_ready", "connection_unavailable") or time.monotonic() > deadline:
                    raise
                time.sleep(0.25)


class Refused(Exception):
    """The gateway refused, or does not answer."""

    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code


class Sequence:
    """Follows the epoch and the numbers of one topic."""

    def __init__(self):
        self.epoch = 0
        self.seq = 0
        self.missing = 0
        self.conflated = 0
        self.out_of_order = 0

    def judge(self, update):
        """What an update is: 'apply', 'skip', or the number after which some are missing."""
        epoch, seq = int(update["epoch"]), update["seq"]
        if epoch < self.epoch:
            return "skip"
        is_new = epoch > self.epoch
        is_first = self.epoch == 0
        last = 0 if is_new else self.seq
        if update.get("snapshot"):
            # The state as it stands: it sets the place, and may repeat it.
            if not is_new and seq < last:
                return "skip"
            self.epoch, self.seq = epoch, seq
            return "apply"
        if seq <= last and not is_first:
            self.out_of_order += 1
            return "skip"
        missed = update.get("missed", 0)
        self.conflated += missed
        hole = 0 if is_first else seq - last - 1 - missed
        self.epoch, self.seq = epoch, seq
        return last if hole > 0 else "apply"


def show(book, trades):
    bid = book["bids"][0] if book["bids"] else ["-", "-"]
    ask = book["asks"][0] if book["asks"] else ["-", "-"]
    sent = datetime.fromisoformat(book["gateway_time"].replace("Z", "+00:00"))
    latency = (datetime.now(timezone.utc) - sent).total_seconds() * 1000
    print(f"{book['state']:9} {bid[1]:>12} @ {bid[0]:<12} | {ask[0]:>12} @ {ask[1]:<12} "
          f"seq {book['seq']} trades {trades} latency {latency:.2f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Prints a live book and trades.")
    parser.add_argument("--exchange", default="binance")
    parser.add_argument("--symbol", default="BTCUSDT")
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0, help="how long to run; 0 until Ctrl+C")
    parser.add_argument("--updates-wanted", type=int, default=0, help="end early after so many books and so many trades")
    parser.add_argument("--json", action="store_true", help="print the summary alone, as one JSON line")
    parser.add_argument("--commands", default="tcp://127.0.0.1:5555")
    parser.add_argument("--updates", default="tcp://127.0.0.1:5556")
    args = parser.parse_args()

    context = zmq.Context()
    gateway = Gateway(context, args.commands)
    gateway.call("session.hello", client="trader.py")

    # First the ear, then the word: the first update must not be missed.
    book_topic = f"book.{args.exchange}.{args.symbol}".encode()
    trade_topic = f"trade.{args.exchange}.{args.symbol}".encode()
    updates = context.socket(zmq.SUB)
    updates.setsockopt(zmq.LINGER, 0)
    updates.setsockopt(zmq.RCVHWM, 100000)
    for topic in (book_topic, trade_topic, b"notice.gateway"):
        updates.setsockopt(zmq.SUBSCRIBE, topic)
    updates.connect(args.updates)
    gateway.call_when_ready("market.subscribe_order_book", exchange=args.exchange, symbol=args.symbol, top_n=args.top, frequency_ms=0)
    gateway.call_when_ready("market.subscribe_trades", exchange=args.exchange, symbol=args.symbol)

    sequences = {book_topic: Sequence(), trade_topic: Sequence()}
    counts = {"books": 0, "synced": 0, "trades": 0, "replayed": 0, "notices": 0}
    last_book, last_trade = None, None
    started = time.monotonic()
    next_beat, next_line = started + HEARTBEAT_SECONDS, started
    poller = zmq.Poller()
    poller.register(updates, zmq.POLLIN)
    poller.register(gateway.socket, zmq.POLLIN)
    try:
        while not args.seconds or time.monotonic() - started < args.seconds:
            if args.updates_wanted and min(counts["synced"], counts["trades"]) >= args.updates_wanted:
                break
            ready = dict(poller.poll(100))
            now = time.monotonic()
            if now >= next_beat:
                next_beat = now + HEARTBEAT_SECONDS
                gateway.send("session.heartbeat")
            if gateway.socket in ready:
                gateway.socket.recv()  # the heartbeat's answer
            if updates not in ready:
                continue
            topic, body = updates.recv_multipart()
            update = json.loads(body)
            if topic == b"notice.gateway":
                counts["notices"] += 1
                continue
            # ZeroMQ matches prefixes: book.x.BTC also brings book.x.BTC-PERP.
            sequence = sequences.get(topic)
            if sequence is None or update.get("heartbeat"):
                continue
            verdict = sequence.judge(update)
            if verdict == "skip":
                continue
            if topic == book_topic:
                # A hole in books heals by itself: each is the whole top.
                counts["books"] += 1
                counts["synced"] += update["state"] == "synced"
                last_book = update
                if verdict != "apply":
                    sequence.missing += update["seq"] - verdict - 1
            else:
                if verdict != "apply":
                    missing = update["seq"] - verdict - 1
                    replay = gateway.call("events.replay", topic=topic.decode(), epoch=update["epoch"], after_seq=verdict, limit=min(4096, missing))
                    counts["replayed"] += len(replay["updates"])
                    counts["trades"] += len(replay["updates"])
                    sequence.missing += missing - len(replay["updates"])
                counts["trades"] += 1
                last_trade = update
            if not args.json and last_book and now >= next_line:
                next_line = now + 0.5
                show(last_book, counts["trades"])
    except KeyboardInterrupt:
        pass
    gateway.send("session.goodbye")
    gateway.socket.setsockopt(zmq.LINGER, 500)
    gateway.socket.close()
    updates.close()

    out_of_order = sum(s.out_of_order for s in sequences.values())
    summary = {
        "exchange": args.exchange, "symbol": args.symbol, "books": counts["books"], "synced_books": counts["synced"],
        "trades": counts["trades"], "replayed": counts["replayed"], "missing": sum(s.missing for s in sequences.values()),
        "conflated": sum(s.conflated for s in sequences.values()), "out_of_order": out_of_order, "notices": counts["notices"],
        "last_book_seq": last_book["seq"] if last_book else None, "last_trade_id": last_trade["trade_id"] if last_trade else None,
        "ok": counts["synced"] > 0 and counts["trades"] > 0 and out_of_order == 0,
    }
    print(json.dumps(summary))
    return 0 if summary["ok"] else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)
