/**
 * Tasks under a user of their own (`millrace up --task-user`): *what a task tries → what it gets*.
 *
 * Needs the right to start processes as another user, so it runs as root on Linux only.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGroupAlive } from '../../src/connectors/process/process-group.js';
import { millrace } from '../cli/millrace.js';
import { NOBODY, right } from '../rights.js';
import { type Ended, type UpProcess, up } from './up-process.js';

const users = right('other users');
const ENV = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, SECRET: 'canary-of-the-server' };

let home: string;
let folder: string;
let data: string;
let server: UpProcess;
let web: Server;

/** A script that tries things and answers what came of each: `ok`, or the code of the error. */
const TRY = `
import fs from 'node:fs';
import { join } from 'node:path';
const text = await new Promise((done) => { let all = ''; process.stdin.on('data', (part) => { all += part; }).on('end', () => done(all)); });
const data = JSON.parse(text).data;
const status = (pid) => fs.readFileSync('/proc/' + pid + '/status', 'latin1');
const field = (name) => new RegExp('^' + name + ':[ \\\\t]*(.*)$', 'm').exec(status('self'))[1].trim();
const read = (path) => () => { const file = fs.openSync(path, 'r'); fs.readSync(file, Buffer.alloc(1), 0, 1, fs.fstatSync(file).isFile() ? 0 : null); };
const list = (path) => () => fs.readdirSync(path);
const write = (path) => () => fs.writeFileSync(path, 'x');
const server = process.ppid;
const tries = {
  'read seal.key': read(join(data, 'seal.key')),
  'read millrace.db': read(join(data, 'millrace.db')),
  'read millrace.db-wal': read(join(data, 'millrace.db-wal')),
  'read server.json': read(join(data, 'server.json')),
  'read millrace.log': read(join(data, 'millrace.log')),
  'list the data folder': list(data),
  'list the work folder': list(join(data, 'work')),
  'list the processes': list(join(data, 'processes')),
  'list the buckets': list(join(data, 'work/.buckets')),
  'list the map runs': list(join(data, 'work/.map-runs')),
  'write into the data folder': write(join(data, 'x')),
  'write into the work folder': write(join(data, 'work/x')),
  'write into the folder of the team': write(join(data, 'work/default/x')),
  'write into the folder of pipelines': write(join(process.cwd(), 'x')),
  'replace seal.key': () => fs.renameSync(join(data, 'seal.key'), join(data, 'y')),
  'second name of seal.key': () => fs.linkSync(join(data, 'seal.key'), process.env.MILLRACE_WORK_FOLDER + '/key'),
  'environment of the server': read('/proc/' + server + '/environ'),
  'memory of the server': read('/proc/' + server + '/mem'),
  'open files of the server': list('/proc/' + server + '/fd'),
  'ptrace of the server': () => fs.openSync('/proc/' + server + '/mem', 'r+'),
  'kill the server': () => process.kill(server, 'SIGTERM'),
  'become root': () => process.setuid(0),
  'join the group of root': () => process.setgid(0),
};
const results = {};
for (const [name, act] of Object.entries(tries)) {
  try { act(); results[name] = 'ok'; } catch (error) { results[name] = error.code ?? String(error); }
}
fs.writeFileSync(join(process.env.MILLRACE_WORK_FOLDER, 'mine.txt'), 'mine');
fs.writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({
  results,
  uid: field('Uid'), gid: field('Gid'), groups: field('Groups'),
  capabilities: ['CapPrm', 'CapEff', 'CapInh', 'CapAmb'].map(field),
  home: process.env.HOME,
  workFolder: process.env.MILLRACE_WORK_FOLDER,
}));
`;

const PIPELINES: { [name: string]: string } = {
  try: `steps:
  - try: { shell: { script: try.mjs, input: { data: DATA } } }
`,
  work: `steps:
  - write: { sql: { query: "SELECT 42 AS n", output: { path: out/n.csv } } }
  - fetch: { http: { url: "WEB", saveTo: fetched/a.csv } }
  - node: { lambda: functions/node }
  - snake: { lambda: { folder: functions/snake, handler: index.handler, fallback: { folder: functions/node, handler: index.handler } } }
  - read: { shell: ["sh", "-c", "cat $MILLRACE_WORK_FOLDER/out/n.csv $MILLRACE_WORK_FOLDER/fetched/a.csv; echo end"] }
  - sum: { sql: { query: "SELECT sum(n) AS n FROM t", inputs: { t: ["out/n.csv", "fetched/a.csv"] } } }
`,
  publish: `datasets:
  own/parcels:
    contract: { columns: { id: bigint, zip: { type: varchar, pattern: "^[0-9]{5}$", severity: quarantine } } }
steps:
  - publish: { dataset: { name: own/parcels, from: parcels.csv } }
`,
  use: `reads: { parcels: own/parcels }
steps:
  - count: { sql: "SELECT count(*) AS n FROM parcels" }
  - look: { shell: ["sh", "-c", "ls $MILLRACE_DATASET_parcels; ls DATA/datasets 2>&1; echo x > $MILLRACE_DATASET_parcels/part-0.parquet; echo end"] }
`,
  sleep: `steps:
  - sleep: { shell: ["sleep", "300"] }
`,
  detach: `steps:
  - detach: { shell: ["node", "-e", "require('child_process').spawn('sleep', ['301'], { detached: true, stdio: 'ignore' }).unref(); setInterval(() => {}, 1000)"] }
`,
  // A task puts a link in the place of a folder that the server writes into.
  'link-files': `steps:
  - link: { shell: ["sh", "-c", "cd $MILLRACE_WORK_FOLDER && mv .millrace moved && ln -s TARGET .millrace"] }
  - again: { shell: ["true"] }
`,
  'link-save': `steps:
  - link: { shell: ["sh", "-c", "ln -s TARGET $MILLRACE_WORK_FOLDER/out"] }
  - fetch: { http: { url: "WEB", saveTo: out/planted } }
`,
  'link-query': `steps:
  - link: { shell: ["sh", "-c", "ln -s TARGET $MILLRACE_WORK_FOLDER/out"] }
  - write: { sql: { query: "SELECT 1 AS n", output: { path: out/planted.csv } } }
`,
  'link-output': `steps:
  - link: { shell: ["sh", "-c", "ln -s DATA/seal.key $MILLRACE_OUTPUT"] }
`,
  'other-owner': `steps:
  - link: { shell: ["sh", "-c", "ln /etc/passwd $MILLRACE_OUTPUT || exit 9"] }
`,
};

beforeAll(async () => {
  if (users.isMissing) return;
  web = createServer((_, response) => response.end('n\n8\n'));
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`;
  home = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-user-')));
  chmodSync(home, 0o755);
  folder = join(home, 'pipelines');
  data = join(home, 'data');
  mkdirSync(join(folder, 'functions/node'), { recursive: true });
  mkdirSync(join(folder, 'functions/snake'));
  mkdirSync(join(home, 'target'));
  writeFileSync(join(folder, 'try.mjs'), TRY);
  writeFileSync(join(folder, 'parcels.csv'), 'id,zip\n1,12345\n2,x\n');
  writeFileSync(
    join(folder, 'functions/node/index.mjs'),
    'export const handler = async () => process.getuid();\n',
  );
  writeFileSync(
    join(folder, 'functions/snake/index.py'),
    'import os\ndef handler(event, context):\n    return os.getuid()\n',
  );
  for (const [name, steps] of Object.entries(PIPELINES)) {
    const text = steps
      .replaceAll(/\bDATA\b/g, data)
      .replaceAll('WEB', url)
      .replaceAll('TARGET', join(home, 'target'));
    writeFileSync(join(folder, `${name}.yaml`), `pipeline: ${name}\n${text}`);
  }
  // As an earlier server without a task user has left it.
  mkdirSync(data, { mode: 0o755 });
  writeFileSync(join(data, 'seal.key'), Buffer.alloc(32, 7), { mode: 0o644 });
  mkdirSync(join(data, 'work/.buckets/default'), { recursive: true });
  server = await start();
});

afterAll(async () => {
  if (users.isMissing) return;
  await server?.stop();
  web.close();
  rmSync(home, { recursive: true, force: true });
});

const start = (): Promise<UpProcess> =>
  up({
    folder,
    data,
    env: ENV,
    flags: ['--task-user', 'nobody', '--allow-private-addresses'],
  });

const REFUSED: [string, string[]][] = [
  ['read seal.key', ['EACCES']],
  ['read millrace.db', ['EACCES']],
  ['read millrace.db-wal', ['EACCES']],
  ['read server.json', ['EACCES']],
  ['read millrace.log', ['EACCES']],
  ['list the data folder', ['EACCES']],
  ['list the work folder', ['EACCES']],
  ['list the processes', ['EACCES']],
  ['list the buckets', ['EACCES']],
  ['list the map runs', ['EACCES']],
  ['write into the data folder', ['EACCES']],
  ['write into the work folder', ['EACCES']],
  ['write into the folder of the team', ['EACCES']],
  ['write into the folder of pipelines', ['EACCES']],
  ['replace seal.key', ['EACCES']],
  ['second name of seal.key', ['EPERM', 'EACCES']],
  ['environment of the server', ['EACCES']],
  ['memory of the server', ['EACCES']],
  ['open files of the server', ['EACCES']],
  ['ptrace of the server', ['EACCES']],
  ['kill the server', ['EPERM']],
  ['become root', ['EPERM']],
  ['join the group of root', ['EPERM']],
];

describe.skipIf(users.isMissing)(users.title('a task of a user of its own'), () => {
  let told: {
    results: { [what: string]: string };
    uid: string;
    gid: string;
    groups: string;
    capabilities: string[];
    home: string;
    workFolder: string;
  };

  beforeAll(async () => {
    const { output } = await server.run('try');
    told = (output as { try: typeof told }).try;
  });

  test.each(REFUSED)('tries: %s, and is refused', (what, codes) => {
    expect(codes).toContain(told.results[what]);
  });

  test('is tried on everything that is listed', () => {
    expect(Object.keys(told.results).sort()).toEqual(REFUSED.map(([what]) => what).sort());
  });

  test('has the ids of that user, no other group, no rights, and its home', () => {
    expect(told.uid.split(/\s+/)).toEqual(Array(4).fill(String(NOBODY)));
    expect(told.gid.split(/\s+/)).toEqual(Array(4).fill(String(NOBODY)));
    expect(told.groups).toBe('');
    expect(told.capabilities).toEqual(Array(4).fill('0000000000000000'));
    expect(told.home).toBe('/nonexistent');
  });

  test('has a work folder of its own that nobody else may enter', () => {
    const { uid, mode } = statSync(told.workFolder);
    expect([uid, (mode & 0o777).toString(8)]).toEqual([NOBODY, '700']);
    expect(statSync(join(told.workFolder, 'mine.txt')).uid).toBe(NOBODY);
    expect((statSync(data).mode & 0o777).toString(8)).toBe('711');
    expect((statSync(join(data, 'seal.key')).mode & 0o777).toString(8)).toBe('600');
  });

  test('can do its work in every connector, and reads what the server wrote for it', async () => {
    const ended = await server.run('work');
    expect(ended.cause).toBeUndefined();
    expect(ended.output).toMatchObject({
      node: NOBODY,
      snake: NOBODY,
      read: { stdout: 'n\n42\nn\n8\nend' },
      sum: { result: [{ n: 50 }] },
    });
    const work = join(data, 'work/default', ended.id);
    const files = readdirSync(work, { recursive: true, withFileTypes: true });
    const foreign = files.filter(
      (file) => statSync(join(file.parentPath, file.name)).uid !== NOBODY,
    );
    expect(foreign.map(({ name }) => name)).toEqual([]);
    // Nothing of the attempts is left behind.
    expect(files.map(({ name }) => name).sort()).toEqual([
      '.millrace',
      // Which column of out/n.csv came from what.
      expect.stringMatching(/^[0-9a-f]{64}\.json$/),
      'a.csv',
      'fetched',
      'lineage',
      'n.csv',
      'out',
    ]);
  });

  test("writes versions of datasets, which are the server's then, and reads them, but changes nothing", async () => {
    for (const _ of [1, 2]) {
      const published = await server.run('publish');
      expect(published.cause).toBeUndefined();
      const { location, quarantined } = (
        published.output as { publish: { location: string; quarantined: { location: string } } }
      ).publish;
      for (const one of [location, quarantined.location]) {
        expect(readdirSync(one).sort()).toEqual(['_manifest.json', 'part-0.parquet']);
        for (const name of readdirSync(one)) expect(statSync(join(one, name)).uid).toBe(0);
      }
      const used = await server.run('use');
      expect(used.output).toMatchObject({ count: { result: [{ n: 1 }] } });
      const { stdout } = (used.output as { look: { stdout: string } }).look;
      expect(stdout).toMatch(/^_manifest.json\npart-0.parquet\n.*Permission denied\nend$/);
      expect(readFileSync(join(location, 'part-0.parquet'), 'latin1').slice(0, 4)).toBe('PAR1');
    }
  });
});

describe.skipIf(users.isMissing)(
  users.title('a link that a task puts in the way of the server'),
  () => {
    const planted = (): string[] => readdirSync(join(home, 'target'));

    test.each([
      ['in the place of the folder for input and output', 'link-files'],
      ['in the place of a folder for a download', 'link-save'],
      ['in the place of a folder for the rows of a query', 'link-query'],
    ])('%s is not followed', async (_, pipeline) => {
      const ended = await server.run(pipeline);
      expect(ended.error).toBe('Connector.PathOutsideFolder');
      expect(planted()).toEqual([]);
    });

    test('to a file of the server is no output', async () => {
      const ended = await server.run('link-output');
      expect(ended.error).toBe('Shell.InvalidOutput');
      expect(JSON.stringify(ended)).not.toContain('\\u0007');
    });

    test('as a second name of a file of another user is no output either', async () => {
      const ended = await server.run('other-owner');
      // 9: the system itself refuses it (fs.protected_hardlinks).
      expect(['Shell.InvalidOutput', 'Shell.ExitCode.9']).toContain(ended.error);
    });
  },
);

describe.skipIf(users.isMissing)(users.title('processes of that user'), () => {
  const processOf = async (pipeline: string): Promise<{ id: string; pid: number }> => {
    const entries = (): string[] => readdirSync(join(data, 'processes'));
    await expect.poll(entries, { timeout: 10_000 }).toEqual([]);
    const id = await server.start(pipeline);
    // The ledger names the process as soon as there is one.
    for (;;) {
      const [name] = entries();
      try {
        const { pid } = JSON.parse(readFileSync(join(data, 'processes', name ?? ''), 'utf8')) as {
          pid: number;
        };
        return { id, pid };
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  };

  test('are ended when the execution is stopped', async () => {
    const { id, pid } = await processOf('sleep');
    await server.call('POST', `/executions/${id}/stop`, {});
    await expect.poll(() => isGroupAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  test('are ended at the next start when the server was killed, also those that left the group', async () => {
    const { pid } = await processOf('detach');
    const hasLeft = (): boolean =>
      execFileSync('ps', ['-eo', 'user,args']).toString().includes('sleep 301');
    await expect.poll(hasLeft, { timeout: 10_000 }).toBe(true);
    await server.stop('SIGKILL');
    expect(isGroupAlive(pid)).toBe(true);
    server = await start();
    expect(isGroupAlive(pid)).toBe(false);
    expect(hasLeft()).toBe(false);
  });
});

describe.skipIf(users.isMissing)(users.title('doctor'), () => {
  const verdict = async (at: string): Promise<{ verdict: string; found: string } | undefined> => {
    const { stdout } = await millrace(['doctor', '--json', '--data', at], { cwd: home });
    const { checks } = JSON.parse(stdout) as {
      checks: { name: string; verdict: string; found: string }[];
    };
    return checks.find(({ name }) => name === 'task user');
  };

  test('tells as whom tasks run', async () => {
    expect(await verdict(data)).toMatchObject({ verdict: 'ok', found: 'tasks run as nobody' });
  });

  test('warns of a server that runs as root without a task user', async () => {
    const other = join(home, 'as-root');
    expect((await verdict(other))?.verdict).toBe('warn');
    const running = await up({ folder: join(folder, 'functions'), data: other });
    expect(await verdict(other)).toMatchObject({
      verdict: 'warn',
      found: expect.stringContaining('the server runs as root'),
    });
    await running.stop();
  });

  test('does not warn of one that runs as another user', async () => {
    const other = join(home, 'as-nobody');
    mkdirSync(other, { mode: 0o700 });
    chownSync(other, NOBODY, NOBODY);
    const options = { folder: join(folder, 'functions'), data: other, env: ENV };
    const running = await up({ ...options, uid: NOBODY });
    expect((await verdict(other))?.verdict).toBe('ok');
    await running.stop();
  });
});

describe.skipIf(users.isMissing)(
  users.title('a server that cannot have such tasks says so at its start'),
  () => {
    const failure = async (flags: string[], more: { uid?: number; data?: string } = {}) => {
      const args = [
        'up',
        folder,
        '--data',
        more.data ?? join(home, 'none'),
        '--port',
        '0',
        ...flags,
      ];
      const uid = more.uid === undefined ? {} : { uid: more.uid };
      return millrace(args, { cwd: home, env: ENV, ...uid });
    };

    test.each<[string, string[], string, string]>([
      ['no such user', ['--task-user', 'no-such-user'], 'no user', 'useradd'],
      ['root', ['--task-user', 'root'], 'cannot be root', 'nobody'],
      ['root by number', ['--task-user', '0'], 'cannot be root', 'nobody'],
      ['the group of root', ['--task-user', '65534:0'], 'cannot be root', 'nobody'],
    ])('%s', async (_, flags, told, fix) => {
      const ended = await failure(flags);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('MILL5024');
      expect(ended.stderr).toContain(told);
      expect(ended.stderr).toContain(fix);
    });

    test('when it is not root itself', async () => {
      const own = join(home, 'own');
      mkdirSync(own);
      chownSync(own, NOBODY, NOBODY);
      const ended = await failure(['--task-user', 'daemon'], { uid: NOBODY, data: own });
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('Start the server as root');
    });

    test('when the user cannot come to its work folders', async () => {
      const closed = join(home, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const ended = await failure(['--task-user', 'nobody'], { data: join(closed, 'data') });
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(`'nobody' cannot use ${join(closed, 'data/work')}`);
      expect(ended.stderr).toContain('chmod o+x');
    });

    test('when the user cannot read the pipelines', async () => {
      chmodSync(folder, 0o700);
      const ended = await failure(['--task-user', 'nobody']);
      chmodSync(folder, 0o755);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(`'nobody' cannot use ${folder}`);
    });
  },
);

describe.skipIf(users.isMissing)(users.title('a work folder from before tasks had a user'), () => {
  test('is given to the user with all that is in it', async () => {
    const before: Ended = await server.run('try');
    const work = join(data, 'work/default', before.id);
    execFileSync('chown', ['-R', 'root:root', work]);
    writeFileSync(join(work, 'earlier.txt'), 'earlier');
    const { prepareWorkFolder } = await import('../../src/connectors/process/work-folders.js');
    await prepareWorkFolder(work, { name: 'nobody', uid: NOBODY, gid: NOBODY, home: '/' });
    const uids = readdirSync(work, { recursive: true, withFileTypes: true }).map(
      (file) => statSync(join(file.parentPath, file.name)).uid,
    );
    expect(new Set([statSync(work).uid, ...uids])).toEqual(new Set([NOBODY]));
    expect(existsSync(join(work, 'earlier.txt'))).toBe(true);
  });
});
