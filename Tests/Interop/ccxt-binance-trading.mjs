// ccxt's binanceusdm trading against the simulator, with ccxt.pro watching: the second opinion on its private side.
//   node ccxt-binance-trading.mjs --url http://127.0.0.1:9401 --control http://127.0.0.1:9400
// Logs in, places, edits, cancels, is filled; fetches orders, fills, positions, balances; watches orders, fills, positions and
// balance. Prints what it saw as one JSON line, and ends with 1 on the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import ccxt from 'ccxt';
import { controller, deadline, watching } from './watching.mjs';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:9401' },
    control: { type: 'string', default: 'http://127.0.0.1:9400' },
  },
});
const rest = values.url.replace(/\/$/, '');
const stream = rest.replace(/^http/, 'ws');
const symbol = 'BTC/USDT:USDT';

function client(apiKey, secret) {
  const exchange = new ccxt.pro.binanceusdm({ apiKey, secret, enableRateLimit: true, options: { fetchCurrencies: false } });
  for (const name of ['fapiPublic', 'fapiPublicV2', 'fapiPublicV3', 'fapiPrivate', 'fapiPrivateV2', 'fapiPrivateV3']) {
    exchange.urls.api[name] = `${rest}/fapi/v${name.match(/V(\d)$/)?.[1] ?? 1}`;
  }
  exchange.urls.api.ws.future = `${stream}/ws`;
  exchange.urls.api.ws['ws-api'].future = `${stream}/ws-fapi/v1`;
  return exchange;
}

const control = controller(values.control, 'binance');
const seen = { orders: new Map(), fills: [], positions: new Map(), balances: 0 };
const { watch, until, stop: stopWatching } = watching();

const exchange = client('demo-key', 'demo-secret');
try {
  await exchange.loadHttpProxyAgent();
  await exchange.loadMarkets();

  // A wrong secret is told apart from everything else.
  const stranger = client('demo-key', 'wrong');
  await assert.rejects(() => stranger.fetchBalance(), (error) => /-1022/.test(error.message));
  await stranger.close();

  const start = await exchange.fetchBalance();
  assert.equal(start.USDT.total, 100000);
  await exchange.setLeverage(10, symbol);
  assert.equal((await exchange.fetchPositionMode(symbol)).hedged, false);
  assert.equal((await exchange.fetchTradingFee(symbol)).taker, 0.0005);
  assert.ok((await exchange.fetchLeverageTiers([symbol]))[symbol].length > 3);

  watch('orders', async () => {
    for (const order of await exchange.watchOrders(symbol)) seen.orders.set(order.clientOrderId, order);
  });
  watch('fills', async () => { seen.fills.push(...(await exchange.watchMyTrades(symbol)).slice(-1)); });
  watch('positions', async () => {
    for (const position of await exchange.watchPositions([symbol])) seen.positions.set(position.symbol, position);
  });
  watch('balance', async () => {
    await exchange.watchBalance();
    seen.balances++;
  });

  const bid = (await exchange.fetchOrderBook(symbol, 5)).bids[0][0];
  const low = Number(exchange.priceToPrecision(symbol, bid * 0.98));

  // The stream has to be there before the first order, or its birth is missed: orders are placed until one is seen.
  let probes = 0;
  const probing = setInterval(() => {
    const clientOrderId = `probe-${++probes}`;
    exchange.createOrder(symbol, 'limit', 'buy', 0.01, low, { clientOrderId })
      .then((order) => exchange.cancelOrder(order.id, symbol)).catch(() => {});
  }, 250);
  await until(() => [...seen.orders.keys()].some((id) => id.startsWith('probe-')), 'order on the stream');
  clearInterval(probing);

  const placed = await exchange.createOrder(symbol, 'limit', 'buy', 0.01, low, { clientOrderId: 'ccxt-1', postOnly: true });
  assert.deepEqual([placed.clientOrderId, placed.status, placed.amount], ['ccxt-1', 'open', 0.01]);
  await until(() => seen.orders.get('ccxt-1')?.status === 'open', 'ccxt-1 on the stream');
  const edited = await exchange.editOrder(placed.id, symbol, 'limit', 'buy', 0.012, low - 10);
  assert.deepEqual([edited.id, edited.amount, edited.price], [placed.id, 0.012, low - 10]);
  await until(() => seen.orders.get('ccxt-1')?.amount === 0.012, 'the edit on the stream');
  assert.ok((await exchange.fetchOpenOrders(symbol)).some((order) => order.id === placed.id));

  await control('fill', { client_order_id: 'ccxt-1', quantity: '0.005' });
  await until(() => seen.orders.get('ccxt-1')?.filled === 0.005, 'the partial fill on the stream');
  const partial = await exchange.fetchOrder(placed.id, symbol);
  assert.deepEqual([partial.status, partial.filled, partial.remaining, partial.average], ['open', 0.005, 0.007, low - 10]);
  const cancelled = await exchange.cancelOrder(placed.id, symbol);
  assert.equal(cancelled.status, 'canceled');
  await until(() => seen.orders.get('ccxt-1')?.status === 'canceled', 'the cancel on the stream');
  await assert.rejects(() => exchange.cancelOrder(placed.id, symbol), ccxt.OrderNotFound);

  const market = await exchange.createOrder(symbol, 'market', 'sell', 0.02, undefined, { clientOrderId: 'ccxt-2', newOrderRespType: 'RESULT' });
  assert.equal(market.status, 'closed');
  await until(() => seen.positions.get(symbol)?.contracts === 0.015, 'the position on the stream');
  assert.equal(seen.positions.get(symbol).side, 'short');
  await until(() => seen.fills.length > 0 && seen.balances > 0, 'fills and balance on the streams');
  const [position] = await exchange.fetchPositions([symbol]);
  assert.deepEqual([position.side, position.contracts], ['short', 0.015]);
  const trades = await exchange.fetchMyTrades(symbol);
  assert.equal(Number(trades.reduce((sum, trade) => sum + (trade.side === 'buy' ? trade.amount : -trade.amount), 0).toFixed(3)), -0.015);
  assert.ok(trades.every((trade) => trade.fee.cost > 0 && trade.fee.currency === 'USDT'));

  // Conditional orders live in their own service.
  const mark = Number((await exchange.fetchFundingRate(symbol)).markPrice);
  const trigger = Number(exchange.priceToPrecision(symbol, mark * 1.02));
  const stop = await exchange.createOrder(symbol, 'market', 'buy', 0.015, undefined, { triggerPrice: trigger, reduceOnly: true });
  const stops = await exchange.fetchOpenOrders(symbol, undefined, undefined, { trigger: true });
  assert.deepEqual(stops.map((order) => [order.id, order.triggerPrice]), [[stop.id, trigger]]);
  await exchange.cancelOrder(stop.id, symbol, { trigger: true });

  const two = await exchange.createOrders([
    { symbol, type: 'limit', side: 'buy', amount: 0.01, price: low },
    { symbol, type: 'limit', side: 'buy', amount: 0.01, price: low - 20 },
  ]);
  assert.equal(two.length, 2);
  await exchange.cancelAllOrders(symbol);
  assert.equal((await exchange.fetchOpenOrders(symbol)).length, 0);
  await exchange.createOrder(symbol, 'market', 'buy', 0.015, undefined, { reduceOnly: true });
  assert.equal((await exchange.fetchPositions([symbol])).filter((held) => held.contracts > 0).length, 0);
  const end = await exchange.fetchBalance();
  const wallets = await (await fetch(`${values.control.replace(/\/$/, '')}/binance/wallets`)).json();
  assert.deepEqual([end.USDT.total, end.USDT.used], [wallets.USDT, 0]);
  const history = await exchange.fetchOrders(symbol);
  assert.ok(history.some((order) => order.clientOrderId === 'ccxt-1' && order.status === 'canceled'));

  // And by the WebSocket API.
  const overSocket = await deadline(exchange.createOrderWs(symbol, 'limit', 'buy', 0.01, low, { clientOrderId: 'ccxt-ws' }), 'answer to createOrderWs');
  assert.equal(overSocket.clientOrderId, 'ccxt-ws');
  assert.equal((await deadline(exchange.cancelOrderWs(overSocket.id, symbol), 'answer to cancelOrderWs')).status, 'canceled');

  stopWatching();
  await exchange.close();
  console.log(JSON.stringify({
    orders: seen.orders.size, fills: seen.fills.length, balances: seen.balances, trades: trades.length, history: history.length, errors: [],
  }));
  process.exit(0);
} catch (error) {
  stopWatching();
  console.error(error.stack ?? error);
  process.exit(1);
}
