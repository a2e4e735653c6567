// The load generator: a process of its own, so that it takes nothing from what it measures but its share of the cores. Reads
// {url, method, headers, body, concurrency, requests, warmUp, status} from stdin; answers {perSecond, p50, p99, max} (ms).
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

const {
  url,
  method = 'GET',
  headers = {},
  body,
  concurrency = 1,
  requests,
  warmUp = 0,
  status = 200,
} = JSON.parse(await text(process.stdin));
const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
const payload = body === undefined ? undefined : JSON.stringify(body);
const options = {
  method,
  agent,
  headers: {
    ...headers,
    ...(payload !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
  },
};

const once = () =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const outgoing = request(url, options, (answer) => {
      let words = '';
      if (answer.statusCode === status) answer.resume();
      else answer.on('data', (chunk) => (words += chunk));
      answer.on('end', () => {
        if (answer.statusCode !== status)
          reject(new Error(`${method} ${url}: ${answer.statusCode} ${words.slice(0, 300)}`));
        else resolve(performance.now() - begun);
      });
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });

async function series(count) {
  const times = [];
  let left = count;
  const worker = async () => {
    while (left-- > 0) times.push(await once());
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return times;
}

await series(warmUp);
const begun = performance.now();
const times = (await series(requests)).sort((a, b) => a - b);
const seconds = (performance.now() - begun) / 1_000;
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
console.log(JSON.stringify({ perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), max: times.at(-1) }));
agent.destroy();
