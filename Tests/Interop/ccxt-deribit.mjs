// ccxt's deribit on the simulator, with ccxt.pro watching: the second opinion on it.
//   node ccxt-deribit.mjs --url http://127.0.0.1:9402 --control http://127.0.0.1:9400
// Logs in, places, edits, cancels, is filled; fetches orders, fills, positions, balances; watches book, trades, ticker, orders and
// fills. Prints what it saw as one JSON line, and ends with 1 on the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import ccxt from 'ccxt';
import { controller, watching } from './watching.mjs';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:9402' },
    control: { type: 'string', default: 'http://127.0.0.1:9400' },
  },
});
const rest = values.url.replace(/\/$/, '');
const symbol = 'BTC/USD:BTC';
const linear = 'SOL/USDC:USDC';

function client(apiKey, secret) {
  const exchange = new ccxt.pro.deribit({ apiKey, secret, enableRateLimit: true });
  exchange.urls.api.rest = rest;
  exchange.urls.api.ws = `${rest.replace(/^http/, 'ws')}/ws/api/v2`;
  return exchange;
}

const control = controller(values.control, 'deribit');
const seen = { books: 0, trades: 0, tickers: 0, orders: new Map(), fills: new Map() };
const { watch, until, stop: stopWatching } = watching();

const exchange = client('demo-id', 'demo-secret');
try {
  await exchange.loadHttpProxyAgent();
  await exchange.loadMarkets();
  assert.equal(exchange.market(symbol).inverse, true);
  assert.equal(exchange.market(linear).linear, true);
  assert.ok(Object.values(exchange.markets).some((market) => market.option));

  // A wrong secret is told apart from everything else.
  const stranger = client('demo-id', 'wrong');
  await assert.rejects(() => stranger.fetchBalance({ code: 'BTC' }), (error) => error instanceof ccxt.AuthenticationError);
  await stranger.close();

  const start = await exchange.fetchBalance();
  assert.equal(start.BTC.total, 10);

  watch('book', async () => {
    const book = await exchange.watchOrderBook(symbol);
    assert.ok(book.bids[0][0] < book.asks[0][0], 'the book is crossed');
    seen.books++;
  });
  watch('trades', async () => { seen.trades += (await exchange.watchTrades(symbol)).length; });
  watch('ticker', async () => {
    assert.ok((await exchange.watchTicker(symbol)).bid > 0);
    seen.tickers++;
  });
  watch('orders', async () => {
    for (const order of await exchange.watchOrders(symbol)) seen.orders.set(order.id, order);
  });
  watch('fills', async () => {
    for (const fill of await exchange.watchMyTrades(symbol)) seen.fills.set(fill.id, fill);
  });
  await until(() => seen.books > 2 && seen.trades > 0 && seen.tickers > 0, 'book, trades and ticker');

  const bid = (await exchange.fetchOrderBook(symbol, 5)).bids[0][0];
  const low = Number(exchange.priceToPrecision(symbol, bid * 0.98));

  // The stream has to be there before the first order, or its birth is missed: orders are placed until one is seen.
  let probes = 0;
  const probing = setInterval(() => {
    exchange.createOrder(symbol, 'limit', 'buy', 10, low, { label: `probe-${++probes}` })
      .then((order) => exchange.cancelOrder(order.id, symbol)).catch(() => {});
  }, 500);
  await until(() => seen.orders.size > 0, 'order on the stream');
  clearInterval(probing);

  const placed = await exchange.createOrder(symbol, 'limit', 'buy', 100, low, { label: 'ccxt-1', postOnly: true });
  assert.deepEqual([placed.status, placed.amount, placed.price], ['open', 100, low]);
  await until(() => seen.orders.get(placed.id)?.status === 'open', 'ccxt-1 on the stream');
  const edited = await exchange.editOrder(placed.id, symbol, 'limit', 'buy', 120, low - 10);
  assert.deepEqual([edited.id, edited.amount, edited.price], [placed.id, 120, low - 10]);
  await until(() => seen.orders.get(placed.id)?.amount === 120, 'the edit on the stream');
  assert.ok((await exchange.fetchOpenOrders(symbol)).some((order) => order.id === placed.id));

  await control('fill', { client_order_id: 'ccxt-1', amount: '50' });
  await until(() => seen.orders.get(placed.id)?.filled === 50, 'the partial fill on the stream');
  await until(() => [...seen.fills.values()].some((fill) => fill.order === placed.id && fill.amount === 50), 'the fill on the stream');
  const partial = await exchange.fetchOrder(placed.id, symbol);
  assert.deepEqual([partial.status, partial.filled, partial.remaining, partial.average], ['open', 50, 70, low - 10]);
  const cancelled = await exchange.cancelOrder(placed.id, symbol);
  assert.equal(cancelled.status, 'canceled');
  await until(() => seen.orders.get(placed.id)?.status === 'canceled', 'the cancel on the stream');
  await assert.rejects(() => exchange.cancelOrder(placed.id, symbol), ccxt.ExchangeError);

  const market = await exchange.createOrder(linear, 'market', 'sell', 2);
  assert.equal(market.status, 'closed');
  const positions = await exchange.fetchPositions();
  const held = new Map(positions.map((position) => [position.symbol, position]));
  assert.deepEqual([held.get(symbol).side, held.get(linear).side], ['long', 'short']);
  const trades = await exchange.fetchMyTrades(symbol);
  assert.equal(trades.reduce((sum, trade) => sum + (trade.side === 'buy' ? trade.amount : -trade.amount), 0), 50);
  const ofOrder = await exchange.fetchOrderTrades(placed.id, symbol);
  assert.equal(ofOrder.length, 1);

  const stop = await exchange.createOrder(symbol, 'stop_market', 'sell', 50, undefined, { trigger: 'mark_price', trigger_price: Math.round(bid * 0.95), reduceOnly: true });
  assert.ok((await exchange.fetchOpenOrders(symbol)).some((order) => order.id === stop.id));
  await exchange.cancelAllOrders(symbol);
  assert.equal((await exchange.fetchOpenOrders(symbol)).length, 0);
  await exchange.createOrder(symbol, 'market', 'sell', 50, undefined, { reduceOnly: true });
  await exchange.createOrder(linear, 'market', 'buy', 2, undefined, { reduceOnly: true });
  assert.equal((await exchange.fetchPositions()).filter((position) => position.contracts > 0 && position.notional).length, 0);
  const closed = await exchange.fetchClosedOrders(symbol);
  assert.ok(closed.length > 0);
  const end = await exchange.fetchBalance();
  const balances = await (await fetch(`${values.control.replace(/\/$/, '')}/deribit/balances`)).json();
  assert.ok(Math.abs(end.BTC.total - balances.BTC) < 1e-7, `${end.BTC.total} is not ${balances.BTC}`);

  stopWatching();
  await exchange.close();
  console.log(JSON.stringify({
    books: seen.books, trades: seen.trades, tickers: seen.tickers, orders: seen.orders.size, fills: seen.fills.size, closed: closed.length, errors: [],
  }));
  process.exit(0);
} catch (error) {
  stopWatching();
  console.error(error.stack ?? error);
  process.exit(1);
}
