/**
 * Incidents on the real engine and a real file, with a clock that the test moves: what opens one, whose it is, what is folded
 * into what, and when it is over; and that a restart changes nothing.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import type { CheckStatus } from '../../src/monitoring/check-result.js';
import type { IncidentAct } from '../../src/monitoring/incidents/lifecycle.js';
import { ownSubject } from '../../src/monitoring/subject.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FAILING = {
  StartAt: 'Load',
  States: { Load: { Type: 'Fail', Error: 'NoDisk', Cause: 'disk 17 is full' } },
};

let test: TimedEngine;

beforeEach(async () => {
  test = await openTimedEngine({ start: '2026-11-20T00:00:00Z' });
});
afterEach(() => test.remove());

async function report(
  name: string,
  status: CheckStatus,
  tags: { [tag: string]: string } = {},
  team = 'default',
): Promise<void> {
  const { accountId: account, region } = test.engine.arns.identity;
  const subject = ownSubject({ account, region }, 'check', team, name);
  await test.engine.checks.report(ofTeam(team), { subject, status, tags, cause: 'as told' });
  await test.settled();
}

async function run(pipeline: string, team = 'default'): Promise<void> {
  await test.engine.executions.start(ofTeam(team), { pipeline });
  await test.settled();
}

async function act(number: number, what: IncidentAct, by = 'ana'): Promise<void> {
  await test.engine.incidents.act(EVERYTHING, number, what, by);
  await test.settled();
}

/** All incidents, the oldest first: `#1 title STATUS owner`. */
async function incidents(): Promise<string[]> {
  const { items } = await test.engine.incidents.list(EVERYTHING, {
    status: 'all',
    folded: true,
    limit: 1000,
  });
  return items.toReversed().map(({ number, title, status, owner, cause }) => {
    const of = cause === undefined ? '' : ` in #${cause}`;
    return `#${number} ${title} ${status} ${owner ?? '-'}${of}`;
  });
}

/** The timeline of one: `time TYPE words`. */
async function timeline(number: number): Promise<string[]> {
  const { changes } = await test.engine.incidents.describe(EVERYTHING, number);
  return changes.map(({ at, type, words }) => {
    return `${new Date(at).toISOString().slice(11, 16)} ${type} ${words}`;
  });
}

describe('a failure', () => {
  it('is one incident however often it comes, with its state and error, and over when it succeeds', async () => {
    await test.deploy('load', { owner: 'ana' }, { definition: FAILING });
    await run('load');
    await test.pass(HOUR);
    await run('load');
    expect(await incidents()).toEqual(['#1 load failed in Load OPEN ana']);
    await test.deploy('load', { owner: 'ana' });
    await test.pass(HOUR);
    await run('load');
    expect(await timeline(1)).toEqual([
      '00:00 OPENED failed: NoDisk: disk 17 is full',
      '01:00 REPEATED failed: NoDisk: disk 17 is full',
      '02:00 RESOLVED it succeeded again, with version 2',
    ]);
  });

  it('opens the same incident again within an hour, and another one later', async () => {
    await report('permits', 'CRITICAL');
    await report('permits', 'OK');
    await test.pass(HOUR - MINUTE);
    await report('permits', 'CRITICAL');
    await report('permits', 'OK');
    await test.pass(HOUR + MINUTE);
    await report('permits', 'CRITICAL');
    expect(await incidents()).toEqual(['#1 permits failed RESOLVED -', '#2 permits failed OPEN -']);
    expect((await timeline(1)).map((line) => line.split(' ')[1])).toEqual([
      ...['OPENED', 'RESOLVED', 'REOPENED', 'RESOLVED'],
    ]);
  });

  it('is not ended by a run without new data', async () => {
    await report('permits', 'CRITICAL');
    await report('permits', 'WARNING');
    expect(await incidents()).toEqual(['#1 permits failed OPEN -']);
  });

  it('is left to the monitor that watches it', async () => {
    await test.engine.monitors.put(ofTeam('default'), 'twice', { critical: 2, newSource: 0 });
    await report('permits', 'CRITICAL');
    expect(await incidents()).toEqual([]);
    await report('permits', 'CRITICAL');
    expect(await incidents()).toEqual(['#1 permits is in trouble OPEN -']);
    await report('permits', 'OK');
    expect(await incidents()).toEqual(['#1 permits is in trouble RESOLVED -']);
  });

  it('is two incidents when two teams have things of one name', async () => {
    await report('permits', 'CRITICAL', {}, 'parcels');
    await report('permits', 'CRITICAL', {}, 'claims');
    expect(await incidents()).toHaveLength(2);
    expect((await test.engine.incidents.list(ofTeam('claims'))).items).toHaveLength(1);
    await expect(test.engine.incidents.describe(ofTeam('claims'), 1)).rejects.toThrow(
      /no incident/,
    );
  });
});

describe('trouble downstream', () => {
  const after = (...names: string[]): JsonObject => ({
    executions: { allOf: names.map((name) => ({ name, status: ['SUCCEEDED'] })) },
  });

  it('is folded into the failure that it comes of, across teams, and closed with it', async () => {
    const allow = { read: ['claims'] };
    await test.deploy('listings', { allow }, { team: 'parcels', definition: FAILING });
    for (const name of ['a', 'b', 'c']) {
      const upstream = { name: 'listings', team: 'parcels', status: ['SUCCEEDED'] };
      await test.deploy(
        name,
        { trigger: { executions: { allOf: [upstream] } }, expect: ['new data by 06:00'] },
        { team: 'claims' },
      );
    }
    await run('listings', 'parcels');
    await test.pass(7 * HOUR);
    expect(await incidents()).toEqual([
      '#1 listings failed in Load OPEN -',
      ...[
        '#2 a is missing OPEN - in #1',
        '#3 b is missing OPEN - in #1',
        '#4 c is missing OPEN - in #1',
      ],
    ]);
    expect((await test.engine.incidents.list(EVERYTHING)).items).toHaveLength(1);
    await test.deploy('listings', { allow }, { team: 'parcels' });
    await run('listings', 'parcels');
    const statuses = (await incidents()).map((line) => /OPEN|RESOLVED/.exec(line)?.[0]);
    expect(statuses).toEqual(['RESOLVED', 'RESOLVED', 'RESOLVED', 'RESOLVED']);
  });

  it('is folded in when it was noticed before its cause', async () => {
    await test.deploy('listings', {}, { definition: FAILING });
    await test.deploy('searches', { trigger: after('listings'), expect: ['new data by 06:00'] });
    await test.deploy('report', { trigger: after('searches'), expect: ['new data by 06:00'] });
    await test.pass(7 * HOUR);
    expect(await incidents()).toEqual([
      '#1 searches is missing OPEN -',
      '#2 report is missing OPEN - in #1',
    ]);
    await run('listings');
    expect(await incidents()).toEqual([
      '#1 searches is missing OPEN - in #3',
      '#2 report is missing OPEN - in #3',
      '#3 listings failed in Load OPEN -',
    ]);
    expect((await timeline(3)).slice(1)).toEqual([
      expect.stringMatching(/^07:00 GATHERED #1 comes of it: new data by 06:00/),
    ]);
  });

  it('is an incident of its own when it is still not good an hour after its cause was', async () => {
    await test.deploy('listings', {}, { definition: FAILING });
    await test.deploy('searches', { trigger: after('listings'), expect: ['new data by 06:00'] });
    await run('listings');
    await test.pass(7 * HOUR);
    await act(1, { type: 'resolve', note: 'the disk was replaced' });
    expect(await incidents()).toEqual([
      '#1 listings failed in Load RESOLVED -',
      '#2 searches is missing RESOLVED - in #1',
    ]);
    await test.pass(HOUR + MINUTE);
    expect(await incidents()).toEqual([
      '#1 listings failed in Load RESOLVED -',
      '#2 searches is missing OPEN -',
    ]);
  });

  it('that failed before its upstream did is its own affair', async () => {
    await test.deploy('listings', {}, { definition: FAILING });
    await test.deploy('searches', { trigger: after('listings') }, { definition: FAILING });
    await run('searches');
    await test.pass(MINUTE);
    await run('listings');
    expect(await incidents()).toEqual([
      '#1 searches failed in Load OPEN -',
      '#2 listings failed in Load OPEN -',
    ]);
  });
});

describe('an owner', () => {
  const sections = {
    people: { ana: {}, ben: {}, eva: {} },
    rotations: { primary: { people: ['ana', 'ben'], start: '2026-11-16T09:00', every: '1 day' } },
    owners: [{ when: { tags: { county: 'alpine' } }, owner: 'eva' }, { owner: 'primary' }],
    incidents: {
      escalation: [
        { after: '15 minutes', to: 'ben' },
        { after: '45 minutes', to: 'eva', channels: ['pager'] },
      ],
    },
  };

  beforeEach(async () => {
    await test.engine.incidents.declare([{ file: 'team.yaml', team: 'default', sections }], []);
  });

  it('is who a rule names, or whoever is on call', async () => {
    await report('permits', 'CRITICAL', { County: 'Alpine' });
    await report('deeds', 'CRITICAL');
    await test.pass(10 * HOUR);
    await report('taxes', 'CRITICAL');
    const owners = (await test.engine.incidents.list(EVERYTHING)).items.map(
      ({ owner, ownerBecause }) => [owner, ownerBecause],
    );
    expect(owners[0]).toEqual(['ana', 'on call in primary']);
    expect((await timeline(2)).at(-1)).toMatch(/^00:45 ESCALATED .* step 2, to eva$/);
  });

  it('is somebody else when nobody has acknowledged, and stays who acknowledged', async () => {
    await report('permits', 'CRITICAL', { county: 'alpine' });
    await test.pass(16 * MINUTE);
    expect(await incidents()).toEqual(['#1 permits failed OPEN ben']);
    await act(1, { type: 'acknowledge' }, 'ben');
    await test.pass(HOUR);
    expect(await incidents()).toEqual(['#1 permits failed ACKNOWLEDGED ben']);
    expect(await timeline(1)).toEqual([
      '00:00 OPENED as told',
      '00:15 ESCALATED nobody has acknowledged it: step 1, to ben',
      '00:16 ACKNOWLEDGED acknowledged by ben',
    ]);
  });

  it('who does not exist is refused, with those that do', async () => {
    await report('permits', 'CRITICAL');
    await expect(
      test.engine.incidents.act(EVERYTHING, 1, { type: 'assign', to: 'nobody-here' }, 'ana'),
    ).rejects.toThrow(/'nobody-here' is not among the people of the team: ana, ben, eva/);
  });

  it('is asked again when a snooze is over, and not before', async () => {
    await report('permits', 'CRITICAL');
    await act(1, { type: 'snooze', until: test.clock.now() + 2 * HOUR });
    await test.pass(HOUR);
    expect((await timeline(1)).map((line) => line.split(' ')[1])).toEqual(['OPENED', 'SNOOZED']);
    await test.pass(HOUR + 16 * MINUTE);
    expect((await timeline(1)).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      ...['00:00 OPENED', '00:00 SNOOZED', '02:00 WOKEN', '02:15 ESCALATED'],
    ]);
  });
});

describe('a silence', () => {
  const told = async (): Promise<string[]> => {
    const { items } = await test.engine.notifications.deliveries(EVERYTHING, { limit: 100 });
    return items.toReversed().map(({ message }) => `${message.kind}: ${message.title}`);
  };

  beforeEach(async () => {
    const silence = { tags: { county: 'alpine' }, actor: 'ana', reason: 'the county moves' };
    const until = test.clock.now() + HOUR;
    await test.engine.incidents.silence(ofTeam('default'), { ...silence, until });
  });

  it('holds back what it is about, and tells it at its end if it is still so', async () => {
    await report('permits', 'CRITICAL', { County: 'Alpine' });
    await report('deeds', 'CRITICAL', { county: 'lake' });
    await report('taxes', 'CRITICAL', { county: 'alpine' });
    await test.pass(HOUR - MINUTE);
    expect(await told()).toEqual(['opened: deeds failed']);
    await report('taxes', 'OK', { county: 'alpine' });
    await test.pass(2 * MINUTE);
    expect(await told()).toEqual(['opened: deeds failed', 'opened: permits failed']);
  });

  it('that is ended early holds nothing back any longer, also after a restart', async () => {
    await report('permits', 'CRITICAL', { county: 'alpine' });
    await test.restart();
    await test.pass(MINUTE);
    expect(await told()).toEqual([]);
    await test.engine.incidents.endSilence(EVERYTHING, 1);
    await test.pass(MINUTE);
    expect(await told()).toEqual(['opened: permits failed']);
  });

  it('is no other team’s', async () => {
    await report('permits', 'CRITICAL', { county: 'alpine' }, 'claims');
    await test.pass(MINUTE);
    expect(await told()).toEqual(['opened: permits failed']);
  });
});

it('everything of an incident is as before after a restart, and its clocks go on', async () => {
  const sections = {
    people: { ana: {} },
    incidents: { escalation: [{ after: '15 minutes', to: 'ana' }] },
  };
  await test.engine.incidents.declare([{ file: 'team.yaml', team: 'default', sections }], []);
  await report('permits', 'CRITICAL');
  await test.pass(10 * MINUTE);
  await test.restart();
  await test.pass(6 * MINUTE);
  expect(await incidents()).toEqual(['#1 permits failed OPEN ana']);
  expect((await timeline(1)).at(-1)).toMatch(/^00:15 ESCALATED/);
  await report('permits', 'OK');
  expect(await incidents()).toEqual(['#1 permits failed RESOLVED ana']);
});
