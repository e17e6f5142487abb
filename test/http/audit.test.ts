/**
 * The audit log: what is noted, by whom it is seen, and that nobody rewrites it unnoticed.
 * @module
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditRow } from '../../src/engine/features/audit/audit-tables.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { chainHash, NO_HASH, verifyAudit } from '../../src/store/audit-chain.js';
import { openReader } from '../../src/store/driver.js';
import { openTimedEngine } from '../support/timed-engine.js';
import { echoPipeline, openTestServer, type TestServer } from './test-server.js';

let it: TestServer;
let admin: string;

beforeAll(async () => {
  it = await openTestServer();
  const { engine, authenticator } = it.server;
  for (const team of ['parcels', 'claims']) {
    await engine.pipelines.deploy(echoPipeline(`${team}-echo`, { team }));
  }
  admin = await authenticator.issue('api', { label: 'admin of parcels', teams: ['parcels'] });
});
afterAll(() => it.close());

type Entry = Omit<AuditRow, 'hash' | 'number' | 'at'>;

/** The newest entries, without what differs each time. */
async function newest(count: number, token = it.operator): Promise<Entry[]> {
  const answer = await it.request('GET', `/api/v1/audit?limit=${count}`, { token });
  const { items } = answer.json<{ items: AuditRow[] }>();
  return items.map(({ hash: _, number: __, at: ___, ...entry }) => entry);
}

describe('an act', () => {
  test('is noted with who did it to what, whose it is and from where', async () => {
    await it.request('POST', '/api/v1/executions', {
      token: admin,
      body: { pipeline: 'parcels-echo', input: { note: 'not for the log' } },
    });
    expect(await newest(1)).toEqual([
      {
        actor: 'admin of parcels',
        team: 'parcels',
        act: 'POST /executions',
        what: 'parcels-echo',
        outcome: 'asked',
        address: '127.0.0.1',
      },
    ]);
  });

  test('is noted in its team when the request names it', async () => {
    const body = { value: 'some value that is kept' };
    await it.request('PUT', '/api/v1/secrets/county-api?team=claims', { body });
    const [entry] = await newest(1);
    expect(entry).toMatchObject({ team: 'claims', act: 'PUT /secrets/:name', what: 'county-api' });
    expect(JSON.stringify(await newest(100))).not.toContain('some value');
  });

  test('that came to nothing has a second entry with why', async () => {
    await it.request('DELETE', '/api/v1/monitors/nothing', { token: admin });
    const asked = { actor: 'admin of parcels', act: 'DELETE /monitors/:name', what: 'nothing' };
    expect(await newest(2)).toMatchObject(
      [
        { ...asked, outcome: 'MILL3112' },
        { ...asked, outcome: 'asked' },
      ].map((entry) => ({ ...entry, outcome: expect.stringMatching(/^(asked|MILL3\d{3})$/) })),
    );
  });

  test('by a user is theirs, and so is their login', async () => {
    await it.server.engine.users.put(EVERYTHING, 'ana', { roles: { parcels: 'operator' } });
    const link = await it.request('POST', '/api/v1/users/ana/login-link', {});
    const { path } = link.json<{ path: string }>();
    const opened = await it.request('GET', path, { token: null });
    const cookie = (opened.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
    const body = { pipeline: 'parcels-echo' };
    await it.request('POST', '/api/v1/executions', { token: null, headers: { cookie }, body });
    expect(await newest(3)).toMatchObject([
      { actor: 'ana', act: 'POST /executions' },
      { actor: 'ana', act: 'GET /login', outcome: 'asked' },
      { actor: 'tests', act: 'POST /users/:name/login-link', what: 'ana' },
    ]);
    // The link itself is a key.
    expect(JSON.stringify(await newest(100))).not.toContain(path.slice('/login?token='.length));
  });

  test('is durable before what it does: there is no act without an entry', async () => {
    const engine = await openTimedEngine();
    await engine.deploy('one');
    const entry = { actor: 'a', team: 't', act: 'x', what: '', outcome: 'asked', address: '' };
    const noted = engine.engine.audit.note(entry);
    await engine.engine.executions.start(EVERYTHING, { pipeline: 'one' });
    const { items } = await engine.engine.audit.list(EVERYTHING);
    expect(items).toHaveLength(1);
    await noted;
    await engine.crash();
    expect((await engine.engine.audit.list(EVERYTHING)).items).toEqual(items);
    await engine.close();
  });
});

describe('a refusal', () => {
  test('is noted: a role that does not suffice, a token that is none, a login link that is used', async () => {
    const viewer = await it.server.authenticator.issue('api', {
      ...{ label: 'reader', role: 'viewer', teams: ['parcels'] },
    });
    await it.request('POST', '/api/v1/reload', { token: viewer });
    await it.request('GET', '/api/v1/executions', { token: 'guessed' });
    await it.request('GET', '/login?token=guessed', { token: null });
    await it.request('GET', '/api/v1/session');
    expect(await newest(3)).toEqual([
      {
        ...{ actor: '(nobody)', team: '', act: 'GET /login', what: '' },
        ...{ outcome: 'MILL4008', address: '127.0.0.1' },
      },
      {
        ...{ actor: '(nobody)', team: '', act: 'GET /executions', what: '' },
        ...{ outcome: 'MILL4001', address: '127.0.0.1' },
      },
      {
        ...{ actor: '(nobody)', team: '', act: 'POST /reload', what: '' },
        ...{ outcome: 'MILL4002', address: '127.0.0.1' },
      },
    ]);
  });

  test('of one address is noted sixty times a minute: the log cannot be filled by knocking', async () => {
    for (let knock = 0; knock < 80; knock += 1) {
      await it.request('GET', '/api/v1/executions', { token: 'guessed' });
    }
    const knocks = (await newest(200)).filter(({ outcome }) => outcome === 'MILL4001');
    expect(knocks.length).toBeGreaterThan(20);
    expect(knocks.length).toBeLessThanOrEqual(60);
  });
});

test('whoever is admin of one team sees what is about it, and nothing else', async () => {
  const seen = await newest(1000, admin);
  expect(seen.length).toBeGreaterThan(1);
  expect(new Set(seen.map(({ team }) => team))).toEqual(new Set(['parcels']));
  const one = await it.request('GET', '/api/v1/audit?actor=tests&limit=1000');
  const { items } = one.json<{ items: AuditRow[] }>();
  expect(new Set(items.map(({ actor }) => actor))).toEqual(new Set(['tests']));
});

test('is listed page by page, each entry once', async () => {
  const numbers: number[] = [];
  for (let cursor = ''; ; ) {
    const page = await it.request('GET', `/api/v1/audit?limit=7${cursor}`);
    const { items, next } = page.json<{ items: AuditRow[]; next?: string }>();
    numbers.push(...items.map(({ number }) => number));
    if (next === undefined) break;
    cursor = `&cursor=${next}`;
  }
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.at(-1)).toBe(1);
});

describe('who rewrites the log', () => {
  const rehash = (database: Database.Database): void => {
    let before = NO_HASH;
    for (const row of database.prepare('SELECT * FROM audit ORDER BY number').all()) {
      before = chainHash(before, row as AuditRow);
      const { number } = row as AuditRow;
      database.prepare('UPDATE audit SET hash = ? WHERE number = ?').run(before, number);
    }
    database.prepare('UPDATE audit_ends SET hash = ?').run(before);
  };
  const FORGERIES: { readonly [what: string]: (database: Database.Database) => void } = {
    'changes an entry': (database) =>
      void database.exec("UPDATE audit SET actor = 'mallory' WHERE number = 3"),
    'changes when it was': (database) =>
      void database.exec('UPDATE audit SET at = at + 1 WHERE number = 3'),
    'takes one out': (database) => void database.exec('DELETE FROM audit WHERE number = 3'),
    'takes the first out': (database) => void database.exec('DELETE FROM audit WHERE number = 1'),
    'takes the last out': (database) =>
      void database.exec('DELETE FROM audit WHERE number = (SELECT MAX(number) FROM audit)'),
    'takes all out': (database) => void database.exec('DELETE FROM audit'),
    'puts one in': (database) =>
      void database.exec(
        'INSERT INTO audit SELECT number + 1, at, actor, team, act, what, outcome, address, hash FROM audit ORDER BY number DESC LIMIT 1',
      ),
    'moves two': (database) => {
      database.exec('UPDATE audit SET number = -3 WHERE number = 3');
      database.exec('UPDATE audit SET number = 3 WHERE number = 4');
      database.exec('UPDATE audit SET number = 4 WHERE number = -3');
    },
    'takes one out and closes the gap': (database) => {
      database.exec('DELETE FROM audit WHERE number = 3');
      for (const row of database
        .prepare('SELECT number FROM audit WHERE number > 3 ORDER BY number')
        .all()) {
        const { number } = row as AuditRow;
        database.prepare('UPDATE audit SET number = ? WHERE number = ?').run(number - 1, number);
      }
    },
  };

  const withCopy = async (
    forge: (database: Database.Database) => void,
  ): Promise<[string | undefined, string | undefined]> => {
    const home = await openTimedEngine();
    for (let count = 0; count < 6; count += 1) {
      const entry = {
        actor: `a${count}`,
        team: 't',
        act: 'x',
        what: '',
        outcome: 'asked',
        address: '',
      };
      await home.engine.audit.note(entry);
    }
    await home.stop(0);
    const database = new Database(join(home.data, 'test.db'));
    forge(database);
    database.close();
    const reader = openReader(join(home.data, 'test.db'));
    const offline = verifyAudit(reader);
    reader.close();
    await home.open();
    const { finding } = await home.engine.audit.verify();
    await home.close(0);
    return [offline, finding];
  };

  test.each(Object.entries(FORGERIES))(
    'and %s is told of, with and without the server',
    async (_, forge) => {
      const [offline, online] = await withCopy(forge);
      expect(offline).toMatch(/audit log/);
      expect(online).toMatch(/audit log/);
    },
  );

  test('and makes every hash anew is told of by the server, whose key they do not have', async () => {
    const [offline, online] = await withCopy((database) => {
      database.exec("UPDATE audit SET actor = 'mallory' WHERE number = 3");
      rehash(database);
    });
    expect(offline).toBeUndefined();
    expect(online).toBe('The end of the audit log was not written by this server');
  });

  test('and nothing is told of who does not', async () => {
    expect(await withCopy(() => {})).toEqual([undefined, undefined]);
  });
});

test('an end that was noted elsewhere is found again, and another one is not', async () => {
  const verify = async (
    query = '',
  ): Promise<{ sound: boolean; head: { number: number; hash: string } }> =>
    (await it.request('GET', `/api/v1/audit/verification${query}`)).json();
  const { head, sound } = await verify();
  expect(sound).toBe(true);
  await it.request('POST', '/api/v1/reload');
  const noted = `${head.number}:${head.hash}`;
  expect(await verify(`?head=${noted}`)).toMatchObject({ sound: true });
  const other = `${head.number}:${'0'.repeat(64)}`;
  expect(await verify(`?head=${other}`)).toMatchObject({ sound: false });
  const later = `${head.number + 1000}:${head.hash}`;
  expect(await verify(`?head=${later}`)).toMatchObject({ sound: false });
});

test('stays provable when what is old is removed', async () => {
  const engine = await openTimedEngine({ retention: { audit: 86_400_000 } });
  const entry = { actor: 'a', team: 't', act: 'x', what: '', outcome: 'asked', address: '' };
  for (let day = 0; day < 6; day += 1) {
    await engine.engine.audit.note(entry);
    await engine.pass(43_200_000);
  }
  await engine.engine.retention.sweep();
  const { items } = await engine.engine.audit.list(ofTeam('t'));
  expect(items.length).toBeGreaterThan(0);
  expect(items.length).toBeLessThan(5);
  expect((await engine.engine.audit.verify()).finding).toBeUndefined();
  await engine.restart();
  expect(await engine.engine.audit.verify()).toMatchObject({ entries: items.length });
  await engine.stop(0);
  const copy = mkdtempSync(join(tmpdir(), 'millrace-audit-'));
  cpSync(engine.data, copy, { recursive: true });
  const reader = openReader(join(copy, 'test.db'));
  expect(verifyAudit(reader)).toBeUndefined();
  reader.close();
  rmSync(copy, { recursive: true });
  await engine.open();
  await engine.close(0);
});
