/**
 * The whole story of examples/parcels, as its files are: a county fails, its dependants are folded in, nobody acknowledges, it is
 * mended and redriven, and all of it is over. Without any service: the outbox has what people would have read; and again with a
 * real mail server. Tasks really run; the clock is the test's.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createConnectors } from '../../src/connectors/registry.js';
import { createChannelPorts } from '../../src/engine/adapters/channels/channel-ports.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openPipelineFolder, type PipelineFolder } from '../../src/engine/pipeline-folder.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { until } from '../support/until.js';

const PARCELS = fileURLToPath(new URL('../../examples/parcels', import.meta.url));
const TEAM = ofTeam('examples');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let test: TimedEngine;
let folder: PipelineFolder;

/** A mail server that takes what comes. */
const mails: { to: string[]; raw: string }[] = [];
const server = new SMTPServer({
  ...{ authOptional: true, hideSTARTTLS: true, logger: false, closeTimeout: 100 },
  onData(stream, { envelope }, done) {
    void text(stream).then((raw) => {
      mails.push({ to: envelope.rcptTo.map(({ address }) => address), raw });
      done();
    });
  },
});
beforeAll(() => new Promise<void>((done) => void server.listen(0, '127.0.0.1', done)));
afterAll(() => new Promise<void>((done) => server.close(done)));

beforeEach(async () => {
  test = await openTimedEngine({
    start: '2026-11-20T03:00:00Z',
    runner: createConnectorRunner(createConnectors()),
    notifications: {
      ports: createChannelPorts({ allowPrivateAddresses: ['127.0.0.1'] }),
      url: () => 'https://millrace.example',
    },
  });
  cpSync(PARCELS, test.folder, { recursive: true });
  folder = await openPipelineFolder({ engine: test.engine, folder: test.folder });
  expect(folder.problems()).toEqual([]);
});

afterEach(async () => {
  await folder.close();
  await test.close();
});

/** What the outbox has, the oldest first: `kind title`. */
async function outbox(): Promise<string[]> {
  const { items } = await test.engine.notifications.deliveries(TEAM, { limit: 1000 });
  return items
    .filter(({ incident }) => incident !== undefined)
    .map(({ message }) => `${message.kind}: ${message.title}`)
    .toReversed();
}

async function incidents(): Promise<string[]> {
  const { items } = await test.engine.incidents.list(TEAM, { status: 'all', folded: true });
  return items.toReversed().map(({ title, status, owner, cause }) => {
    return `${title} ${status} ${owner}${cause === undefined ? '' : ` in #${cause}`}`;
  });
}

/** Runs a pipeline for a day, to its end. */
async function run(pipeline: string): Promise<string> {
  const request = { pipeline, interval: '2026-11-20' };
  const { id } = await test.engine.executions.start(TEAM, request);
  await test.engine.executions.wait(EVERYTHING, id);
  await test.settled();
  return id;
}

it('a county fails: one incident with one owner, its dependants folded in, until the fix has been redriven', async () => {
  await run('parcels-alder');
  const failed = await run('parcels-juniper');
  await test.pass(10_000);
  expect(await incidents()).toEqual(['parcels-juniper failed in transform OPEN ana']);
  expect(await outbox()).toEqual(['opened: parcels-juniper failed in transform']);

  // Nobody says that they have it.
  await test.pass(15 * MINUTE);
  expect(await incidents()).toEqual(['parcels-juniper failed in transform OPEN eva']);
  expect((await outbox()).slice(1)).toEqual([
    'escalated: Nobody has acknowledged: parcels-juniper failed in transform',
  ]);

  // It is tried again and fails again: a comment, no second ticket.
  await test.engine.executions.redrive(TEAM, failed);
  await test.engine.executions.wait(EVERYTHING, failed);
  await test.settled();
  expect((await outbox()).slice(2)).toEqual([
    'repeated: parcels-juniper failed in transform again (2 times)',
  ]);

  // By six the dependants should have had new data: nobody is told of them.
  await test.clock.until('2026-11-20T06:01:00Z');
  await test.settled();
  expect(await incidents()).toEqual([
    'parcels-juniper failed in transform OPEN eva',
    ...['map', 'report', 'search'].map((name) => `juniper-${name} is missing OPEN ana in #1`),
  ]);
  expect(await outbox()).toHaveLength(3);
  const open = await test.engine.incidents.list(TEAM);
  expect(open.items).toMatchObject([{ number: 1, folded: 3 }]);

  // The one line is mended, and the execution goes on from where it failed, with the fix.
  const file = join(test.folder, 'juniper.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('area_sqf #', 'area_sqft #'));
  await folder.reload();
  await test.engine.executions.redrive(TEAM, failed, { definition: 'current' });
  await test.engine.executions.wait(EVERYTHING, failed);
  await test.settled();
  for (const name of ['map', 'report', 'search']) {
    const [first] = await test.executions(`juniper-${name}`);
    await test.engine.executions.wait(EVERYTHING, first?.id ?? '');
  }
  await test.settled();
  expect((await incidents()).map((line) => /OPEN|RESOLVED/.exec(line)?.[0])).toEqual([
    ...['RESOLVED', 'RESOLVED', 'RESOLVED', 'RESOLVED'],
  ]);
  expect((await outbox()).slice(3)).toEqual(['resolved: parcels-juniper is good again']);
  const { solved } = await test.engine.incidents.describe(TEAM, 1);
  expect(solved).toBe('a redrive succeeded, with version 2');

  // All stays good: nothing of it comes again.
  await test.pass(2 * HOUR);
  expect(await outbox()).toHaveLength(4);
});

it('the same by mail: one thread, to whoever has it, with links to the state, its logs and a redrive', async () => {
  const { port } = server.server.address() as AddressInfo;
  const channel = `{ type: email, host: 127.0.0.1, port: ${port}, security: none, from: millrace@example.org }`;
  const team = join(test.folder, 'team.yaml');
  const more = `channels: { mail: ${channel} }\nnotify: [{ channels: [mail] }]\n`;
  writeFileSync(team, readFileSync(team, 'utf8') + more);
  await folder.reload();
  expect(folder.problems()).toEqual([]);
  const failed = await run('parcels-juniper');
  await test.pass(10_000);
  await until(
    () => mails.length,
    (count) => count === 1,
  );
  await test.pass(15 * MINUTE);
  await until(
    () => mails.length,
    (count) => count === 2,
  );
  const file = join(test.folder, 'juniper.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('area_sqf #', 'area_sqft #'));
  await folder.reload();
  await test.engine.executions.redrive(TEAM, failed, { definition: 'current' });
  await test.engine.executions.wait(EVERYTHING, failed);
  await test.settled();
  await until(
    () => mails.length,
    (count) => count === 3,
  );
  expect(mails.map(({ to }) => to)).toEqual([
    ...[['ana@example.org'], ['eva@example.org'], ['eva@example.org']],
  ]);
  const header = (name: string): (string | undefined)[] =>
    mails.map(({ raw }) => new RegExp(`^${name}: (.*)$`, 'im').exec(raw)?.[1]?.trim());
  expect(header('Subject')).toEqual([
    'parcels-juniper failed in transform',
    'Nobody has acknowledged: parcels-juniper failed in transform',
    'parcels-juniper is good again',
  ]);
  const [first] = header('Message-ID');
  expect(header('In-Reply-To').slice(1)).toEqual([first, first]);
  const opened = (mails[0]?.raw ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=');
  expect(opened).toContain('https://millrace.example/incidents/1');
  expect(opened).toContain(`https://millrace.example/e/${failed}`);
  expect(opened).toContain('https://millrace.example/act?token=');
});
