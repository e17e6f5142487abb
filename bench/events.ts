/**
 * Events that start executions: how soon, and how many for how long.
 * @module
 */
import { type BenchServer, report, round, startBenchServer } from './load.js';

interface Put {
  results: { id: string; started: unknown[] }[];
}

/** Sends `perSecond` requests a second, whether the earlier ones were answered or not. */
async function openLoop(
  perSecond: number,
  seconds: number,
  one: (n: number) => Promise<void>,
): Promise<number[]> {
  const latencies: number[] = [];
  const waiting: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = began + (n * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    // From when it was due: what the sender was late counts, too.
    waiting.push(one(n).then(() => void latencies.push(performance.now() - due)));
  }
  await Promise.all(waiting);
  return latencies.sort((a, b) => a - b);
}

const event = (n: number): object => ({
  source: 'bench',
  detailType: 'Row',
  detail: { n },
});

function put(server: BenchServer, events: object[]): Promise<Put> {
  return server.post<Put>('/events', { events });
}

/** From an event to its execution, both durable, at 500 events a second. */
export async function eventToStart(seconds: number): Promise<void> {
  const server = await startBenchServer();
  await openLoop(200, 2, async (n) => void (await put(server, [event(n)])));
  const latencies = await openLoop(500, seconds, async (n) => {
    const { results } = await put(server, [event(n)]);
    if (results[0]?.started.length !== 1) throw new Error('It started nothing');
  });
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  report({
    bench: 'durable event to execution started, 500 a second',
    events: latencies.length,
    p50_ms: round(at(0.5)),
    p99_ms: round(at(0.99)),
    goal: 'p50 <= 10, p99 <= 50',
  });
  await server.close();
}

/** 100,000 events a minute. */
export async function flood(seconds: number): Promise<void> {
  const server = await startBenchServer();
  let highest = 0;
  const watch = setInterval(() => {
    void server.figures().then(({ rss }) => {
      highest = Math.max(highest, rss);
    });
  }, 1_000);
  const BATCH = 10;
  let started = 0;
  const latencies = await openLoop(100_000 / 60 / BATCH, seconds, async (n) => {
    const events = Array.from({ length: BATCH }, (_, index) => event(n * BATCH + index));
    const { results } = await put(server, events);
    started += results.filter((result) => result.started.length === 1).length;
  });
  clearInterval(watch);
  const { items } = await server.get<{ items: { number: number }[] }>('/stored-events?limit=1');
  const sent = latencies.length * BATCH;
  report({
    bench: '100,000 events a minute',
    seconds,
    sent,
    stored: items[0]?.number,
    started,
    lost: sent - (items[0]?.number ?? 0),
    p99_ms: round(latencies[Math.floor(latencies.length * 0.99)] ?? 0),
    highest_rss_mb: Math.round(highest / 1e6),
    goal: 'lost 0, RSS < 1000',
  });
  await server.close();
}
