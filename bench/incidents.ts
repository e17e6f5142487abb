/**
 * What incidents cost: 10,000 alerts in a minute over 700 pipelines ten deep, the walk that folds among 100,000 things, and lists
 * when there are a million.
 * @module
 */
import { INCIDENTS } from '../src/engine/features/incidents/incident-tables.js';
import { NOTIFICATIONS } from '../src/engine/features/notifications/notification-tables.js';
import { EVERYTHING, ofTeam } from '../src/engine/kernel/scope.js';
import { causeOf, effectsOf } from '../src/monitoring/incidents/fold.js';
import type { Incident } from '../src/monitoring/incidents/incident.js';
import { open } from '../src/monitoring/incidents/lifecycle.js';
import type { Signal } from '../src/monitoring/incidents/signal.js';
import { type Subject, subjectKey } from '../src/monitoring/subject.js';
import { TimedEngine } from '../test/support/timed-engine.js';
import { report, round } from './load.js';

const TEAM = ofTeam('parcels');
const DEPTH = 10;

/** Pipelines in layers; each but those of the first waits for two of the layer before. */
function upstreamsOf(index: number, width: number): number[] {
  const layer = Math.floor(index / width);
  if (layer === 0) return [];
  const place = index % width;
  return [(layer - 1) * width + place, (layer - 1) * width + ((place + 1) % width)];
}

/** @param alerts failures that are reported as fast as they are taken */
export async function storm(pipelines: number, alerts: number): Promise<void> {
  const width = Math.ceil(pipelines / DEPTH);
  const test = new TimedEngine({ start: '2026-11-20T00:00:00Z' });
  await test.open();
  for (let index = 0; index < pipelines; index += 1) {
    const allOf = upstreamsOf(index, width).map((one) => ({
      ...{ name: `p${one}`, status: ['SUCCEEDED'] },
    }));
    await test.engine.pipelines.deploy({
      ...{ name: `p${index}`, team: 'parcels', tags: {}, bindings: {}, folder: test.folder },
      definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
      sections: allOf.length === 0 ? {} : { trigger: { executions: { allOf } } },
    });
  }
  await test.settled();
  const { accountId: account, region } = test.engine.arns.identity;
  const check = (index: number): Promise<unknown> =>
    test.engine.checks.report(TEAM, {
      subject: {
        ...{ provider: 'millrace', account, region, kind: 'pipeline' },
        name: `parcels/p${index % pipelines}`,
      },
      ...{ status: 'CRITICAL', tags: {}, cause: 'failed: NoDisk' },
    });
  const began = performance.now();
  const latest: number[] = [];
  for (let from = 0; from < alerts; from += 500) {
    const at = performance.now();
    // From the last layer up to the first: what lies downstream is noticed before its cause.
    const some = Array.from({ length: Math.min(500, alerts - from) }, (_, i) => alerts - from - i);
    await Promise.all(some.map((index) => check(index)));
    latest.push(performance.now() - at);
  }
  await test.settled();
  const seconds = (performance.now() - began) / 1000;
  const { items } = await test.engine.incidents.list(EVERYTHING, { limit: 1000 });
  await test.pass(10_000);
  const told = await test.store.countRows(NOTIFICATIONS, 'thread', {});
  report({
    bench: `${alerts} failures in ${pipelines} pipelines, ${DEPTH} deep`,
    seconds: round(seconds, 2),
    slowest_500_ms: round(Math.max(...latest), 0),
    incidents: items.length,
    folded: items.reduce((sum, { folded }) => sum + folded, 0),
    most_messages_of_one: Math.max(...Object.values(told)),
    goal: '< 60 s, at most 1 message an incident and channel, < 10 s behind',
  });
  await test.close();
}

/** The walk alone, among things that nobody has to deploy. */
export function folding(things: number, times: number): void {
  const width = Math.ceil(things / DEPTH);
  const subject = (index: number): Subject => ({
    ...{ provider: 'millrace', account: '1', region: 'r', kind: 'pipeline', name: `t/p${index}` },
  });
  const indexOf = (key: string): number => Number(key.slice(key.lastIndexOf('p') + 1));
  const neighbours = {
    upstream: (key: string) =>
      upstreamsOf(indexOf(key), width).map((one) => subjectKey(subject(one))),
    downstream: (key: string) => {
      const index = indexOf(key);
      const [layer, place] = [Math.floor(index / width), index % width];
      if (layer >= DEPTH - 1) return [];
      const below = [
        (layer + 1) * width + place,
        (layer + 1) * width + ((place + width - 1) % width),
      ];
      return below.filter((one) => one < things).map((one) => subjectKey(subject(one)));
    },
  };
  const incident = (number: number, index: number): Incident => {
    const signal: Signal = {
      ...{ team: 't', subject: subject(index), problem: 'run', is: 'bad', kind: 'failed' },
      ...{ level: 'critical', at: number, words: 'failed', tags: {} },
    };
    const owner = { because: '' };
    return open({ number, thing: subjectKey(subject(index)), owner }, signal).incident;
  };
  const [root, last] = [incident(1, 7), incident(2, things - width + 5)];
  const all = new Map([root, last].map((one) => [subjectKey(one.subject), one]));
  const openOf = (key: string): Incident[] => [all.get(key) ?? []].flat();
  const byNumber = (number: number): Incident | undefined => (number === 1 ? root : last);
  const took = { up: 0, down: 0 };
  for (let time = 0; time < times; time += 1) {
    const at = performance.now();
    causeOf(last, subjectKey(last.subject), neighbours, openOf, byNumber);
    took.up += performance.now() - at;
    const then = performance.now();
    effectsOf(root, subjectKey(root.subject), neighbours, openOf);
    took.down += performance.now() - then;
  }
  report({
    bench: `folding among ${things} things, ${DEPTH} deep, two upstreams each`,
    us_up: round((took.up / times) * 1000, 1),
    us_down: round((took.down / times) * 1000, 1),
  });
}

/** @param count incidents in the store */
export async function incidentLists(count: number, times: number): Promise<void> {
  const test = new TimedEngine({ start: '2026-11-20T00:00:00Z' });
  await test.open();
  const filled = performance.now();
  fillIncidents(test, count);
  await test.restart();
  report({ bench: `filled to ${count}`, seconds: round((performance.now() - filled) / 1000, 1) });
  const { incidents } = test.engine;
  const queries: { [name: string]: () => unknown } = {
    open: () => incidents.list(EVERYTHING, { limit: 100 }),
    'the newest 100': () => incidents.list(EVERYTHING, { status: 'all', limit: 100 }),
    'of one team': () => incidents.list(ofTeam('team-7'), { status: 'all', limit: 100 }),
    'of one pipeline': () =>
      incidents.list(EVERYTHING, { status: 'all', pipeline: 'p77', limit: 100 }),
    'of one owner': () => incidents.list(EVERYTHING, { status: 'all', owner: 'ana', limit: 100 }),
    one: () => incidents.describe(EVERYTHING, Math.floor(count / 2)),
    means: () => incidents.means(EVERYTHING, 30),
  };
  for (const [name, ask] of Object.entries(queries)) {
    const took: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const at = performance.now();
      await ask();
      took.push(performance.now() - at);
    }
    took.sort((a, b) => a - b);
    report({
      bench: `incidents: ${name}`,
      incidents: count,
      p50_ms: round(took[Math.floor(times / 2)] ?? 0, 2),
      p95_ms: round(took[Math.floor(times * 0.95)] ?? 0, 2),
      goal: 'p95 < 100 ms',
    });
  }
  await test.close();
}

/** One of a hundred is open. */
function fillIncidents(test: TimedEngine, count: number): void {
  const at = Date.parse('2026-11-19T00:00:00Z');
  for (let from = 0; from < count; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, count - from) }, (_, i) => {
      const number = from + i + 1;
      const team = `team-${number % 20}`;
      const subject: Subject = {
        ...{ provider: 'millrace', account: '1', region: 'r', kind: 'pipeline' },
        name: `${team}/p${number % 1000}`,
      };
      const signal: Signal = {
        ...{ team, subject, problem: 'run', is: 'bad', kind: 'failed', level: 'critical' },
        ...{ at: at + number, words: 'failed: NoDisk', tags: {}, pipeline: `p${number % 1000}` },
      };
      const owner = { person: number % 3 === 0 ? 'ana' : 'ben', because: 'rule 1' };
      const thing = `${subjectKey(subject)} {n=${number}}`;
      const { incident } = open({ number, thing, owner }, signal);
      const isOpen = number % 100 === 0;
      const state: Incident = isOpen
        ? { ...incident, told: 'open', toldAt: at }
        : { ...incident, status: 'RESOLVED', resolvedAt: at + number, solved: 'a redrive' };
      const row = {
        ...{ number, team, thing, subject: subjectKey(subject), status: state.status },
        ...{ level: 'critical', fingerprint: incident.fingerprint, owner: owner.person },
        ...{ openedAt: at + number, words: 'failed: NoDisk', pipeline: `p${number % 1000}`, state },
        ...(isOpen ? { live: 'yes' } : { resolvedAt: at + number, solved: 'a redrive' }),
      };
      return { table: INCIDENTS, key: [number], row };
    });
    test.store.commit({ at, executions: [], rows, logs: [] });
  }
}
