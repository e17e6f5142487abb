/**
 * npm run simulate -- --seeds N --from S [--mutants]
 *
 * Runs more seeds than the tests do, and prints the first that finds something, with its trace. With --mutants: at which
 * seed each planted bug is found.
 * @module
 */
import { parseArgs } from 'node:util';
import { MUTANTS } from './mutants.js';
import { simulate } from './simulate.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const count = Number(values.seeds);
const started = performance.now();

if (values.mutants) {
  for (const mutant of MUTANTS) {
    let found: { seed: number; what: string } | undefined;
    for (let seed = from; seed < from + count && found === undefined; seed++) {
      if (mutant.shows?.(seed) === false) continue;
      const { violations } = await simulate(seed, mutant);
      if (violations[0] !== undefined) found = { seed, what: violations[0] };
    }
    if (found === undefined) process.exitCode = 10;
    console.log(
      `${found === undefined ? 'NOT FOUND' : `seed ${found.seed}`.padEnd(9)}  ${mutant.name}${found === undefined ? '' : `: ${found.what.slice(0, 100)}`}`,
    );
  }
} else {
  const total = { crashes: 0, commits: 0, executions: 0, hours: 0 };
  for (let seed = from; seed < from + count; seed++) {
    const result = await simulate(seed);
    total.crashes += result.crashes;
    total.commits += result.commits;
    total.executions += result.executions;
    total.hours += result.virtualMs / 3_600_000;
    if (result.violations.length > 0) {
      console.log(result.trace.join('\n'));
      console.log(`\nseed ${seed}:\n${result.violations.join('\n')}`);
      process.exitCode = 10;
      break;
    }
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${count} seeds from ${from} in ${seconds.toFixed(1)} s: ${total.executions} executions, ${total.commits} commits, ${total.crashes} crashes, ${total.hours.toFixed(0)} virtual hours`,
  );
}
