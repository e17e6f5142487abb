/**
 * npm run conformance -- FILE.jsonl…   [--failures] [--grep TEXT]
 *
 * Runs corpora of recorded executions through the reducer, with mocked tasks and virtual time, and counts how many agree
 * with the recording: in their result; in the types and order of their history events; in every id and field.
 * @module
 */
import { parseArgs } from 'node:util';
import {
  type ApiScenario,
  isApiScenario,
  openScenarioRunner,
  type ScenarioRunner,
} from './api-scenarios.js';
import { compare, type Verdict } from './compare.js';
import { isExecutionCase, readCorpus, toExecutionCase } from './corpus.js';
import { type Outcome, runCase } from './drive.js';
import { compareSchedule, isScheduleCase, type ScheduleCase } from './schedule-expressions.js';
import { isTestStateCase, runTestState, type TestStateCase } from './test-state.js';
import { compareValidation, isValidationCase, type ValidationCase } from './validation.js';

interface Tally {
  result: [number, number];
  types: [number, number];
  fields: [number, number];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    failures: { type: 'boolean', default: false },
    grep: { type: 'string' },
    level: { type: 'string', default: 'result' },
  },
});

if (positionals.length === 0) {
  console.error(
    'usage: npm run conformance -- FILE.jsonl… [--failures] [--level result|types|fields] [--grep TEXT]',
  );
  process.exit(2);
}

const families = new Map<string, Tally>();
const count = (pair: [number, number], passed: boolean): void => {
  pair[passed ? 0 : 1] += 1;
};
let passed = 0;
let failed = 0;
let skipped = 0;
let runner: ScenarioRunner | undefined;

/** A sequence of API calls: it agrees as a whole or not. */
async function replay(scenario: ApiScenario): Promise<void> {
  if (values.grep !== undefined && !scenario.name.includes(values.grep)) return;
  runner ??= openScenarioRunner();
  const { difference, skipped: isSkipped } = await runner.run(scenario);
  if (isSkipped) {
    skipped += 1;
    return;
  }
  const family = scenario.name.split('/').at(-1)?.split('.py')[0] ?? 'api';
  const tally = families.get(family) ?? { result: [0, 0], types: [0, 0], fields: [0, 0] };
  families.set(family, tally);
  count(tally.result, difference === undefined);
  if (difference === undefined) passed += 1;
  else failed += 1;
  if (values.failures && difference !== undefined) {
    console.log(`- ${scenario.name}\n    ${difference}`);
  }
}

/** One call of TestState: its answer agrees or not. */
async function tryState(testCase: TestStateCase): Promise<void> {
  if (values.grep !== undefined && !testCase.name.includes(values.grep)) return;
  let difference: string | undefined;
  try {
    difference = await runTestState(testCase);
  } catch (error) {
    difference = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const family = testCase.name.split('/').at(-1)?.split('.py')[0] ?? 'test_state';
  const tally = families.get(family) ?? { result: [0, 0], types: [0, 0], fields: [0, 0] };
  families.set(family, tally);
  count(tally.result, difference === undefined);
  if (difference === undefined) passed += 1;
  else failed += 1;
  if (values.failures && difference !== undefined) {
    console.log(`- ${testCase.name}\n    ${difference}`);
  }
}

/** One definition: whether it is valid counts as the result, the words as all fields. */
function validate(given: ValidationCase): void {
  if (values.grep !== undefined && !given.name.includes(values.grep)) return;
  const { validity, words, difference } = compareValidation(given);
  const tally = families.get(given.api) ?? { result: [0, 0], types: [0, 0], fields: [0, 0] };
  families.set(given.api, tally);
  count(tally.result, validity);
  count(tally.fields, words);
  if (validity) passed += 1;
  else failed += 1;
  const isShown = values.level === 'fields' ? !words : !validity;
  if (values.failures && isShown) console.log(`- ${given.name}\n    ${difference}`);
}

/** One schedule expression: whether it is valid counts as the result, the words as all fields. */
function readSchedule(given: ScheduleCase): void {
  if (values.grep !== undefined && !given.name.includes(values.grep)) return;
  const { validity, words, difference } = compareSchedule(given);
  const family = `${given.service} schedules`;
  const tally = families.get(family) ?? { result: [0, 0], types: [0, 0], fields: [0, 0] };
  families.set(family, tally);
  count(tally.result, validity);
  if (words !== undefined) count(tally.fields, words);
  if (validity) passed += 1;
  else failed += 1;
  if (values.failures && difference !== undefined)
    console.log(`- ${given.name}\n    ${difference}`);
}

for (const file of positionals) {
  for (const row of readCorpus(file)) {
    if (isScheduleCase(row)) {
      readSchedule(row as unknown as ScheduleCase);
      continue;
    }
    if (isValidationCase(row)) {
      validate(row as unknown as ValidationCase);
      continue;
    }
    if (isApiScenario(row)) {
      await replay(row as unknown as ApiScenario);
      continue;
    }
    if (isTestStateCase(row)) {
      await tryState(row as unknown as TestStateCase);
      continue;
    }
    if (!isExecutionCase(row)) {
      skipped += 1;
      continue;
    }
    const testCase = toExecutionCase(row);
    if (values.grep !== undefined && !testCase.name.includes(values.grep)) continue;
    let verdict: Verdict;
    let outcome: Outcome | undefined;
    try {
      outcome = await runCase(testCase);
      verdict = compare(testCase, outcome);
    } catch (error) {
      const difference = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const recorded = testCase.expected.history === undefined ? undefined : false;
      verdict = { result: false, types: recorded, fields: recorded, difference };
    }
    const tally = families.get(testCase.family) ?? {
      result: [0, 0],
      types: [0, 0],
      fields: [0, 0],
    };
    families.set(testCase.family, tally);
    count(tally.result, verdict.result);
    if (verdict.types !== undefined) count(tally.types, verdict.types);
    if (verdict.fields !== undefined) count(tally.fields, verdict.fields);
    if (verdict.result) passed += 1;
    else failed += 1;
    const level = values.level as 'result' | 'types' | 'fields';
    if (values.failures && verdict[level] === false) {
      console.log(`- ${testCase.name}\n    ${verdict.difference}`);
    }
  }
}

const share = ([yes, no]: [number, number]): string =>
  `${String(yes).padStart(4)} / ${String(yes + no).padEnd(4)} ${yes + no === 0 ? '     -' : `${((100 * yes) / (yes + no)).toFixed(1).padStart(5)} %`}`;
const total: Tally = { result: [0, 0], types: [0, 0], fields: [0, 0] };
console.log(
  `${'family'.padEnd(36)}${'result'.padEnd(22)}${'event types'.padEnd(22)}all ids and fields`,
);
for (const [family, tally] of [...families].sort()) {
  for (const level of ['result', 'types', 'fields'] as const) {
    total[level][0] += tally[level][0];
    total[level][1] += tally[level][1];
  }
  console.log(
    `${family.padEnd(36)}${share(tally.result).padEnd(22)}${share(tally.types).padEnd(22)}${share(tally.fields)}`,
  );
}
console.log(
  `${'all'.padEnd(36)}${share(total.result).padEnd(22)}${share(total.types).padEnd(22)}${share(total.fields)}`,
);
if (skipped > 0) console.log(`${skipped} lines describe no execution and were left out`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 10;
