/**
 * The child process in which JSONata is evaluated: reads orders from standard input, answers on standard output.
 *
 * It holds nothing that is worth protecting: an empty environment, no files, no network of its own. It may hang or run
 * out of memory; `pool.ts` then ends it and tells which expression did it. It ends when its input ends, and a thread of
 * its own (watchdog.ts) sees to that while an expression hangs.
 * @module
 */
import { Worker } from 'node:worker_threads';
import { evaluateJsonata } from '../../../asl/expressions/jsonata.js';
import type { EvaluationResult } from '../../../asl/transition.js';
import { ANSWER_LENGTH, type Answer, lineReader, type Order } from './messages.js';

const orders: Order[] = [];
let isWorking = false;

async function work(): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  for (let order = orders.shift(); order; order = orders.shift()) {
    const result = await evaluateJsonata(order.request);
    process.stdout.write(`${answerTo(order.id, result)}\n`);
  }
  isWorking = false;
}

function answerTo(id: number, result: EvaluationResult): string {
  const text = JSON.stringify({ id, result } satisfies Answer);
  if (text.length <= ANSWER_LENGTH) return text;
  const message = 'D3141: The result of the expression is larger than 1 MiB.';
  return JSON.stringify({ id, result: { type: 'error', message } } satisfies Answer);
}

const read = lineReader((line) => {
  for (const order of JSON.parse(line) as Order[]) orders.push(order);
});
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
  read(chunk);
  void work();
});
process.stdin.on('end', () => process.exit(0));

new Worker(new URL('./watchdog.js', import.meta.url)).unref();
