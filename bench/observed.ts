/**
 * What watching costs: executions per second while Prometheus scrapes each second and every execution is traced, against
 * the same server that nobody watches. Rounds take turns, so that what else the machine does hits both.
 * @module
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closedLoop, executions, median, report, round, startBenchServer } from './load.js';

const CLIENTS = 50;

/** @param count executions of each round */
export async function observed(count: number, rounds = 5): Promise<void> {
  let bytes = 0;
  const receiver = createServer((request, response) => {
    // Not looked into: that would cost this process, which is the one that asks the server.
    request.on('data', ({ length }: Buffer) => {
      bytes += length;
    });
    request.on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  for (const pipeline of ['pass', 'task'] as const) {
    const rates = { off: [] as number[], on: [] as number[] };
    const ratios: number[] = [];
    const cpu = { off: [] as number[], on: [] as number[] };
    const scrapes: number[] = [];
    const off = await startBenchServer();
    const on = await startBenchServer(undefined, { traces: `http://127.0.0.1:${port}` });
    const servers = { off, on };
    for (const server of [off, on]) await closedLoop(500, CLIENTS, executions(server, pipeline));
    for (let at = 0; at < rounds; at += 1) {
      const rate = async (which: 'off' | 'on'): Promise<number> => {
        const server = servers[which];
        const timer = setInterval(() => {
          if (which === 'off') return;
          const begin = performance.now();
          void server.scrape().then(() => scrapes.push(performance.now() - begin));
        }, 1_000);
        const { cpu: used } = await server.figures();
        const { per_s } = await closedLoop(count, CLIENTS, executions(server, pipeline));
        clearInterval(timer);
        rates[which].push(per_s);
        cpu[which].push(((await server.figures()).cpu - used) / count);
        return per_s;
      };
      // Who begins takes turns as well.
      const first = at % 2 === 0 ? 'off' : 'on';
      const before = await rate(first);
      const after = await rate(first === 'off' ? 'on' : 'off');
      ratios.push(first === 'off' ? after / before : before / after);
    }
    const text = await on.scrape();
    const dropped = Number(/millrace_traces_dropped_total (\d+)/.exec(text)?.[1]);
    const waiting = Number(/millrace_traces_waiting (\d+)/.exec(text)?.[1]);
    report({
      bench: `observed ${pipeline}`,
      executions: count * rounds,
      off_per_s: Math.round(median(rates.off)),
      on_per_s: Math.round(median(rates.on)),
      ratio: round(median(ratios), 3),
      // Less at the mercy of what else runs on the machine than rates are.
      cpu_ms_off: round(median(cpu.off), 3),
      cpu_ms_on: round(median(cpu.on), 3),
      cpu_ratio: round(median(cpu.off) / median(cpu.on), 3),
      ratios: ratios.map((ratio) => round(ratio)),
      goal: '>= 0.97',
      scrape_ms: Math.round(median(scrapes)),
      received_mb: Math.round(bytes / 1e6),
      traces_dropped: dropped,
      traces_waiting: waiting,
    });
    await off.close();
    await on.close();
  }
  receiver.close();
}
