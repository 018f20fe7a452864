// ccxt.pro's binanceusdm against the simulator: the second opinion on its wire format.
//   node ccxt-binance.mjs --url http://127.0.0.1:9401 [--seconds 60] [--updates N] [--symbols BTC/USDT:USDT,ETH/USDT:USDT]
// Watches order book and trades for so long, or until each has had N updates; prints a summary as one JSON line, and ends
// with 1 on any error.
import { parseArgs } from 'node:util';
import ccxt from 'ccxt';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:9401' },
    seconds: { type: 'string', default: '60' },
    updates: { type: 'string', default: '0' },
    symbols: { type: 'string', default: 'BTC/USDT:USDT,ETH/USDT:USDT' },
  },
});
const rest = values.url.replace(/\/$/, '');
const stream = rest.replace(/^http/, 'ws');
const symbols = values.symbols.split(',');
const seconds = Number(values.seconds);
const enough = Number(values.updates) || Infinity;

const exchange = new ccxt.pro.binanceusdm({ enableRateLimit: true, options: { fetchCurrencies: false } });
for (const name of ['fapiPublic', 'fapiPublicV2', 'fapiPublicV3', 'fapiPrivate', 'fapiPrivateV2', 'fapiPrivateV3']) {
  exchange.urls.api[name] = `${rest}/fapi/v${name.match(/V(\d)$/)?.[1] ?? 1}`;
}
exchange.urls.api.ws.future = `${stream}/ws`;

const summary = { seconds, books: {}, trades: {}, errors: [] };
const until = Date.now() + seconds * 1000;
let stopping = false;

function fail(where, error) {
  if (!stopping) {
    summary.errors.push(`${where}: ${error.name ?? ''} ${error.message ?? error}`);
  }
}

// What never comes must not keep us waiting for ever.
const deadline = (promise, what) => Promise.race([
  promise,
  new Promise((_, reject) => setTimeout(() => reject(new Error(`no ${what} within 30 s`)), 30_000).unref()),
]);

async function watchBook(symbol) {
  const seen = (summary.books[symbol] = { updates: 0, crossed: 0, levels: 0, nonce: 0 });
  while (Date.now() < until && seen.updates < enough) {
    try {
      const book = await deadline(exchange.watchOrderBook(symbol), `book of ${symbol}`);
      seen.updates++;
      seen.levels = Math.min(book.bids.length, book.asks.length);
      if (book.nonce < seen.nonce) throw new Error(`nonce went back from ${seen.nonce} to ${book.nonce}`);
      seen.nonce = book.nonce;
      if (!(book.bids[0][0] < book.asks[0][0])) {
        seen.crossed++;
        throw new Error(`crossed: ${book.bids[0][0]} ${book.asks[0][0]}`);
      }
    } catch (error) {
      fail(`book ${symbol}`, error);
      return;
    }
  }
}

async function watchTrades(symbol) {
  const seen = (summary.trades[symbol] = { count: 0, last: 0 });
  while (Date.now() < until && seen.count < enough) {
    try {
      for (const trade of await deadline(exchange.watchTrades(symbol), `trade of ${symbol}`)) {
        if (Number(trade.id) <= seen.last) continue;
        seen.count++;
        seen.last = Number(trade.id);
        if (!(trade.price > 0) || !(trade.amount > 0) || !['buy', 'sell'].includes(trade.side)) {
          throw new Error(`a trade lacks something: ${JSON.stringify(trade)}`);
        }
      }
    } catch (error) {
      fail(`trades ${symbol}`, error);
      return;
    }
  }
}

try {
  // Plain ws:// needs ccxt's HTTP agent loaded first.
  await exchange.loadHttpProxyAgent();
  const markets = await exchange.loadMarkets();
  summary.markets = Object.keys(markets).length;
  await exchange.fetchTime();
  await exchange.fetchTrades(symbols[0]);
  await exchange.fetchOHLCV(symbols[0], '1m');
  await exchange.fetchTicker(symbols[0]);
  await exchange.fetchFundingRate(symbols[0]);
  await Promise.all(symbols.flatMap((symbol) => [watchBook(symbol), watchTrades(symbol)]));
  for (const symbol of symbols) {
    const least = enough === Infinity ? 1 : enough;
    if (summary.books[symbol].updates < least) fail(`book ${symbol}`, new Error('too few updates'));
    if (summary.trades[symbol].count < least) fail(`trades ${symbol}`, new Error('too few trades'));
  }
} catch (error) {
  fail('start', error);
}

stopping = true;
await exchange.close();
console.log(JSON.stringify(summary));
process.exit(summary.errors.length === 0 ? 0 : 1);
