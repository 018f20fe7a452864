// ccxt.pro's order book of the simulator, for the benchmark: frame → callback.
//   node ccxt-feed.mjs URL      (run where node_modules has ccxt: Tests/Interop)
// Prints "ready" after the first book; then on standard input:
//   until U   answers "done" once the book has reached update id U
//   dump      answers one JSON array of [update id, microseconds since 1970] since the last dump
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

const ccxt = createRequire(join(process.cwd(), 'x.js'))('ccxt');
const rest = process.argv[2].replace(/\/$/, '');
const exchange = new ccxt.pro.binanceusdm({ options: { fetchCurrencies: false } });
for (const name of ['fapiPublic', 'fapiPublicV2', 'fapiPublicV3', 'fapiPrivate', 'fapiPrivateV2', 'fapiPrivateV3']) {
  exchange.urls.api[name] = `${rest}/fapi/v${name.match(/V(\d)$/)?.[1] ?? 1}`;
}
exchange.urls.api.ws.future = `${rest.replace(/^http/, 'ws')}/ws`;

let seen = [];
let nonce = 0;
let target = Infinity;

createInterface({ input: process.stdin }).on('line', (line) => {
  const [word, number] = line.split(' ');
  if (word === 'until') {
    target = Number(number);
    if (nonce >= target) { target = Infinity; console.log('done'); }
  } else if (word === 'dump') {
    console.log(JSON.stringify(seen));
    seen = [];
  }
}).on('close', () => process.exit(0));

await exchange.loadHttpProxyAgent();
await exchange.loadMarkets();
let first = true;
for (;;) {
  const book = await exchange.watchOrderBook('BTC/USDT:USDT');
  const now = (performance.timeOrigin + performance.now()) * 1000;
  nonce = book.nonce;
  if (first) { first = false; console.log('ready'); }
  if (seen.length < 200_000) seen.push([nonce, Math.round(now)]);
  if (nonce >= target) { target = Infinity; console.log('done'); }
}
