/**
 * npm run conformance -- FILE.jsonl…   [--failures] [--grep TEXT] [--every N]
 *
 * Runs recorded executions on Temporal's development server and counts how many agree in their result, and in the types and order of
 * their history events. `--every 10` takes each tenth.
 * @module
 */
import { parseArgs } from 'node:util';
import { isExecutionCase, readCorpus, toExecutionCase } from '../../test/conformance/corpus.js';
import { installLogging } from '../src/open-worker.js';
import { makeBundle } from './support/bundles.js';
import { openRecordedCases, reasonToLeaveOut } from './support/recorded-cases.js';
import { startTemporal } from './support/start-temporal.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    failures: { type: 'boolean', default: false },
    grep: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
  },
});
const AT_A_TIME = 20;

installLogging('ERROR');
const server = await startTemporal();
const cases = await openRecordedCases(server.address, await makeBundle('index', ['fake-clock']));
const rows = positionals.flatMap(readCorpus).filter(isExecutionCase).map(toExecutionCase);
const wanted = rows.filter(
  (row, index) => row.name.includes(values.grep) && index % Number(values.every) === 0,
);
const left = wanted.filter((row) => reasonToLeaveOut(row) === undefined);
const omitted = wanted.length - left.length;
const tally = { result: [0, 0], types: [0, 0] } as { result: number[]; types: number[] };
const next = async (): Promise<void> => {
  for (let row = left.shift(); row !== undefined; row = left.shift()) {
    const verdict = await cases.run(row);
    for (const level of ['result', 'types'] as const) {
      if (verdict[level] === undefined) continue;
      const counts = tally[level];
      counts[verdict[level] ? 0 : 1] = (counts[verdict[level] ? 0 : 1] ?? 0) + 1;
    }
    if (values.failures && !(verdict.result && verdict.types !== false)) {
      console.log(`- ${row.name}\n    ${verdict.difference}`);
    }
  }
};
await Promise.all(Array.from({ length: AT_A_TIME }, next));
await cases.close();
await server.stop();
const share = ([yes = 0, no = 0]: number[]): string => `${yes} / ${yes + no}`;
console.log(
  `result ${share(tally.result)}, event types ${share(tally.types)}; ${omitted} left out`,
);
process.exit((tally.result[1] ?? 0) + (tally.types[1] ?? 0) === 0 ? 0 : 10);
