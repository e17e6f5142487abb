/**
 * The test cases of a mock configuration file as tests without a file of their own: each must succeed. What else is
 * expected of a case is said in a test file that names it.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { suggest } from '../asl/validate.js';
import type { PipelinePlan, ReadFile } from '../pipelines/plan.js';
import { PROBLEM_CODES, type Problem } from '../pipelines/problem.js';
import { statesOf } from '../pipelines/tasks.js';
import { loadTestedPipeline } from './find-pipeline.js';
import type { LoadedTests } from './load-tests.js';
import { listed, type MockedStates, readMockConfiguration } from './mock-configuration.js';
import { DEFAULT_START, type PlannedTest, type StateMock } from './test-plan.js';

/** What the CLI needs of loaded tests. */
export type Tests = Pick<LoadedTests, 'tests' | 'problems' | 'sources'>;

export interface Configured {
  /** The mock configuration file. */
  mockFile: string;
  /** The pipeline file, or a file in Amazon States Language. */
  pipelineFile: string;
  /** Name of the state machine in the file. Default: the pipeline's; where the file has only one, that. */
  stateMachine?: string;
  /** Default: all of them. */
  testCase?: string;
}

/** Plans a test for each test case that is asked for. */
export async function configuredTests(
  { mockFile, pipelineFile, stateMachine, testCase }: Configured,
  readFile: ReadFile,
): Promise<Tests> {
  const { plan, problems: found, sources } = await loadTestedPipeline(pipelineFile, readFile);
  const problems = found.filter(({ severity }) => severity === 'error');
  const text = await readFile(mockFile);
  const report = (code: Problem['code'], message: string, fix?: string): Tests => {
    problems.push(problemOf(mockFile, code, message, fix));
    return { tests: [], problems, sources };
  };
  if (text === undefined) return report('MILL1001', `there is no file ${mockFile}`);
  sources.set(mockFile, text);
  const configuration = readMockConfiguration(mockFile, text, problems);
  if (plan === undefined || configuration === undefined) return { tests: [], problems, sources };
  const { machines } = configuration;
  const [only] = machines.size === 1 ? machines.keys() : [];
  const machine = stateMachine ?? (machines.has(plan.name) ? plan.name : (only ?? plan.name));
  const cases = machines.get(machine);
  if (cases === undefined) {
    const fix = `name it with --state-machine; known are ${listed(machines.keys())}`;
    return report('MILL1506', `there is no state machine "${machine}"`, fix);
  }
  if (testCase !== undefined && !cases.has(testCase)) {
    const meant = suggest(testCase, [...cases.keys()]);
    const fix = meant === undefined ? `known are ${listed(cases.keys())}` : `write "${meant}"`;
    return report('MILL1506', `there is no test case "${testCase}" of "${machine}"`, fix);
  }
  const wanted = [...cases].filter(([name]) => testCase === undefined || name === testCase);
  const types = new Map(
    statesOf(plan.definition as unknown as JsonObject).map(({ name, state }) => [name, state.Type]),
  );
  for (const [name, states] of wanted) {
    for (const state of states.keys()) {
      if (types.get(state) === 'Task') continue;
      const message = `test case "${name}" mocks "${state}", which is no Task state of the pipeline`;
      report('MILL1501', message);
    }
  }
  if (problems.length > 0) return { tests: [], problems, sources };
  return { tests: wanted.map((entry) => planCase(entry, plan, mockFile)), problems, sources };
}

function planCase(
  [name, states]: readonly [string, MockedStates],
  pipeline: PipelinePlan,
  file: string,
): PlannedTest {
  return {
    name,
    file,
    line: 1,
    pipeline,
    at: DEFAULT_START,
    input: pipeline.input,
    mocks: new Map(
      [...states].map(([state, response]): [string, StateMock] => [
        state,
        { type: 'response', response },
      ]),
    ),
    expect: {},
  };
}

function problemOf(file: string, code: Problem['code'], message: string, fix?: string): Problem {
  const why = PROBLEM_CODES[code][1];
  const place = { file, line: 1, column: 1, length: 1 };
  return { severity: 'error', code, message, ...place, why, ...(fix === undefined ? {} : { fix }) };
}
