// How fast workers on loopback take and end attempts: real worker processes, a real server, the kind `echo`.
//
//     npm run build && node bench/workers.mjs [workers] [attempts]
//
// With 0 workers the server performs the same tasks itself: what there is to compare with.
//
// Prints attempts a second over all workers, how long an idle worker takes from the start of an execution to its claim, and the
// time of a processor that an attempt takes at the server and at its worker: a busy machine changes the first, hardly the last.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../dist/server.js';

const [workers = 4, attempts = 20_000] = process.argv.slice(2).map(Number);
const program = fileURLToPath(new URL('../bin/millrace.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-workers-'));
const pipelines = join(folder, 'pipelines');
mkdirSync(pipelines);
const server = await startServer({ port: 0, data: join(folder, 'data') });
const { engine } = server;
const token = await server.authenticator.issue('api', {
  ...{ label: 'bench', role: 'worker', teams: ['default'] },
});
const away = { Type: 'Task', Resource: 'millrace:echo', End: true };
const each = {
  Type: 'Map',
  ItemsPath: '$',
  MaxConcurrency: 0,
  ItemProcessor: { StartAt: 'Away', States: { Away: away } },
  ResultPath: null,
  End: true,
};
const deploy = (name, definition) =>
  engine.pipelines.deploy({
    ...{ name, team: 'default', tags: {}, bindings: {}, folder: pipelines, definition },
    sections: workers === 0 ? {} : { worker: true },
  });
await deploy('many', { StartAt: 'Each', States: { Each: each } });
await deploy('one', { StartAt: 'Away', States: { Away: away } });

const children = Array.from({ length: workers }, (_, index) =>
  spawn(
    process.execPath,
    [
      ...[program, 'worker', '--server', server.url, '--name', `w${index}`],
      ...['--kinds', 'echo', '--slots', '64', '--data', join(folder, `w${index}`)],
    ],
    { env: { ...process.env, MILLRACE_TOKEN: token }, stdio: 'ignore' },
  ),
);
while (engine.workers.list('everything').length < workers) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

const waited = [];
for (let count = 0; count < 200; count += 1) {
  const { output } = await engine.executions.run('everything', { pipeline: 'one', input: {} });
  if (output === undefined) throw new Error('no output');
  const [{ id }] = (await engine.executions.list('everything', { pipeline: 'one', limit: 1 }))
    .items;
  const { items } = await engine.executions.history('everything', id, {});
  const at = (type) => items.find((event) => event.type === type)?.at ?? 0;
  waited.push(at('TaskStarted') - at('TaskScheduled'));
}
waited.sort((a, b) => a - b);

/** Milliseconds of a processor that the workers have used (fields 14 and 15 of /proc/PID/stat, in hundredths of a second). */
const usedByWorkers = () =>
  children.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
const used = () => {
  const { user, system } = process.cpuUsage();
  return { server: (user + system) / 1000, workers: usedByWorkers() };
};

const perExecution = Math.min(100, attempts);
const before = used();
const begun = performance.now();
const items = Array.from({ length: perExecution }, (_, index) => index);
await Promise.all(
  Array.from({ length: Math.ceil(attempts / perExecution) }, async () => {
    const { id } = await engine.executions.start('everything', { pipeline: 'many', input: items });
    const { status, error } = await engine.executions.wait('everything', id);
    if (status !== 'SUCCEEDED') throw new Error(`An execution ended as ${status}: ${error}`);
  }),
);
const seconds = (performance.now() - begun) / 1000;
const after = used();
const anAttempt = (name) => Number(((after[name] - before[name]) / attempts).toFixed(3));
console.log(
  JSON.stringify({
    ...{ workers, attempts, seconds: Number(seconds.toFixed(2)) },
    attemptsASecond: Math.round(attempts / seconds),
    processorMsAnAttempt: { server: anAttempt('server'), worker: anAttempt('workers') },
    claimMs: {
      p50: waited[Math.floor(waited.length * 0.5)],
      p99: waited[Math.floor(waited.length * 0.99)],
    },
  }),
);
for (const child of children) child.kill('SIGTERM');
await Promise.all(children.map((child) => new Promise((resolve) => child.once('close', resolve))));
await server.close();
rmSync(folder, { recursive: true, force: true });
