import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Flags } from '@oclif/core';
import { Listr } from 'listr2';
import colors from 'picocolors';
import type { ExecutionDetail, Server } from '../../server.js';
import { MillraceCommand } from '../base-command.js';
import { type DemoRun, readDemoPlan } from '../demo-plan.js';
import { EXIT } from '../exit-codes.js';
import { takeEnvironment } from '../own-environment.js';
import { stopAsked, whenToClose } from '../stopping.js';
import { duration, firstLine, printable } from '../text.js';
import { startFailure } from './up.js';

interface Ended extends DemoRun {
  /** Of the pipeline file. */
  folder: string;
  execution: ExecutionDetail;
  asExpected: boolean;
}

/** `millrace demo`: runs the examples on real data and stays up. */
export default class Demo extends MillraceCommand {
  static override enableJsonFlag = false;
  static override summary = 'Run the example pipelines on real data, then stay up to look around';
  static override flags = {
    once: Flags.boolean({
      description: 'end when all is done: exit 0 when everything went as expected',
    }),
    data: Flags.string({ description: 'data folder', default: '.millrace/demo' }),
    port: Flags.integer({
      description: 'port; 0 takes a free one',
      default: 7350,
      min: 0,
      max: 65535,
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    const say = (text = ''): void => void process.stdout.write(`${text}\n`);
    const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
    const { environment } = takeEnvironment();
    const { EVERYTHING, startServer } = await import('../../server.js');
    const server = await startServer({
      folder: examples,
      data: flags.data,
      environment,
      port: flags.once ? 0 : flags.port,
    }).catch((error: unknown) => {
      throw startFailure(error, flags.port);
    });
    say(
      `\n  ${colors.bold('Millrace')} is up at ${colors.cyan(server.url)} ${colors.dim(`– data in ${relative(process.cwd(), resolve(flags.data)) || '.'}`)}\n`,
    );
    const names = (await server.engine.pipelines.list(EVERYTHING)).map(({ name }) => name);
    const runs = readDemoPlan(examples, names);
    for (const note of new Set(runs.map((run) => run.note))) {
      if (note !== undefined) say(colors.yellow(`  ${note}`));
    }
    const started = performance.now();
    const ended = await runAll(server, runs);
    this.#report(ended, flags.data, performance.now() - started, say);
    const surprises = ended.filter((one) => !one.asExpected);
    if (flags.once) {
      await server.close();
      if (surprises.length > 0) process.exitCode = EXIT.notSuccessful;
      return;
    }
    say(`  ${colors.bold('Look around')}  ${colors.cyan(server.loginUrl)}`);
    say(
      colors.dim(
        '  The link logs you in once; `npx millrace login --data '.concat(
          `${flags.data}\` prints another one. Stop with Ctrl-C.\n`,
        ),
      ),
    );
    await whenToClose(server.drain, stopAsked(say), undefined, say);
    await server.close();
  }

  #report(ended: readonly Ended[], data: string, ms: number, say: (text?: string) => void): void {
    const count = (status: string): number =>
      ended.filter((one) => one.execution.status === status).length;
    say(
      `\n  ${ended.length} executions in ${duration(ms)}: ${count('SUCCEEDED')} succeeded, ${count('FAILED')} failed\n`,
    );
    for (const { execution, title } of ended) {
      const folder = join(data, 'work', execution.team, execution.id);
      const files = existsSync(folder) ? filesIn(folder) : [];
      const notable = files.filter(({ name }) => /\.(parquet|md)$/.test(name));
      const summary = notable.find(({ name }) => name.endsWith('summary.md'));
      // Twenty of a kind would bury the one that is worth reading.
      if (execution.status !== 'SUCCEEDED' || summary === undefined) continue;
      say(`  ${colors.bold(title)} made, in ${folder}/`);
      for (const { name, bytes } of notable)
        say(`    ${name.padEnd(36)} ${colors.dim(size(bytes))}`);
      const lines = readFileSync(join(folder, summary.name), 'utf8').trim().split('\n');
      say(`\n${lines.map((line) => `    ${colors.dim('│')} ${printable(line)}`).join('\n')}\n`);
    }
    for (const one of ended) {
      const { execution, expect, asExpected } = one;
      if (execution.status === 'SUCCEEDED' && asExpected) continue;
      const where = execution.threads.find((thread) => thread.phase === 'failed')?.state;
      say(
        `  ${colors.red('✖')} ${colors.bold(execution.pipeline)} failed in ${where ?? 'a state'}: ${execution.error ?? ''} ${firstLine(execution.cause ?? '', 120)}`,
      );
      if (!asExpected) {
        say(colors.red(`    this was not expected: it should have ended ${expect}`));
        continue;
      }
      say(
        colors.dim(
          `    It fails on purpose. Fix one line of its file, in ${relative(process.cwd(), one.folder) || '.'}/, and go on from the failed state:`,
        ),
      );
      say(`    npx millrace show ${execution.pipeline}@latest --data ${data}`);
      say(
        `    npx millrace redrive ${execution.pipeline}@latest --with-current --wait --data ${data}\n`,
      );
    }
  }
}

async function runAll(server: Server, runs: readonly DemoRun[]): Promise<Ended[]> {
  const { EVERYTHING } = await import('../../server.js');
  const ended: Ended[] = [];
  const interactive = process.stdout.isTTY === true;
  const tasks = runs.map((run) => ({
    title: run.title,
    task: async (_: unknown, task: { output: string; title: string }): Promise<void> => {
      const { id } = await server.engine.executions.start(EVERYTHING, {
        pipeline: run.pipeline,
        ...(run.input === undefined ? {} : { input: run.input as never }),
      });
      const unsubscribe = server.engine.executions.subscribe(
        EVERYTHING,
        (change) => {
          if (change.type !== 'history' || !interactive) return;
          const entered = change.events.findLast((event) => event.type.endsWith('StateEntered'));
          if (entered !== undefined) task.output = String(entered.details.name);
        },
        { execution: id },
      );
      const execution = await server.engine.executions.wait(EVERYTHING, id);
      unsubscribe();
      // Somebody who has mended the example since is not to be told that it should have failed.
      const asExpected = execution.status === run.expect || execution.status === 'SUCCEEDED';
      const { deployment } = await server.engine.pipelines.describe(EVERYTHING, run.pipeline);
      ended.push({ ...run, execution, asExpected, folder: deployment.folder });
      const took = duration((execution.stoppedAt ?? execution.startedAt) - execution.startedAt);
      task.title = `${run.title} ${colors.dim(took)}${execution.status === 'SUCCEEDED' ? '' : colors.yellow(` ${execution.status}, as ${asExpected ? 'intended' : 'nobody wanted'}`)}`;
      if (!asExpected)
        throw new Error(
          `${execution.error ?? execution.status} ${firstLine(execution.cause ?? '')}`,
        );
    },
  }));
  await new Listr(tasks, {
    concurrent: 6,
    exitOnError: false,
    renderer: interactive ? 'default' : 'simple',
    rendererOptions: interactive ? { collapseSubtasks: true } : {},
  } as never).run();
  return ended;
}

function filesIn(folder: string): { name: string; bytes: number }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { name: relative(folder, file), bytes: statSync(file).size };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

function size(bytes: number): string {
  return bytes < 10_240
    ? `${bytes} bytes`
    : bytes < 10_485_760
      ? `${Math.round(bytes / 1024)} KiB`
      : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
