// ccxt's grvt against the simulator, with ccxt.pro watching: the second opinion on it.
//   node ccxt-grvt.mjs --edge http://127.0.0.1:9403 --trading http://127.0.0.1:9404 --market http://127.0.0.1:9405 --control http://127.0.0.1:9400
// Logs in with the wallet's signature, places (with and without a builder's fee), is filled, cancels; fetches orders, fills,
// positions, balances; watches book, trades, ticker, orders, fills and positions. Prints what it saw as one JSON line, and ends with
// 1 on the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import ccxt from 'ccxt';
import { controller, watching } from './watching.mjs';

const { values } = parseArgs({
  options: {
    edge: { type: 'string', default: 'http://127.0.0.1:9403' },
    trading: { type: 'string', default: 'http://127.0.0.1:9404' },
    market: { type: 'string', default: 'http://127.0.0.1:9405' },
    control: { type: 'string', default: 'http://127.0.0.1:9400' },
  },
});
const base = (url) => url.replace(/\/?$/, '/');
const socket = (url) => base(url).replace(/^http/, 'ws') + 'ws/full';
const symbol = 'BTC/USDT:USDT';

function client(privateKey, options = {}) {
  const exchange = new ccxt.pro.grvt({ privateKey, enableRateLimit: true, options });
  exchange.setSandboxMode(true);
  Object.assign(exchange.urls.api, { privateEdge: base(values.edge), privateTrading: base(values.trading), publicMarket: base(values.market) });
  exchange.urls.api.ws = { publicMarket: socket(values.market), privateTrading: socket(values.trading) };
  return exchange;
}

const control = controller(values.control, 'grvt');
const { stop, watch, until } = watching();
const seen = { books: 0, trades: 0, tickers: 0, orders: new Map(), fills: [], positions: new Map() };
const key = '0x' + '01'.repeat(32);
const exchange = client(key);

// It hashes orders and positions alike, and book and ticker, and would never send the second subscription.
const watcher = client(key);
const positionWatcher = client(key);
const clients = [exchange, watcher, positionWatcher];
try {
  for (const one of clients) {
    await one.loadHttpProxyAgent();
    await one.loadMarkets();
  }

  const stranger = client('0x' + '03'.repeat(32));
  await assert.rejects(() => stranger.signIn(), (error) => /2000|auth-cookie/.test(error.message));
  await stranger.close();

  assert.equal((await exchange.fetchBalance()).USDT.total, 100000);
  assert.equal(exchange.options.approvedBuilderFee, true);
  assert.ok((await exchange.fetchCurrencies()).USDT.precision > 0);
  const ticker = await exchange.fetchTicker(symbol);
  assert.ok(ticker.bid < ticker.ask);
  assert.ok((await exchange.fetchTrades(symbol)).every((trade) => trade.amount > 0));
  assert.ok((await exchange.fetchOHLCV(symbol, '1m', undefined, 5)).length > 0);

  watch('book', async () => {
    const book = await watcher.watchOrderBook(symbol);
    assert.ok(book.bids[0][0] < book.asks[0][0]);
    seen.books++;
  });
  watch('trades', async () => { seen.trades += (await watcher.watchTrades(symbol)).length; });
  watch('ticker', async () => {
    await positionWatcher.watchTicker(symbol);
    seen.tickers++;
  });
  watch('orders', async () => {
    for (const order of await watcher.watchOrders(symbol)) seen.orders.set(order.clientOrderId, order);
  });
  watch('fills', async () => { seen.fills.push(...(await exchange.watchMyTrades(symbol)).slice(-1)); });
  watch('positions', async () => {
    for (const position of await positionWatcher.watchPositions([symbol])) seen.positions.set(position.symbol, position);
  });

  const book = await exchange.fetchOrderBook(symbol, 10);
  const low = Number(exchange.priceToPrecision(symbol, book.bids[0][0] * 0.98));

  // The streams have to be there before the first order, or its birth is missed: orders are placed until one is seen.
  let probes = 0;
  const probing = setInterval(() => {
    exchange.createOrder(symbol, 'limit', 'buy', 0.01, low, { clientOrderId: String(1000 + ++probes) }).catch(() => {});
  }, 300);
  await until(() => [...seen.orders.keys()].some((id) => Number(id) > 1000 && Number(id) < 2000), 'order on the stream');
  clearInterval(probing);
  await exchange.cancelAllOrders(symbol);

  // With the builder's fee, as it is by default, and without.
  const placed = await exchange.createOrder(symbol, 'limit', 'buy', 0.01, low, { clientOrderId: '2001', postOnly: true });
  assert.deepEqual([placed.id, placed.clientOrderId], ['0x00', '2001']);
  await until(() => seen.orders.get('2001')?.status === 'open', '2001 on the stream');
  assert.ok((await exchange.fetchOpenOrders(symbol)).some((order) => order.clientOrderId === '2001' && order.id.length > 30));
  await control('fill', { client_order_id: '2001', size: '0.004' });
  await until(() => seen.orders.get('2001')?.filled === 0.004, 'the partial fill on the stream');
  const partial = await exchange.fetchOrder(undefined, symbol, { clientOrderId: '2001' });
  assert.deepEqual([partial.status, partial.filled, partial.remaining, partial.average], ['open', 0.004, 0.006, low]);
  await exchange.cancelOrder(partial.id, symbol);
  await until(() => seen.orders.get('2001')?.status === 'canceled', 'the cancel on the stream');

  await exchange.createOrder(symbol, 'market', 'sell', 0.02, undefined, { clientOrderId: '2002', builderFee: false });
  await until(() => seen.positions.get(symbol)?.contracts === 0.016 || Math.abs(seen.positions.get(symbol)?.contracts ?? 0) === 0.016, 'the position on the stream');
  await until(() => seen.fills.some((fill) => fill.side === 'sell'), 'the fill on the stream');
  const [position] = await exchange.fetchPositions([symbol]);
  assert.deepEqual([position.side, position.contracts], ['short', 0.016]);
  const trades = await exchange.fetchMyTrades(symbol);
  assert.equal(Number(trades.reduce((sum, trade) => sum + (trade.side === 'buy' ? trade.amount : -trade.amount), 0).toFixed(3)), -0.016);

  const conditional = await exchange.createOrder(symbol, 'market', 'buy', 0.016, undefined, {
    clientOrderId: '2003', triggerPrice: Math.round(book.asks[0][0] * 1.05), triggerDirection: 'ascending', reduceOnly: true,
  });
  assert.equal(conditional.clientOrderId, '2003');
  await until(() => seen.orders.get('2003') !== undefined, 'the trigger on the stream');
  await exchange.cancelOrder(undefined, symbol, { clientOrderId: '2003' });
  await exchange.createOrder(symbol, 'market', 'buy', 0.016, undefined, { clientOrderId: '2004', reduceOnly: true });
  await until(() => seen.orders.get('2004')?.status === 'closed', '2004 on the stream');
  assert.equal((await exchange.fetchPositions([symbol])).filter((held) => held.contracts > 0).length, 0);
  assert.equal((await exchange.fetchOpenOrders(symbol)).length, 0);
  const history = await exchange.fetchOrders(symbol);
  assert.ok(history.some((order) => order.clientOrderId === '2001' && order.status === 'canceled'));
  const balances = await (await fetch(`${base(values.control)}grvt/balances`)).json();
  assert.ok(Math.abs((await exchange.fetchBalance()).USDT.total - balances.USDT) < 1e-6);
  await until(() => seen.books >= 5 && seen.trades >= 5 && seen.tickers >= 2, 'books, trades and tickers');

  stop();
  await Promise.all(clients.map((one) => one.close()));
  console.log(JSON.stringify({
    books: seen.books, trades: seen.trades, tickers: seen.tickers, orders: seen.orders.size, fills: seen.fills.length,
    positions: seen.positions.size, mine: trades.length, history: history.length, errors: [],
  }));
  process.exit(0);
} catch (error) {
  stop();
  console.error(error.stack ?? error);
  process.exit(1);
}
