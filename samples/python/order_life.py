#!/usr/bin/python3
"""The whole life of an order in Python: place, replace, fill, cancel, with every step seen on the order topic.

Needs python3-zmq, and a gateway that serves orders: ./exchange up beside ./exchange sim. The protocol: docs/trader-protocol.md.
Exit code: 0 when every step was seen in order, 1 when not, 2 when the gateway refused or does not answer.
"""
import argparse
import json
import os
import re
import sys
import time
from decimal import ROUND_CEILING, Decimal

import zmq

from trader import Gateway, Refused


class Orders:
    """The update socket with the own orders and positions: what happened, in order and without a hole."""

    def __init__(self, context, endpoint, exchange):
        self.topics = [f"order.{exchange}".encode(), f"position.{exchange}".encode()]
        self.socket = context.socket(zmq.SUB)
        self.socket.setsockopt(zmq.LINGER, 0)
        for topic in self.topics:
            self.socket.setsockopt(zmq.SUBSCRIBE, topic)
        self.socket.connect(endpoint)
        self.place = (0, 0)
        self.positions = {}
        self.events = []

    def begin(self, start):
        """Takes the picture of session.start: updates with greater numbers follow on from it."""
        self.place = (int(start["orders"]["epoch"]), start["orders"]["seq"])

    def wait_for(self, client_order_id, event, seconds=10):
        """The order after the first such event. Events that come early are kept."""
        deadline = time.monotonic() + seconds
        while True:
            for update in self.events:
                if update["order"]["client_order_id"] == client_order_id and update["event"] == event:
                    if event != "filled" or update["order"]["status"] == "filled":
                        return update["order"]
            if not self.socket.poll(max(0, int((deadline - time.monotonic()) * 1000))):
                raise Failed(f"{client_order_id}: waited {seconds} s for '{event}'; seen: {[u['event'] for u in self.events]}")
            self.receive()

    def wait_for_flat(self, symbol, seconds=10):
        deadline = time.monotonic() + seconds
        while Decimal(self.positions.get(symbol, "0")) != 0:
            if not self.socket.poll(max(0, int((deadline - time.monotonic()) * 1000))):
                raise Failed(f"{symbol}: the position is {self.positions[symbol]} and not flat")
            self.receive()

    def receive(self):
        topic, body = self.socket.recv_multipart()
        update = json.loads(body)
        if topic not in self.topics or update.get("heartbeat"):
            return
        if topic == self.topics[1]:
            for position in update.get("positions", [update]):
                self.positions[position["symbol"]] = position["quantity"]
            return
        place = (int(update["epoch"]), update["seq"])
        if place <= self.place:
            return  # the picture has it already
        if place != (self.place[0], self.place[1] + 1):
            raise Failed(f"a hole: {place} after {self.place}; a real trader asks events.replay for it")
        self.place = place
        self.events.append(update)


class Failed(Exception):
    """A step was not seen."""


def small_quantity(instrument, price):
    """The least that the venue takes, with some room for the price to fall."""
    step = Decimal(instrument["lot_step"])
    least = max(Decimal(instrument["min_quantity"]), Decimal(instrument.get("min_notional", "0")) * Decimal("1.2") / price)
    return (least / step).to_integral_value(ROUND_CEILING) * step


def order_ids(pattern):
    """Three ids of our own, in the exchange's form: some take numbers only."""
    stem = f"py-{os.getpid()}-{int(time.time())}-"
    if not re.match(pattern, stem + "1"):
        stem = str(time.time_ns() // 1000)
    return [f"{stem}{n}" for n in (1, 2, 3)]


def run(args):
    context = zmq.Context()
    gateway = Gateway(context, args.commands)
    gateway.call("session.hello", client="order_life.py")

    # First the ear, then the word: nothing that follows the picture is missed.
    orders = Orders(context, args.updates, args.exchange)
    deadline = time.monotonic() + 30
    while True:
        start = gateway.call("session.start", trader="python", when_gone="cancel", exchange=args.exchange, instruments=True)["exchanges"][0]
        if start["ready"]:
            break
        if time.monotonic() > deadline:
            raise Failed(f"not ready: {start['problems']}")
        time.sleep(0.25)
    orders.begin(start)
    where = {"exchange": args.exchange, "symbol": args.symbol}
    instrument = next(i for i in start["instruments"] if i["symbol"] == args.symbol)
    tick = Decimal(instrument["tick_size"])
    gateway.call_when_ready("market.subscribe_order_book", **where, top_n=5, frequency_ms=100)
    while True:
        book = gateway.call("market.get_order_book", **where)
        if book["state"] == "synced" and book["bids"]:
            break
        time.sleep(0.1)
    bid = Decimal(book["bids"][0][0])
    quantity = small_quantity(instrument, bid)
    print(f"{args.symbol}: best bid {bid}, trading {quantity}")

    first, second, third = order_ids(start["capabilities"]["client_order_id_pattern"])
    gateway.call("oms.place_limit_order", **where, side="buy", price=str(bid - 20 * tick), quantity=str(quantity),
                 client_order_id=first, post_only=True)
    placed = orders.wait_for(first, "accepted")  # the answer may be a receipt, without the venue's id
    print(f"placed    {first} as {placed['venue_order_id']}")

    again = gateway.call("oms.place_limit_order", **where, side="buy", price=str(bid - 20 * tick), quantity=str(quantity),
                         client_order_id=first, post_only=True)
    if again["order"]["venue_order_id"] != placed["venue_order_id"]:
        raise Failed("the same command under the same id placed a second order")
    print("repeated  the same answer, no second order")

    gateway.call("oms.replace_order", **where, client_order_id=first, price=str(bid - 21 * tick))
    moved = orders.wait_for(first, "replaced")
    print(f"replaced  {first} at {moved['price']}")

    gateway.call("oms.place_market_order", **where, side="buy", quantity=str(quantity), client_order_id=second)
    bought = orders.wait_for(second, "filled")
    print(f"filled    {second} at {bought['average_price']}")
    gateway.call("oms.place_market_order", **where, side="sell", quantity=str(quantity), client_order_id=third, reduce_only=True)
    orders.wait_for(third, "filled")
    orders.wait_for_flat(args.symbol)
    print(f"flat      {args.symbol}")

    gateway.call("oms.cancel_order", **where, client_order_id=first)
    orders.wait_for(first, "cancelled")
    print(f"cancelled {first}")

    try:
        gateway.call("oms.place_limit_order", **where, side="buy", price=str(bid + tick / 3), quantity=str(quantity))
        raise Failed("an order off the grid was taken")
    except Refused as refusal:
        if refusal.code != "price_off_tick":
            raise
        print(f"refused   {refusal}")

    gateway.call("session.goodbye")
    print(json.dumps({"exchange": args.exchange, "symbol": args.symbol, "events": [u["event"] for u in orders.events], "ok": True}))
    return 0


def main():
    parser = argparse.ArgumentParser(description="Runs the whole life of an order.")
    parser.add_argument("--exchange", default="binance")
    parser.add_argument("--symbol", default="BTCUSDT")
    parser.add_argument("--commands", default="tcp://127.0.0.1:5555")
    parser.add_argument("--updates", default="tcp://127.0.0.1:5556")
    try:
        return run(parser.parse_args())
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
