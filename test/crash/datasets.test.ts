/**
 * A server that is killed while it publishes data and while it removes old data: at each step between the first byte of a version and
 * the pointer in the storage. Whatever the moment, readers have the version before or the new one, whole, and what was left goes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../src/datasets/dataset.js';
import type { Pointer } from '../../src/datasets/layout.js';
import { until } from '../support/until.js';

/** Whether the new version is current after a restart. */
const PUBLISHING = {
  'written-half': false,
  'rows-set-aside': false,
  taken: false,
  committed: true,
  pointed: true,
} as const;
const REMOVING = ['to-be-removed', 'out-of-sight'] as const;
const YOUNG = '.staging/young';
const HOUR = 3_600_000;
const ROWS = 40_000;

interface Version {
  readonly number: number;
  readonly version: string;
  readonly state: string;
  readonly interval: string;
  readonly isCurrent: boolean;
  readonly rows: number;
  readonly quarantined?: number;
  readonly folder: string;
  readonly quarantine?: string;
  readonly removedAt?: number;
}

interface Standing {
  readonly versions: readonly Version[];
  readonly executions: readonly { readonly name: string; readonly status: string }[];
  /** Versions that the bus was told of. */
  readonly told: readonly string[];
}

interface Publishing {
  readonly name: string;
  readonly interval: string;
  readonly from: string;
}

/** What a server is asked to do. */
interface Wanted {
  readonly publish?: readonly Publishing[];
  /** Milliseconds that pass after it. */
  readonly pass?: number;
}

/** What was current before a server was killed, and after the next one had started. */
interface Life {
  readonly moment: string;
  readonly reached: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly pointed: readonly string[];
  readonly damaged: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-dataset-crash-'));
const root = join(folder, 'datasets');
const lives: Life[] = [];
let server: ChildProcess;
let written = 0;
let both: Standing;
let swept: Standing;
let last: Standing;
/** Folders that no row of the store knew before the collector came. */
let left: string[] = [];

/** A file with one row that its contract sets aside. */
function source(): string {
  written += 1;
  const rows = Array.from(
    { length: ROWS },
    (_, id) => `${id},${10_000 + ((id + written) % 9_000)}`,
  );
  const name = `parcels-${written}.csv`;
  writeFileSync(join(folder, name), `id,zip\n${rows.join('\n')}\n${ROWS},none\n`);
  return name;
}

async function start(): Promise<Standing> {
  server = fork(join(import.meta.dirname, 'dataset-server.mjs'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return await standing();
}

function standing(): Promise<Standing> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`The server ended with ${code}`));
    server.once('exit', gone);
    server.once('message', (value) => {
      server.off('exit', gone);
      resolve(value as Standing);
    });
  });
}

/** What it is asked for is done when it says how everything stands. */
function ask(wanted: Wanted): Promise<Standing> {
  const told = standing();
  server.send(wanted);
  return told;
}

function killed(): Promise<string> {
  return new Promise((done) => server.once('exit', (_code, signal) => done(String(signal))));
}

async function kill(): Promise<void> {
  const gone = killed();
  server.kill('SIGKILL');
  await gone;
}

/** Versions that current.json names. */
function pointed(): string[] {
  const file = join(root, 'structured/own/parcels/current.json');
  if (!existsSync(file)) return [];
  return idsIn((JSON.parse(readFileSync(file, 'utf8')) as Pointer).versions);
}

const idsIn = (versions: readonly { readonly version: string }[]): string[] =>
  versions.map(({ version }) => version).sort();
const currentOf = ({ versions }: Standing): Version[] =>
  versions.filter(({ isCurrent }) => isCurrent);

/** What of a version's files is not as its manifest says. */
function damageOf({ folder: place, version, rows }: Version): string[] {
  const manifest = JSON.parse(
    readFileSync(join(root, place, '_manifest.json'), 'utf8'),
  ) as Manifest;
  const wrong = manifest.files.filter(({ path, sha256 }) => {
    const bytes = readFileSync(join(root, place, path));
    return createHash('sha256').update(bytes).digest('hex') !== sha256;
  });
  const names = readdirSync(join(root, place)).sort();
  const expected = ['_manifest.json', ...manifest.files.map(({ path }) => path)].sort();
  return [
    ...wrong.map(({ path }) => `${version}: ${path} is another one`),
    ...(names.join() === expected.join() ? [] : [`${version} has ${names.join()}`]),
    ...(rows === manifest.rows && rows === ROWS ? [] : [`${version} has ${rows} rows`]),
  ];
}

/** The server kills itself at the moment; how does everything stand when another has started? */
async function life(moment: string, wanted: Wanted): Promise<void> {
  const before = idsIn(currentOf(await ask({})));
  rmSync(join(folder, 'killed'), { force: true });
  const gone = killed();
  server.send({ ...wanted, moment });
  expect(await gone).toBe('SIGKILL');
  endWriting();
  const reached = readFileSync(join(folder, 'killed'), 'utf8');
  const current = currentOf(await start());
  const after = idsIn(current);
  await pointsTo(current);
  const damaged = current.flatMap(damageOf);
  lives.push({ moment, reached, before, after, pointed: pointed(), damaged });
}

/** The process that wrote is left stopped: as after a loss of power, it does not go on. */
function endWriting(): void {
  const pid = Number(readFileSync(join(folder, 'writing'), 'utf8'));
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const publish = (name: string, interval: string): Publishing => ({
  ...{ name, interval, from: source() },
});

/** Folders of the storage in which something lies. */
function folders(): string[] {
  const of = (place: string): string[] =>
    existsSync(join(root, place))
      ? readdirSync(join(root, place)).map((name) => `${place}/${name}`)
      : [];
  const dataset = 'structured/own/parcels';
  return [`${dataset}/versions`, `${dataset}/quarantine`, '.staging'].flatMap(of).sort();
}

const placesOf = ({ versions }: Standing): string[] =>
  versions
    .filter(({ removedAt }) => removedAt === undefined)
    .flatMap(({ folder: place, quarantine }) =>
      quarantine === undefined ? [place] : [place, quarantine],
    )
    .sort();

beforeAll(async () => {
  await start();
  await ask({ publish: [publish('first', '2026-11-01')] });
  for (const [index, moment] of Object.keys(PUBLISHING).entries()) {
    const interval = index % 2 === 0 ? '2026-11-01' : '2026-11-02';
    await life(moment, { publish: [publish(moment, interval)] });
  }
  both = await ask({ publish: [publish('one', '2026-11-03'), publish('two', '2026-11-03')] });
  for (const moment of REMOVING) {
    await life(moment, { pass: 2 * HOUR });
    await ask({ publish: [publish(`after-${moment}`, '2026-11-03')] });
  }
  await sweep();
}, 120_000);

/** What current.json says follows a moment later. */
async function pointsTo(versions: readonly Version[]): Promise<void> {
  const expected = idsIn(versions).join();
  await until(pointed, (ids) => ids.join() === expected);
}

/** A day later the collector comes; something that is being written then is young. */
async function sweep(): Promise<void> {
  swept = await ask({});
  const known = placesOf(swept);
  left = folders().filter((one) => !known.includes(one));
  mkdirSync(join(root, YOUNG));
  const at = (Date.now() + 26 * HOUR) / 1_000;
  utimesSync(join(root, YOUNG), at, at);
  await ask({ pass: 26 * HOUR });
  last = await until(
    () => ask({}),
    (found) => folders().join() === [YOUNG, ...placesOf(found)].sort().join(),
  );
  await kill();
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('was killed at each of these moments', () => {
  const moments = [...Object.keys(PUBLISHING), ...REMOVING];
  expect(lives.map(({ moment }) => moment)).toEqual(moments);
  expect(lives.map(({ reached }) => reached)).toEqual(moments);
});

it.each(Object.entries(PUBLISHING))(
  'killed when it was %s, has the new version current: %s',
  (moment, isNew) => {
    const { before, after } = lives.find((one) => one.moment === moment) as Life;
    expect(after.filter((id) => !before.includes(id))).toHaveLength(isNew ? 1 : 0);
    if (!isNew) expect(after).toEqual(before);
  },
);

it('has what is current in current.json, as the store has it', () => {
  for (const { moment, after, pointed: there } of lives)
    expect([moment, there]).toEqual([moment, after]);
});

it('has every file of what is current as its manifest says', () => {
  expect(lives.flatMap(({ damaged }) => damaged)).toEqual([]);
});

it('has published no version twice, and told of each once', () => {
  const published = last.versions.filter(({ state }) => state === 'published');
  expect(new Set(idsIn(published)).size).toBe(published.length);
  expect([...last.told].sort()).toEqual(idsIn(published));
});

it('has no execution that is still under way, and none that ended well without its version', () => {
  const ended = new Map(last.executions.map(({ name, status }) => [name, status]));
  for (const [moment, isNew] of Object.entries(PUBLISHING)) {
    expect([moment, ended.get(moment)]).toEqual([moment, isNew ? 'SUCCEEDED' : 'FAILED']);
  }
});

it('takes the later of two that publish the same interval at once, and keeps both', () => {
  const ofBoth = both.versions.filter(({ interval }) => interval === '2026-11-03');
  expect(ofBoth.map(({ state }) => state)).toEqual(['published', 'published']);
  const later = Math.max(...ofBoth.map(({ number }) => number));
  expect(ofBoth.filter(({ isCurrent }) => isCurrent).map(({ number }) => number)).toEqual([later]);
  const statuses = both.executions.filter(({ name }) => name === 'one' || name === 'two');
  expect(statuses.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});

it('removes what was left, and nothing that is current or young', () => {
  expect(left.some((one) => one.startsWith('.staging/'))).toBe(true);
  expect(left.some((one) => one.includes('/versions/'))).toBe(true);
  expect(left.some((one) => one.includes('/quarantine/'))).toBe(true);
  expect(folders()).toEqual([YOUNG, ...placesOf(last)].sort());
  expect(currentOf(last).length).toBe(3);
  expect(idsIn(currentOf(last))).toEqual(idsIn(currentOf(swept)));
  expect(last.versions.some(({ removedAt }) => removedAt !== undefined)).toBe(true);
  expect(currentOf(last).flatMap(damageOf)).toEqual([]);
});
