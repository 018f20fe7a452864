// The npm package `binance` trading against the simulator: a second client that was written without us.
//   node npm-binance.mjs --url http://127.0.0.1:9401 --control http://127.0.0.1:9400
// Over REST with the HMAC key, over the WebSocket API with the Ed25519 key (which logs the session on), and by the user
// stream. Prints what it saw as one JSON line, and ends with 1 on the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { parseArgs } from 'node:util';
import { USDMClient, WebsocketAPIClient, WebsocketClient } from 'binance';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:9401' },
    control: { type: 'string', default: 'http://127.0.0.1:9400' },
  },
});
const baseUrl = values.url.replace(/\/$/, '');
const wsUrl = baseUrl.replace(/^http/, 'ws');
const keys = { api_key: 'demo-key', api_secret: 'demo-secret' };
const symbol = 'BTCUSDT';

// The demo account's second key: the pair that Binance publishes as an illustration.
const ed25519 = createPrivateKey({
  key: Buffer.from('MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u', 'base64'), format: 'der', type: 'pkcs8',
}).export({ format: 'pem', type: 'pkcs8' }).toString();

const quiet = { trace: () => {}, info: () => {}, error: (...what) => console.error(...what) };

async function control(action, body) {
  const response = await fetch(`${values.control.replace(/\/$/, '')}/binance/${action}`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(response.status, 200, `${action}: ${await response.clone().text()}`);
}

const deadline = (promise, what) => Promise.race([
  promise,
  new Promise((_, reject) => setTimeout(() => reject(new Error(`no ${what} within 30 s`)), 30_000).unref()),
]);

// What the user stream has said, and whoever waits for it.
const events = [];
let moved = () => {};
async function until(condition, what) {
  await deadline((async () => {
    while (!events.some(condition)) {
      await new Promise((resolve) => { moved = resolve; });
    }
  })(), what);
}

const ofOrder = (id, execution) => (event) => event.e === 'ORDER_TRADE_UPDATE' && event.o.c === id && event.o.x === execution;

try {
  const rest = new USDMClient({ ...keys, baseUrl, disableTimeSync: true });
  const stream = new WebsocketClient({ ...keys, wsUrl, restOptions: { baseUrl, disableTimeSync: true } }, quiet);
  stream.on('message', (event) => {
    events.push(event);
    moved();
  });
  const opened = new Promise((resolve, reject) => {
    stream.on('open', resolve);
    stream.on('exception', reject);
  });
  await stream.subscribeUsdFuturesUserDataStream();
  await deadline(opened, 'open user stream');

  const wrong = new USDMClient({ ...keys, api_secret: 'wrong', baseUrl, disableTimeSync: true });
  await assert.rejects(() => wrong.getBalance(), (error) => error.code === -1022);

  // REST: the whole life of an order. The package wants client ids with its own prefix.
  const id = () => rest.generateNewOrderId();
  const first = id();
  const bid = Number((await rest.getOrderBook({ symbol, limit: 5 })).bids[0][0]);
  const price = (bid * 0.98).toFixed(1);
  const placed = await rest.submitNewOrder({ symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTX', quantity: '0.010', price, newClientOrderId: first });
  assert.deepEqual([placed.status, placed.clientOrderId, placed.origQty], ['NEW', first, '0.010']);
  await until(ofOrder(first, 'NEW'), 'NEW');
  const lower = (bid * 0.97).toFixed(1);
  const edited = await rest.modifyOrder({ symbol, side: 'BUY', orderId: placed.orderId, quantity: '0.012', price: lower });
  assert.deepEqual([edited.orderId, edited.origQty, Number(edited.price)], [placed.orderId, '0.012', Number(lower)]);
  await until(ofOrder(first, 'AMENDMENT'), 'AMENDMENT');
  await control('fill', { client_order_id: first, quantity: '0.005' });
  await until(ofOrder(first, 'TRADE'), 'TRADE');
  await until((event) => event.e === 'ACCOUNT_UPDATE' && event.a.P[0]?.pa === '0.005', 'ACCOUNT_UPDATE');
  assert.equal((await rest.getOrder({ symbol, origClientOrderId: first })).status, 'PARTIALLY_FILLED');
  assert.equal((await rest.getAllOpenOrders({ symbol })).length, 1);
  assert.equal((await rest.cancelOrder({ symbol, orderId: placed.orderId })).status, 'CANCELED');
  await until(ofOrder(first, 'CANCELED'), 'CANCELED');
  await assert.rejects(() => rest.cancelOrder({ symbol, orderId: placed.orderId }), (error) => error.code === -2011);

  const [position] = (await rest.getPositionsV3({ symbol })).filter((held) => Number(held.positionAmt) !== 0);
  assert.deepEqual([position.positionSide, position.positionAmt, Number(position.entryPrice)], ['BOTH', '0.005', Number(lower)]);
  const trades = await rest.getAccountTrades({ symbol });
  assert.deepEqual([trades.length, trades[0].qty, trades[0].maker], [1, '0.005', true]);
  const balance = (await rest.getBalanceV3()).find((row) => row.asset === 'USDT');
  assert.equal(Number(balance.balance), 100000 - Number(trades[0].commission));
  assert.equal((await rest.getAccountInformationV3()).positions.length, 1);
  assert.equal((await rest.getAllOrders({ symbol })).length, 1);
  assert.equal((await rest.getCurrentPositionMode()).dualSidePosition, false);

  const batch = await rest.submitMultipleOrders([1, 2].map((n) => ({
    symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010', price: (bid * (1 - n / 100)).toFixed(1), newClientOrderId: id(),
  })));
  assert.deepEqual(batch.map((order) => order.status), ['NEW', 'NEW']);
  assert.deepEqual((await rest.cancelMultipleOrders({ symbol, orderIdList: batch.map((order) => order.orderId) })).map((order) => order.status), ['CANCELED', 'CANCELED']);

  const stop = await rest.submitNewAlgoOrder({ algoType: 'CONDITIONAL', symbol, side: 'SELL', type: 'STOP_MARKET', quantity: '0.005', triggerPrice: (bid * 0.95).toFixed(1), reduceOnly: 'true' });
  assert.equal(stop.algoStatus, 'NEW');
  await until((event) => event.e === 'ALGO_UPDATE' && event.o.aid === stop.algoId, 'ALGO_UPDATE');
  assert.equal((await rest.getOpenAlgoOrders({ symbol })).length, 1);
  assert.equal(String((await rest.cancelAlgoOrder({ algoId: stop.algoId })).code), '200');

  // The WebSocket API, logged on with the Ed25519 key.
  const api = new WebsocketAPIClient({ api_key: 'demo-ed25519', api_secret: ed25519, wsUrl, beautify: false }, quiet);
  const second = id();
  const overSocket = await deadline(api.submitNewFuturesOrder('usdm', {
    symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010', price, newClientOrderId: second, timestamp: Date.now(),
  }), 'answer to order.place');
  assert.equal(overSocket.result.status, 'NEW');
  await until(ofOrder(second, 'NEW'), 'NEW over the socket');
  const changed = await deadline(api.modifyFuturesOrder('usdm', {
    symbol, side: 'BUY', origClientOrderId: second, quantity: '0.011', price, timestamp: Date.now(),
  }), 'answer to order.modify');
  assert.equal(changed.result.origQty, '0.011');
  const status = await deadline(api.getFuturesOrderStatus('usdm', { symbol, origClientOrderId: second, timestamp: Date.now() }), 'answer to order.status');
  assert.equal(status.result.origQty, '0.011');
  const gone = await deadline(api.cancelFuturesOrder('usdm', { symbol, origClientOrderId: second, timestamp: Date.now() }), 'answer to order.cancel');
  assert.equal(gone.result.status, 'CANCELED');
  const held = await deadline(api.getFuturesPositionV2({ symbol, timestamp: Date.now() }), 'answer to v2/account.position');
  assert.equal(held.result[0].positionAmt, '0.005');

  console.log(JSON.stringify({ events: events.length, trades: trades.length, errors: [] }));
  process.exit(0);
} catch (error) {
  console.error(error.stack ?? JSON.stringify(error));
  process.exit(1);
}
