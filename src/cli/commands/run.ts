import { readFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import type { ExecutionDetail, StartedExecution } from '../../api/executions.js';
import { PATHS, pathTo } from '../../api/paths.js';
import type { TestReport } from '../../api/test-runs.js';
import type { StateVisit } from '../../api/traces.js';
import { suggest } from '../../asl/validation/suggestion.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import type { Client } from '../client.js';
import { errorBox } from '../error-box.js';
import { EXIT, EXIT_HELP } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { followExecution, outcomeText } from '../follow.js';
import { readInput } from '../read-input.js';
import { isDefinitionFile, openFile } from '../run-file.js';
import { type FailOn, failedOn, readReport } from '../test-run-report.js';
import { reportText } from '../test-run-text.js';
import { printableJson } from '../text.js';

/** `millrace run NAME`: starts an execution, and follows it with --wait. `millrace run FILE` needs no server. */
export default class Run extends MillraceCommand {
  static override summary =
    'Start an execution of a pipeline, or run a Step Functions definition as it is';
  static override description =
    `Starts by name. With --wait it shows the progress and ends when the execution has ended.\nA file with a definition in Amazon States Language, or a template of CloudFormation, SAM or the CDK, is run at once and to its end, without a server: in a data folder of its own, which is removed afterwards.\nExit codes: ${EXIT_HELP}`;
  static override examples = [
    '<%= config.bin %> run weather --wait',
    '<%= config.bin %> run orders --input \'{"day":"2026-11-21"}\' --name orders-2026-11-21',
    'echo \'{"n":1}\' | <%= config.bin %> run orders --input -',
    '<%= config.bin %> run parcels --test-run --file changed.yaml --fail-on contract',
    '<%= config.bin %> run template.yaml --machine Orders --input @order.json',
  ];
  static override args = {
    pipeline: Args.string({
      required: true,
      description: 'name of the pipeline, or file of a definition',
    }),
  };
  static override flags = {
    input: Flags.string({ char: 'i', description: 'input: JSON, @FILE, or - for standard input' }),
    name: Flags.string({
      description: 'name of the execution; the same name and input start it only once',
    }),
    interval: Flags.string({
      description: 'the slice of time that it is for: 2026-11-20, 2026-11-20T05 or start/end',
    }),
    machine: Flags.string({
      description: 'of a file with several state machines: which one, by its name or logical id',
    }),
    wait: Flags.boolean({ char: 'w', description: 'wait for the end and show the progress' }),
    logs: Flags.boolean({ description: 'with --wait: also show what the tasks print' }),
    timeout: Flags.integer({
      description: 'with --wait: seconds after which to stop waiting (exit 8)',
      min: 1,
    }),
    'test-run': Flags.boolean({
      description:
        'try it: it reads what is real, writes what nobody else reads, and nobody is told; waits for the end',
    }),
    file: Flags.string({
      char: 'f',
      description: 'with --test-run: a pipeline file to try instead of what is deployed',
      dependsOn: ['test-run'],
    }),
    'reads-of': Flags.string({
      description: 'with --test-run: read the versions of datasets that this execution has read',
      dependsOn: ['test-run'],
    }),
    'fail-on': Flags.string({
      description:
        'with --test-run: end with 10 when anything differs from what is published (diff), or a contract is broken (contract)',
      options: ['diff', 'contract'],
      multiple: true,
      dependsOn: ['test-run'],
    }),
    detach: Flags.boolean({
      description: 'with --test-run: do not wait for the end',
      dependsOn: ['test-run'],
      exclusive: ['wait'],
    }),
    ...serverFlags,
  };

  async run(): Promise<StartedExecution | ExecutionDetail | TestReport> {
    const { args, flags } = await this.parse(Run);
    const input = flags.input === undefined ? undefined : await readInput(flags.input);
    if (isDefinitionFile(args.pipeline)) {
      const opened = await openFile(args.pipeline, flags.machine, (text) => this.say(text));
      try {
        const start = { pipeline: opened.pipeline, wait: true, isKept: false };
        return await this.#run(opened.client, { ...flags, ...start }, input);
      } finally {
        await opened.close();
      }
    }
    if (flags.machine !== undefined) {
      throw new CommandFailure('--machine is for a file with several state machines.', {
        exitCode: EXIT.usage,
        code: 'MILL5004',
        fix: 'Name the file: millrace run template.yaml --machine NAME',
      });
    }
    const testRun = flags['test-run'] ? await testRunOf(flags.file, flags['reads-of']) : undefined;
    const wait = flags.wait || (flags['test-run'] && !flags.detach);
    const client = this.client(flags);
    const ended = await this.#run(
      client,
      { ...flags, wait, pipeline: args.pipeline, testRun },
      input,
    );
    if (!flags['test-run'] || !('status' in ended) || ended.status === 'RUNNING') return ended;
    const report = await readReport(client, ended.id);
    this.log(reportText(report));
    const failed = failedOn(report, (flags['fail-on'] ?? []) as FailOn[]);
    // That it did not succeed goes before.
    if (failed !== undefined && ended.status === 'SUCCEEDED') process.exitCode = failed;
    return report;
  }

  async #run(
    client: Client,
    flags: StartFlags,
    input: unknown,
  ): Promise<StartedExecution | ExecutionDetail> {
    const started = await client
      .post<StartedExecution>(PATHS.executions, {
        pipeline: flags.pipeline,
        ...(input === undefined ? {} : { input }),
        ...(flags.name === undefined ? {} : { name: flags.name }),
        ...(flags.interval === undefined ? {} : { interval: flags.interval }),
        ...flags.testRun,
      })
      .catch((error: unknown) => suggestPipeline(client, flags.pipeline, named(error, flags.file)));
    if (!flags.wait) {
      this.log(started.id);
      this.say(`started; look with: millrace show ${started.id}`);
      return started;
    }
    const detach = (): void => {
      process.stderr.write(`\ndetached; still running: ${started.id}\n`);
      process.exit(EXIT.interrupted);
    };
    process.once('SIGINT', detach);
    const ended = await followExecution(client, started.id, {
      timeoutMs: flags.timeout === undefined ? undefined : flags.timeout * 1000,
      logs: flags.logs === true,
      write: (text) => this.say(text),
    });
    process.off('SIGINT', detach);
    this.say(outcomeText(ended));
    if (ended.status === 'RUNNING') {
      process.exitCode = EXIT.stillRunning;
      this.say(`still running: ${ended.id}`);
    } else if (ended.status === 'SUCCEEDED') {
      if (flags.testRun === undefined) this.log(printableJson(ended.output));
    } else {
      process.exitCode = EXIT.notSuccessful;
      const { items } = await client.get<{ items: StateVisit[] }>(
        `${pathTo(PATHS.states, { id: ended.id })}?data=none`,
      );
      this.say(errorBox(ended, items, { isKept: flags.isKept !== false }));
    }
    return ended;
  }
}

/** What a start asks for. */
interface StartFlags {
  pipeline: string;
  name?: string | undefined;
  interval?: string | undefined;
  wait?: boolean | undefined;
  /** False for an execution that is forgotten when it has ended. */
  isKept?: boolean;
  logs?: boolean | undefined;
  timeout?: number | undefined;
  /** A file that is tried. */
  file?: string | undefined;
  /** What makes it a test run. */
  testRun?: object | undefined;
}

/** The fields of a start that make it a test run. */
async function testRunOf(
  file: string | undefined,
  readsOf: string | undefined,
): Promise<{ testRun: true; candidate?: { text: string }; readsOf?: string }> {
  return {
    testRun: true,
    ...(file === undefined ? {} : { candidate: { text: await readCandidate(file) } }),
    ...(readsOf === undefined ? {} : { readsOf }),
  };
}

async function readCandidate(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}.`, {
      exitCode: EXIT.usage,
      code: 'MILL5750',
      fix: 'Name a pipeline file: --file changed.yaml',
    });
  }
}

/** Problems of a file that is tried are told by its name here: the server knows none. */
function named(error: unknown, file: string | undefined): unknown {
  if (!(error instanceof CommandFailure) || file === undefined) return error;
  const { message, exitCode, code, fix } = error;
  const details = error.details.map(({ path, message: what }) => ({
    path: path.replace(/^candidate:/, `${file}:`),
    message: what,
  }));
  return new CommandFailure(message, { exitCode, code, fix, details });
}

/** Adds the name that was probably meant to the failure of a start. */
async function suggestPipeline(client: Client, name: string, error: unknown): Promise<never> {
  if (!(error instanceof CommandFailure) || error.code !== 'MILL3001') throw error;
  const { items } = await client.get<{ items: { name: string }[] }>(PATHS.pipelines);
  const meant = suggest(
    name,
    items.map((pipeline) => pipeline.name),
  );
  if (meant === undefined) throw error;
  const { message, exitCode, code } = error;
  throw new CommandFailure(message, { exitCode, code, fix: `Did you mean '${meant}'?` });
}
