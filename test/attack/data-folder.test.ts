/**
 * Who else may touch the data folder of a running server, and what happens when it is taken away: nobody, and nothing is
 * acknowledged from then on.
 * @module
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { openDriver } from '../../src/store/driver.js';
import { right } from '../rights.js';
import { acknowledged, type DataServer, makeProject, type Project } from './data-server.js';

const namespaces = right('namespaces');
const controlGroups = right('control groups');

/** Starts a program where no process of ours can be seen, as in a container that shares a volume with us. */
const CONTAINER = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];

const PIPELINES = {
  hello: 'steps:\n  - greet: { echo: { hello: world } }\n',
  hold: 'steps:\n  - wait-long: { wait: 1d }\n',
  // Leaves its process group and its session, clears its environment, changes its folder, closes its pipes, and is
  // adopted by init: then it notes its process id in the file PID.
  escape: [
    'steps:',
    '  - leave:',
    '      shell:',
    '        command:',
    '          - sh',
    '          - -c',
    '          - |',
    '            setsid env -i sh -c \'cd /; echo $$ > "$0.draft"; mv "$0.draft" "$0"; exec sleep 600\' "$PWD/PID" \\',
    '              </dev/null >/dev/null 2>&1 &',
    '            exec sleep 600',
    '',
  ].join('\n'),
};

let project: Project;
beforeEach(() => {
  project = makeProject(PIPELINES);
});
afterEach(() => project.remove());

describe.skipIf(namespaces.isMissing)(
  namespaces.title('a second server, from a namespace that sees no process of the first'),
  () => {
    it('is refused, told who has the folder, and does not disturb', async () => {
      const first = await project.up();
      const second = await project.tryUp({ through: CONTAINER });
      expect(second.code).toBe(6);
      expect(second.stderr).toContain('error[MILL5009]');
      expect(second.stderr).toContain(`Process ${first.pid} on `);
      expect(acknowledged(await first.start('hello'))).toBe(true);
      expect((await first.kill('SIGTERM')).code).toBe(0);
    });

    it('is refused also when the first one is the one in the namespace', async () => {
      await project.up({ through: CONTAINER });
      const second = await project.tryUp();
      expect(second.code).toBe(6);
      expect(second.stderr).toContain('error[MILL5009]');
    });

    it('gets the folder at once when the first one was killed', async () => {
      const first = await project.up();
      await first.kill('SIGKILL');
      const second = await project.up({ through: CONTAINER });
      expect(acknowledged(await second.start('hello'))).toBe(true);
    });
  },
);

describe('a server that was replaced', () => {
  // What another server does first, where the lock did not keep it out: a file system without locks, say.
  const takeOver = (): void => {
    const driver = openDriver(project.path('.millrace/millrace.db'));
    // The server may write just now.
    driver.exec('PRAGMA busy_timeout = 5000');
    driver.exec("UPDATE settings SET value = value + 1 WHERE key = 'epoch'");
    driver.close();
  };

  it('acknowledges nothing more, ends with 70 and says why', async () => {
    const server = await project.up();
    expect(acknowledged(await server.start('hello'))).toBe(true);
    takeOver();
    expect(acknowledged(await server.start('hello'))).toBe(false);
    const { code, stderr } = await server.ended;
    expect(code).toBe(70);
    expect(stderr).toContain('Another server has taken over this data folder');
  });

  it('also deploys nothing and makes no access keys', async () => {
    const server = await project.up();
    takeOver();
    const key = await server.request('POST', '/api/v1/access-keys', { team: 'a', label: 'b' });
    expect(acknowledged(key)).toBe(false);
    expect((await server.ended).code).toBe(70);
  });

  it('ends by itself when nobody asks it for anything', async () => {
    const server = await project.up();
    takeOver();
    expect((await server.ended).code).toBe(70);
  });

  it('gives way to one that was let in because somebody had removed the lock', async () => {
    const first = await project.up();
    for (const name of ['hold', 'lock']) rmSync(project.path(`.millrace/millrace.db.${name}`));
    const second = await project.up();
    // It ends by itself, or the second one ends it with what else is left in its control group, whichever comes first.
    expect([70, null]).toContain((await first.ended).code);
    expect(acknowledged(await first.start('hello'))).toBe(false);
    expect(acknowledged(await second.start('hello'))).toBe(true);
  });
});

describe('a data folder that vanishes under the running server', () => {
  const data = (name = ''): string => project.path('.millrace', name);
  const WAYS: { [way: string]: () => void } = {
    'is removed': () => rmSync(data(), { recursive: true }),
    'is moved away': () => renameSync(data(), project.path('elsewhere')),
    'is replaced by a copy of itself': () => {
      cpSync(data(), project.path('copy'), { recursive: true });
      renameSync(data(), project.path('elsewhere'));
      renameSync(project.path('copy'), data());
    },
    'is replaced by an empty one': () => {
      renameSync(data(), project.path('elsewhere'));
      mkdirSync(data());
    },
    'loses its database': () => rmSync(data('millrace.db')),
    'loses its write-ahead log': () => rmSync(data('millrace.db-wal')),
    'loses the index of its write-ahead log': () => rmSync(data('millrace.db-shm')),
    'loses its lock': () => rmSync(data('millrace.db.hold')),
  };

  /** Starts executions without a pause, and answers how many were acknowledged that were asked for after `since`. */
  async function hammer(server: DataServer, since: { at: number }): Promise<number> {
    let late = 0;
    for (;;) {
      const asked = performance.now();
      const answer = await server.start('hello');
      if (acknowledged(answer) && asked > since.at) late += 1;
      if (answer.status === 0) return late;
    }
  }

  test.each(Object.entries(WAYS))(
    '%s: nothing is acknowledged any more, exit 70',
    async (_, vanish) => {
      const server = await project.up();
      const since = { at: Number.POSITIVE_INFINITY };
      const clients = [hammer(server, since), hammer(server, since)];
      await server.request('POST', '/api/v1/executions?wait=20', { pipeline: 'hello' });
      vanish();
      since.at = performance.now();
      const { code, stderr } = await server.ended;
      expect(code).toBe(70);
      expect(stderr).toContain('The data folder was removed, moved or replaced');
      expect(await Promise.all(clients)).toEqual([0, 0]);
    },
  );

  it('is noticed within two seconds when nobody asks for anything', async () => {
    const server = await project.up();
    const since = performance.now();
    rmSync(data(), { recursive: true });
    expect((await server.ended).code).toBe(70);
    expect(performance.now() - since).toBeLessThan(2_000);
  });
});

describe('what a crashed server has left running', () => {
  /** A zombie is none that runs: its new parent has not looked yet. */
  const alive = (pid: number): boolean =>
    existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

  it.skipIf(controlGroups.isMissing)(
    controlGroups.title('ends at the next start, whatever it did to hide'),
    async () => {
      const first = await project.up();
      await first.start('escape');
      const file = project.path('pipelines/PID');
      while (!existsSync(file)) await first.health();
      const pid = Number(readFileSync(file, 'utf8'));
      await first.kill('SIGKILL');
      expect(alive(pid)).toBe(true);
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('MILLRACE');
      const second = await project.up();
      expect(alive(pid)).toBe(false);
      expect((await second.kill('SIGTERM')).code).toBe(0);
    },
  );

  it.skipIf(controlGroups.isMissing)(
    controlGroups.title('is left alone after an orderly stop'),
    async () => {
      const first = await project.up();
      const { body } = await first.start('escape');
      const file = project.path('pipelines/PID');
      while (!existsSync(file)) await first.health();
      const pid = Number(readFileSync(file, 'utf8'));
      await first.request('POST', `/api/v1/executions/${body.id}/stop`, {});
      expect((await first.kill('SIGTERM')).code).toBe(0);
      const second = await project.up();
      expect(alive(pid)).toBe(true);
      process.kill(pid, 'SIGKILL');
      await second.kill('SIGTERM');
    },
  );
});

describe.skipIf(namespaces.isMissing)(namespaces.title('a full disk at the start'), () => {
  /** A disk of its own, of two megabytes: with what `$1` holds in it, then filled. */
  const FULL_DISK = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount -t tmpfs -o size=2m none "$0" && cp -r "$1/." "$0" && cat /dev/zero > "$0/fill" 2> /dev/null; shift; exec "$@"',
  ];

  it.each(['of a new data folder', 'of one with records in it'])(
    '%s is told, with the fix',
    async (which) => {
      mkdirSync(project.path('disk'));
      mkdirSync(project.path('before'));
      if (which !== 'of a new data folder') {
        const server = await project.up({ data: 'before' });
        for (let i = 0; i < 20; i += 1) await server.start('hold');
        await server.kill('SIGKILL');
      }
      const through = [...FULL_DISK, project.path('disk'), project.path('before')];
      const { code, stderr } = await project.tryUp({ data: 'disk', through });
      expect(stderr).toContain(
        'error[MILL5030] There is no space left on the disk of the data folder',
      );
      expect(stderr).toContain('fix: Free some space there');
      expect(code).toBe(1);
    },
  );
});
