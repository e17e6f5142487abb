import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { formatProblems } from '../../pipelines/format-problems.js';
import { isYamlOfOurs, TEST_FILE } from '../../pipelines/pipeline-files.js';
import { type Problem, sortProblems } from '../../pipelines/problem.js';
import type { LoadedTests } from '../../testing/load-tests.js';
import type { Summary } from '../../testing/run-tests.js';
import { MillraceCommand } from '../base-command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { leadsInside } from '../link-target.js';

interface Report extends Summary {
  problems: Problem[];
}

/** `millrace test`: runs test files of pipelines without a server. */
export default class Test extends MillraceCommand {
  static override summary =
    'Run tests of pipelines: mocked tasks, fake data, virtual time, the real engine';
  static override description =
    'Runs NAME.test.yaml files, which lie beside their pipelines. Tasks are answered by the mocks of the test and time is virtual, so a month of waits takes milliseconds. SQL steps really run on the data that a test gives them, and what they write is compared with golden outputs. Needs no server and touches no data folder. Ends with 0 when all tests pass, 1 when one fails, 2 when a test file or pipeline has problems.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test pipelines/orders.test.yaml --filter "retries"',
    '<%= config.bin %> test --reporter junit --output reports/pipelines.xml',
    '<%= config.bin %> test pipelines/parcels.test.yaml --update',
    '<%= config.bin %> test orders.asl.json --mock-config MockConfigFile.json --test-case HappyPath',
  ];
  static override args = {
    paths: Args.string({
      description: 'test files or folders (default: ./pipelines, else this folder)',
    }),
  };
  static override flags = {
    filter: Flags.string({ description: 'only tests whose name contains this text' }),
    reporter: Flags.string({
      description: 'how results are told',
      options: ['human', 'junit', 'json'],
      default: 'human',
    }),
    output: Flags.string({
      description:
        'file for what junit and json tell; people are told on the terminal all the same',
    }),
    bail: Flags.boolean({ description: 'stop at the first test that fails' }),
    update: Flags.boolean({
      description:
        'write golden outputs anew where they differ, and tell which; never where CI is set',
    }),
    timeout: Flags.integer({
      description: 'real seconds that one test may take',
      default: 60,
      min: 1,
      max: 86_400,
    }),
    'mock-config': Flags.string({
      description: 'mock configuration file of Step Functions Local: runs its test cases',
      helpGroup: 'STEP FUNCTIONS LOCAL',
    }),
    'state-machine': Flags.string({
      description: "state machine in that file (default: the pipeline's name, or the only one)",
      dependsOn: ['mock-config'],
      helpGroup: 'STEP FUNCTIONS LOCAL',
    }),
    'test-case': Flags.string({
      description: 'test case in that file (default: all)',
      dependsOn: ['mock-config'],
      helpGroup: 'STEP FUNCTIONS LOCAL',
    }),
  };

  async run(): Promise<Report> {
    const { argv, flags } = await this.parse(Test);
    if (flags.update && isBuildServer()) throw noUpdate();
    const loaded = await load(argv as string[], flags);
    const problems = this.#tellProblems(loaded);
    if (problems.some(({ severity }) => severity === 'error')) {
      process.exitCode = EXIT.usage;
      return { ...EMPTY, problems };
    }
    const { filter = '' } = flags;
    const tests = loaded.tests.filter(({ name }) => name.includes(filter));
    if (tests.length === 0) throw noTests(argv as string[], loaded.tests.length, filter);
    // The engine is large; help and completion must not load it.
    const [{ runTests }, { resultText, summaryText }, { junitOf }] = await Promise.all([
      import('../../testing/run-tests.js'),
      import('../test-report.js'),
      import('../../testing/junit.js'),
    ]);
    const isForPeople = flags.reporter === 'human' || flags.output !== undefined;
    let lastFile: string | undefined;
    const summary = await runTests(tests, {
      bail: flags.bail,
      update: flags.update,
      timeoutMs: flags.timeout * 1000,
      onResult: (result) => {
        if (isForPeople) this.log(resultText(result, result.file !== lastFile));
        lastFile = result.file;
      },
    });
    if (isForPeople) this.log(summaryText(summary));
    const relativeTo = { ...summary, results: summary.results.map(here) };
    if (flags.reporter === 'junit') this.#write(junitOf(relativeTo), flags.output);
    if (flags.reporter === 'json') {
      this.#write(`${JSON.stringify({ ...relativeTo, problems }, null, 2)}\n`, flags.output);
    }
    if (summary.failed > 0) process.exitCode = TESTS_FAILED;
    return { ...relativeTo, problems };
  }

  #tellProblems({ problems: found, sources }: Tests): Problem[] {
    const problems = sortProblems(found.map(here));
    const texts = new Map([...sources].map(([file, text]) => [here({ file }).file, text]));
    if (problems.length > 0) this.say(formatProblems(problems, texts));
    return problems;
  }

  #write(text: string, file: string | undefined): void {
    if (file === undefined) {
      if (!this.jsonEnabled()) process.stdout.write(text);
      return;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** What every test runner answers; a defect of the command itself has the same code. */
const TESTS_FAILED = 1;

const EMPTY: Summary = {
  ...{ results: [], passed: 0, failed: 0, skipped: 0, realMs: 0, virtualMs: 0, updated: [] },
};

type MockFlags = {
  'mock-config'?: string | undefined;
  'state-machine'?: string | undefined;
  'test-case'?: string | undefined;
};

type Tests = Pick<LoadedTests, 'tests' | 'problems' | 'sources'>;

async function load(paths: string[], flags: MockFlags): Promise<Tests> {
  const mockFile = flags['mock-config'];
  const stateMachine = flags['state-machine'];
  const testCase = flags['test-case'];
  if (mockFile !== undefined) {
    const [pipelineFile, another] = paths;
    if (pipelineFile === undefined || another !== undefined) {
      throw new CommandFailure('Name the one pipeline file that the mock configuration is for.', {
        exitCode: EXIT.usage,
        code: 'MILL5004',
        fix: 'millrace test orders.yaml --mock-config MockConfigFile.json',
      });
    }
    const { configuredTests } = await import('../../testing/configured-tests.js');
    const wanted = {
      mockFile,
      pipelineFile: resolve(pipelineFile),
      ...(stateMachine === undefined ? {} : { stateMachine }),
      ...(testCase === undefined ? {} : { testCase }),
    };
    return configuredTests(wanted, read);
  }
  const { loadTests } = await import('../../testing/load-tests.js');
  const all: Tests = { tests: [], problems: [], sources: new Map() };
  for (const file of testFiles(paths)) {
    const { tests, problems, sources } = await loadTests(file, read);
    all.tests.push(...tests);
    all.problems.push(...problems);
    for (const [path, text] of sources) all.sources.set(path, text);
  }
  return all;
}

function noTests(paths: string[], found: number, filter: string): CommandFailure {
  const where = paths.length === 0 ? '' : ` in ${paths.join(', ')}`;
  return found > 0
    ? new CommandFailure(`None of the ${found} tests has '${filter}' in its name.`, {
        exitCode: EXIT.usage,
        code: 'MILL5014',
        fix: 'Leave --filter out, or give a part of a name.',
      })
    : new CommandFailure(`There are no tests${where}.`, {
        exitCode: EXIT.usage,
        code: 'MILL5014',
        fix: 'Write one beside its pipeline: orders.test.yaml for orders.yaml.',
      });
}

/** Golden outputs that a build writes are read by nobody before they are believed. */
function isBuildServer(): boolean {
  const { CI } = process.env;
  return CI !== undefined && !['', '0', 'false'].includes(CI);
}

function noUpdate(): CommandFailure {
  return new CommandFailure('Golden outputs are not written where CI is set.', {
    exitCode: EXIT.usage,
    code: 'MILL5730',
    fix: 'Write them where somebody reads them before they are committed; or ask for it: CI= millrace test --update.',
  });
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** With the path as seen from here. */
function here<Item extends { file: string }>(item: Item): Item {
  return { ...item, file: relative(process.cwd(), item.file) || item.file };
}

/** Test files among the paths; a file that is named is taken whatever it is called. */
function testFiles(paths: readonly string[]): string[] {
  const wanted = paths.length > 0 ? paths : [exists('pipelines') ? 'pipelines' : '.'];
  const files: string[] = [];
  for (const path of wanted) {
    if (!exists(path) || statSync(path).isFile()) {
      files.push(resolve(path));
      continue;
    }
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      const isTest = TEST_FILE.test(file) && isYamlOfOurs(relative(path, file));
      const isFile = entry.isFile() || (entry.isSymbolicLink() && leadsInside(path, file));
      if (isTest && isFile) files.push(resolve(file));
    }
  }
  return files.sort();
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
