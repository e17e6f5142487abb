/**
 * The program of a reader, started by `reader-process.ts`, whose first message says what it reads.
 *
 * Its connection cannot write. Each order is one transaction, begun when the order comes, so it sees all that was committed before
 * and is of one piece.
 * @module
 */
import { StoreError } from '../errors.js';
import { openSource } from '../open-source.js';
import type { Plan } from '../plan.js';
import { readPlans } from '../queries.js';
import type { SourceReader } from '../source.js';
import type { Answer, Order, ToReader } from './messages.js';

const plans = readPlans as unknown as {
  readonly [method: string]: (...values: unknown[]) => Plan<unknown>;
};

async function answer(reader: SourceReader, { id, method, values }: Order): Promise<Answer> {
  try {
    const plan = plans[method]?.(...values);
    if (plan === undefined) throw new StoreError('driver', `nobody reads ${method}`);
    return { id, answer: await reader.read(plan) };
  } catch (error) {
    const code = error instanceof StoreError ? error.code : 'driver';
    return { id, failure: { code, message: error instanceof Error ? error.message : `${error}` } };
  }
}

function run(): void {
  let opening: Promise<SourceReader> | undefined;
  // Without the server there is nobody to read for.
  process.once('disconnect', () => process.exit());
  process.on('message', async (message: ToReader) => {
    if (message.type === 'open') {
      opening = openSource(message.source, message.deadline);
      // Whoever asks is told; nobody asks of a reader that did not open.
      opening.catch(() => process.exit(1));
      return;
    }
    if (opening !== undefined) process.send?.(await answer(await opening, message.order));
  });
}

run();
