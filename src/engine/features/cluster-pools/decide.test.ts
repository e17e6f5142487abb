import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type SeenCluster } from './decide.js';

const MINUTE = 60_000;
const NOW = 100 * MINUTE;

/** A cluster of the pool as it is now, that nobody has and that was just seen. */
function cluster(number: number, more: Partial<SeenCluster> = {}): SeenCluster {
  return {
    ...{ number, isCurrent: true, phase: 'ready', users: 0, isFresh: true },
    ...((more.users ?? 0) > 0 || (more.phase ?? 'ready') !== 'ready' ? {} : { idleSince: NOW }),
    ...more,
  };
}

const plan = (max: number, share = 1) => ({ max, share, idleMs: 10 * MINUTE });

function wordsOf(one: Decision): string {
  switch (one.type) {
    case 'give':
      return `${one.cluster} to ${one.lease}`;
    case 'start':
      return `start for ${one.lease}`;
    case 'end':
      return `end ${one.cluster}: ${one.why}`;
    case 'look':
      return `look at ${one.cluster}`;
    case 'refuse':
      return `refuse ${one.lease}`;
  }
}

type Case = [
  title: string,
  plan: ReturnType<typeof plan> | undefined,
  clusters: SeenCluster[],
  waiting: number[],
  decided: string[],
];

const taken = (number: number, users = 1): SeenCluster => cluster(number, { users });
const coming = (number: number): SeenCluster => cluster(number, { phase: 'starting' });

const CASES: Case[] = [
  ['nothing where nobody waits', plan(2), [], [], []],
  ['starts one for who waits', plan(2), [], [7], ['start for 7']],
  [
    'starts one for each who waits, up to its size',
    plan(2),
    [],
    [7, 8, 9],
    ['start for 7', 'start for 8'],
  ],
  ['gives an idle one first', plan(2), [taken(1), cluster(2)], [7], ['2 to 7']],
  ['gives to who waits longest', plan(1), [cluster(1)], [7, 8], ['1 to 7']],
  ['starts none more for whom one is coming', plan(3), [coming(1)], [7], []],
  ['starts one more for whom none is coming', plan(3), [coming(1)], [7, 8], ['start for 8']],
  ['counts one without an id as coming', plan(3), [cluster(1, { phase: 'asked' })], [7], []],
  ['lets wait what finds no room', plan(1), [taken(1)], [7], []],
  [
    'gives an idle one rather than one that another has',
    plan(2, 2),
    [taken(1), cluster(2)],
    [7],
    ['2 to 7'],
  ],
  ['gives one that another has rather than start one', plan(2, 2), [taken(1)], [7], ['1 to 7']],
  ['gives none to more than may share it', plan(1, 2), [taken(1, 2)], [7], []],
  [
    'starts one for as many as may share it',
    plan(5, 2),
    [],
    [6, 7, 8],
    ['start for 6', 'start for 8'],
  ],
  [
    'looks at one before it gives it',
    plan(2),
    [cluster(1, { isFresh: false })],
    [7],
    ['look at 1'],
  ],
  [
    'gives the one that it has just seen',
    plan(2),
    [cluster(1, { isFresh: false }), cluster(2)],
    [7],
    ['2 to 7'],
  ],
  [
    'looks once at one for two',
    plan(1, 2),
    [cluster(1, { isFresh: false })],
    [7, 8],
    ['look at 1'],
  ],
  [
    'ends one that nobody took for long enough',
    plan(1),
    [cluster(1, { idleSince: NOW - 10 * MINUTE })],
    [],
    ['end 1: idle'],
  ],
  ['keeps it a moment before', plan(1), [cluster(1, { idleSince: NOW - 10 * MINUTE + 1 })], [], []],
  ['gives it rather than end it', plan(1), [cluster(1, { idleSince: 0 })], [7], ['1 to 7']],
  [
    'looks at it rather than end it',
    plan(1),
    [cluster(1, { idleSince: 0, isFresh: false })],
    [7],
    ['look at 1'],
  ],
  [
    'ends idle ones beyond its size, the newest first',
    plan(1),
    [cluster(1), cluster(2)],
    [],
    ['end 2: smaller'],
  ],
  ['ends none beyond its size that somebody has', plan(1), [taken(1), taken(2)], [7], []],
  [
    'ends an idle one that is made of something else',
    plan(1),
    [cluster(1, { isCurrent: false })],
    [7],
    ['end 1: template', 'start for 7'],
  ],
  [
    'ends one that is coming and made of something else',
    plan(1),
    [{ ...coming(1), isCurrent: false }],
    [],
    ['end 1: template'],
  ],
  [
    'lets have it who has one made of something else',
    plan(1),
    [{ ...taken(1), isCurrent: false }],
    [7],
    [],
  ],
  [
    'shares none that is made of something else',
    plan(2, 2),
    [{ ...taken(1), isCurrent: false }],
    [7],
    ['start for 7'],
  ],
  [
    'waits for the id of one that is made of something else',
    plan(1),
    [cluster(1, { phase: 'asked', isCurrent: false })],
    [],
    [],
  ],
  [
    'drains what is declared no longer',
    undefined,
    [cluster(1), taken(2), coming(3), cluster(4, { phase: 'asked' })],
    [7],
    ['refuse 7', 'end 1: gone', 'end 3: gone'],
  ],
];

describe('a pool of clusters', () => {
  it.each(CASES)('%s', (_, pool, clusters, waiting, decided) => {
    const { decisions } = decide({ plan: pool, clusters, waiting, now: NOW });
    expect(decisions.map(wordsOf)).toEqual(decided);
  });

  it('says when it is to be asked again: when the first of its idle clusters was idle for long enough', () => {
    const clusters = [cluster(1), cluster(2, { idleSince: NOW - MINUTE }), taken(3)];
    expect(decide({ plan: plan(3), clusters, waiting: [], now: NOW }).again).toBe(NOW + 9 * MINUTE);
    expect(decide({ plan: plan(3), clusters: [taken(3)], waiting: [], now: NOW }).again).toBe(
      undefined,
    );
  });

  it('never gives to more than may share, starts beyond its size, or ends what somebody has', () => {
    const seen = fc.record({
      isCurrent: fc.boolean(),
      phase: fc.constantFrom('asked' as const, 'starting' as const, 'ready' as const),
      users: fc.nat(3),
      isFresh: fc.boolean(),
      idleSince: fc.nat(NOW),
    });
    const made = fc.tuple(
      fc.array(seen, { maxLength: 6 }),
      fc.nat(8),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(made, ([list, count, max, share]) => {
        const clusters = list.map((one, index) => {
          const users = one.phase === 'ready' ? Math.min(one.users, share) : 0;
          const { idleSince, ...rest } = one;
          const isIdle = users === 0 && one.phase === 'ready';
          return { ...rest, number: index + 1, users, ...(isIdle ? { idleSince } : {}) };
        });
        const waiting = Array.from({ length: count }, (_, index) => index + 100);
        const { decisions } = decide({ plan: plan(max, share), clusters, waiting, now: NOW });
        const users = new Map(clusters.map((one) => [one.number, one.users]));
        const ended = new Set<number>();
        const served: number[] = [];
        let started = 0;
        for (const one of decisions) {
          if (one.type === 'give') {
            users.set(one.cluster, (users.get(one.cluster) ?? 0) + 1);
            expect(clusters[one.cluster - 1]).toMatchObject({
              isFresh: true,
              isCurrent: true,
              phase: 'ready',
            });
            served.push(one.lease);
          }
          if (one.type === 'start') started += 1;
          if (one.type === 'end') ended.add(one.cluster);
        }
        for (const [number, sum] of users) {
          expect(sum).toBeLessThanOrEqual(share);
          if (ended.has(number)) expect(sum).toBe(0);
        }
        expect(new Set(served).size).toBe(served.length);
        const left = clusters.length - ended.size;
        if (started > 0) expect(left + started).toBeLessThanOrEqual(max);
      }),
    );
  });
});
