import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hosting, isMissing, openHosting } from './support/hosting.js';

const program = join(import.meta.dirname, '../bin/millrace-temporal.js');

/** Its first attempt runs until somebody ends it; a second one would be seen. */
const slow = (retry: object[]): object => ({
  StartAt: 'Slow',
  States: {
    Slow: {
      Type: 'Task',
      Resource: 'millrace:shell',
      Parameters: {
        command: [
          'sh',
          '-c',
          'cd "$MILLRACE_WORK_FOLDER"; echo begun >> begun; if [ "$(wc -l < begun)" = 1 ]; then exec sleep 600; fi; echo "{\\"again\\":true}"',
        ],
      },
      Retry: retry,
      End: true,
    },
  },
});

// Each starts several programs, one after another.
describe.skipIf(isMissing)('a worker as a process', { timeout: 180_000 }, () => {
  let hosting: Hosting;
  let folder: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-worker-'));
    mkdirSync(join(folder, 'pipelines/parts'), { recursive: true });
    hosting = await openHosting();
    await hosting.stopWorker();
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await hosting.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function command(...args: string[]): ChildProcess {
    const { address, taskQueue } = hosting.place;
    const place = ['--address', address, '--task-queue', taskQueue];
    const child = spawn(
      process.execPath,
      [program, ...args, ...place, '--pipelines', 'pipelines'],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, MILLRACE_STORE: undefined, MILLRACE_SECRETS: undefined },
      },
    );
    children.push(child);
    return child;
  }

  async function told(
    child: ChildProcess,
  ): Promise<{ code: number | null; out: string; err: string }> {
    const chunks: { out: string[]; err: string[] } = { out: [], err: [] };
    child.stdout?.on('data', (chunk) => chunks.out.push(String(chunk)));
    child.stderr?.on('data', (chunk) => chunks.err.push(String(chunk)));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, out: chunks.out.join(''), err: chunks.err.join('') };
  }

  async function worker(...args: string[]): Promise<ChildProcess> {
    const child = command('worker', ...args);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
    });
    return child;
  }

  const ended = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve) => child.once('exit', resolve));

  it('that is killed loses its attempt once, and what Retry says happens on another', async () => {
    const first = await worker('--data', 'first');
    const retry = [{ ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const options = { heartbeatMs: 3_000 };
    const workflowId = await hosting.start(slow(retry), { options });
    await hosting.until(workflowId, ({ states }) => states.some(({ phase }) => phase === 'task'));
    await begun(workflowId);
    first.kill('SIGKILL');
    await ended(first);
    // The same folder: processes that the first one left are ended, and its work folder is there.
    const second = await worker('--data', 'first');
    const outcome = await hosting.executions.ended(workflowId);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { again: true } });
    const types = await hosting.types(workflowId);
    expect(types.filter((type) => type === 'TaskFailed')).toHaveLength(1);
    const history = await hosting.executions.history(workflowId);
    const lost = history.find(({ type }) => type === 'TaskFailed');
    expect(lost?.details).toMatchObject({ error: 'Millrace.WorkerLost' });
    expect(await hosting.replay(workflowId)).toBe(1);
    second.kill('SIGTERM');
    await ended(second);
  });

  it('that is stopped takes its attempt with it as lost, and ends', async () => {
    const first = await worker('--data', 'second', '--grace', '1s');
    const workflowId = await hosting.start(slow([]));
    await begun(workflowId);
    first.kill('SIGTERM');
    expect(await ended(first)).toBe(0);
    const second = await worker('--data', 'third');
    const outcome = await hosting.executions.ended(workflowId);
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Millrace.WorkerLost' });
    second.kill('SIGTERM');
    await ended(second);
  });

  /** Resolves when the attempt has said that it began. */
  async function begun(workflowId: string): Promise<void> {
    for (;;) {
      const events = await hosting.executions.history(workflowId);
      if (events.some(({ type }) => type === 'TaskStarted')) return;
    }
  }

  it('runs pipeline files, with the executions that they start and the secrets that they name', async () => {
    const pipelines = join(folder, 'pipelines');
    writeFileSync(
      join(pipelines, 'outer.yaml'),
      `pipeline: outer
input: { n: 20 }
definition:
  StartAt: Inner
  States:
    Inner:
      Type: Task
      Resource: arn:aws:states:::states:startExecution.sync:2
      Parameters: { StateMachineArn: inner, Input.$: $ }
      OutputPath: $.Output
      End: true
`,
    );
    writeFileSync(
      join(pipelines, 'parts/inner.yaml'),
      `pipeline: inner
steps:
  - secret: { shell: { script: "./length.sh", env: { TOKEN: { secret: county-api } } } }
`,
    );
    writeFileSync(
      join(pipelines, 'parts/length.sh'),
      '#!/bin/sh\nprintf \'{"length": %d}\' "$(printf %s "$TOKEN" | wc -c)"\n',
      {
        mode: 0o755,
      },
    );
    writeFileSync(join(folder, 'secrets.env'), 'county-api=twelve-chars\n');
    const running = await worker('--data', 'fourth', '--secrets-env', '*=secrets.env');
    const name = 'from-files';
    const first = await told(command('start', 'outer', '--name', name, '--wait', '--json'));
    expect(first.err).toBe('');
    const outcome = JSON.parse(first.out) as { output: { secret: unknown } };
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { secret: { length: 12 } } });
    const shown = await told(command('describe', `default/outer/${name}`));
    expect(shown.out).toContain(`millrace/default/outer/${name}  SUCCEEDED`);
    const again = await told(command('start', 'outer', '--name', name));
    expect(again).toMatchObject({ code: 6, out: '' });
    expect(again.err).toContain('Error MILL5543');
    const missing = await told(command('start', 'nothing'));
    expect(missing).toMatchObject({ code: 3 });
    expect(missing.err).toContain("There is no pipeline 'nothing'");
    running.kill('SIGTERM');
    await ended(running);
    const histories = await hosting.client.workflow
      .getHandle(`millrace/default/outer/${name}`)
      .fetchHistory();
    expect(JSON.stringify(histories)).not.toContain(
      Buffer.from('twelve-chars').toString('base64').slice(0, 12),
    );
  });

  it('runs the pipeline of the example of a cluster as it is', async () => {
    const file = join(import.meta.dirname, '../../examples/cluster/pipelines/hourly.yaml');
    writeFileSync(join(folder, 'pipelines/hourly.yaml'), readFileSync(file));
    const running = await worker('--data', 'fifth');
    const first = await told(command('start', 'hourly', '--wait', '--json'));
    expect(JSON.parse(first.out)).toMatchObject({ status: 'SUCCEEDED' });
    running.kill('SIGTERM');
    await ended(running);
  });

  it('with a key takes nothing that was not sealed with it, and shows Temporal nothing', async () => {
    const made = await told(command('key', 'key'));
    expect(made.code).toBe(0);
    const running = await worker('--data', 'sixth', '--seal-key', 'key');
    const seal = ['--seal-key', 'key'];
    const first = await told(
      command(
        'start',
        'outer',
        '--input',
        '{"open":"nobody-reads-this"}',
        '--name',
        'sealed',
        ...seal,
      ),
    );
    expect(first.code).toBe(0);
    const handle = hosting.client.workflow.getHandle('millrace/default/outer/sealed');
    const [event] = (await handle.fetchHistory()).events ?? [];
    const [payload] = event?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(Buffer.from(payload?.metadata?.encoding ?? []).toString()).toBe('binary/millrace');
    expect(Buffer.from(payload?.data ?? []).toString('latin1')).not.toContain('nobody-reads-this');
    const open = await told(command('start', 'outer', '--name', 'open'));
    expect(open.code).toBe(0);
    const refused = hosting.client.workflow.getHandle('millrace/default/outer/open');
    for (;;) {
      const { events } = await refused.fetchHistory();
      expect(events?.some((one) => one.activityTaskScheduledEventAttributes)).toBe(false);
      if (events?.some((one) => one.workflowTaskFailedEventAttributes)) break;
    }
    await refused.terminate();
    running.kill('SIGTERM');
    await ended(running);
  });
});
