import { describe, expect, it } from 'vitest';
import { parseInterval } from '../intervals/interval.js';
import {
  evaluateUpstreams,
  type UpstreamAnswer,
  type UpstreamQuestion,
} from './evaluate-upstreams.js';
import type { UpstreamFact, UpstreamTrigger } from './upstream.js';

const at = (text: string): number => Date.parse(`2026-11-20T${text}:00Z`);
const interval = parseInterval('2026-11-20', 'UTC') ?? { id: '', start: 0, end: 0 };

function fact(
  name: string,
  status: UpstreamFact['status'],
  time: string,
  more: Partial<UpstreamFact> = {},
): UpstreamFact {
  return { name, status, since: at(time), eventId: `event of ${name}`, revision: 0, ...more };
}

function ask(
  trigger: UpstreamTrigger,
  facts: UpstreamFact[],
  time = '12:00',
  more: Partial<UpstreamQuestion> = {},
): UpstreamAnswer {
  return evaluateUpstreams({
    dependent: 'pipeline-x',
    trigger,
    interval,
    timezone: 'UTC',
    facts,
    now: at(time),
    ...more,
  });
}

const both: UpstreamTrigger = {
  allOf: [{ name: 'listings', status: ['SUCCESS'] }, { name: 'searches' }],
};

describe('a pipeline after listings and searches', () => {
  it('waits until both succeeded, and says for whom', () => {
    const answer = ask(both, [
      fact('listings', 'SUCCEEDED', '03:20'),
      fact('searches', 'RUNNING', '05:00'),
    ]);
    expect(answer.verdict).toBe('waiting');
    expect(answer.conditions).toMatchObject([
      {
        verdict: 'met',
        since: at('03:20'),
        eventId: 'event of listings',
        because: 'listings is SUCCEEDED',
      },
      { verdict: 'waiting', status: 'RUNNING', because: 'searches is RUNNING, not SUCCEEDED' },
    ]);
  });

  it('tells when an upstream is expected that has not started', () => {
    const answer = ask(both, [], '02:00', { expected: new Map([['listings', at('03:00')]]) });
    expect(answer.conditions[0]).toMatchObject({ verdict: 'waiting', expectedAt: at('03:00') });
    expect(answer.conditions[1]).not.toHaveProperty('expectedAt');
  });

  it('starts by itself when the one that failed was redriven', () => {
    const searches = fact('searches', 'SUCCEEDED', '05:30');
    expect(ask(both, [fact('listings', 'FAILED', '03:20'), searches]).verdict).toBe('waiting');
    expect(
      ask(both, [fact('listings', 'RUNNING', '09:00', { revision: 1 }), searches]).verdict,
    ).toBe('waiting');
    const after = ask(both, [fact('listings', 'SUCCEEDED', '09:10', { revision: 1 }), searches]);
    expect(after).toMatchObject({ verdict: 'met', key: 'pipeline-x@2026-11-20#listings=1' });
  });

  it('starts again, once, after a repair of an upstream that had succeeded', () => {
    const searches = fact('searches', 'SUCCEEDED', '05:30');
    const first = ask(both, [fact('listings', 'SUCCEEDED', '03:20'), searches]);
    const again = fact('listings', 'SUCCEEDED', '10:00', { revision: 1 });
    const second = ask(both, [again, searches], '12:00', { startedWith: first.revisions });
    expect(second.key).not.toBe(first.key);
    expect(ask(both, [again, searches], '13:00', { startedWith: second.revisions }).key).toBe(
      second.key,
    );
  });

  it('tells the same name in another account apart', () => {
    const trigger: UpstreamTrigger = { allOf: [{ name: 'listings', account: '123456789012' }] };
    expect(ask(trigger, [fact('listings', 'SUCCEEDED', '03:20')]).verdict).toBe('waiting');
    expect(
      ask(trigger, [fact('listings', 'SUCCEEDED', '03:20', { account: '123456789012' })]).verdict,
    ).toBe('met');
  });
});

describe('groups', () => {
  const one = { name: 'a' };
  const other = { name: 'b' };
  const a = fact('a', 'SUCCEEDED', '01:00');
  const b = fact('b', 'SUCCEEDED', '01:00');

  it.each<[string, UpstreamTrigger, UpstreamFact[], string]>([
    ['anyOf needs one', { anyOf: [one, other] }, [b], 'met'],
    [
      'AND is the operator unless another is given',
      { allOf: [one], anyOf: [other] },
      [a],
      'waiting',
    ],
    ['AND needs both groups', { operator: 'AND', allOf: [one], anyOf: [other] }, [a, b], 'met'],
    ['OR needs one group', { operator: 'OR', allOf: [one], anyOf: [other] }, [b], 'met'],
    ['no conditions start nothing', {}, [a, b], 'impossible'],
  ])('%s', (_title, trigger, facts, verdict) => {
    expect(ask(trigger, facts).verdict).toBe(verdict);
  });

  it('does not start again because one more of anyOf succeeded', () => {
    const first = ask({ anyOf: [one, other] }, [a]);
    const redriven = ask(
      { anyOf: [one, other] },
      [fact('a', 'SUCCEEDED', '02:00', { revision: 1 })],
      '12:00',
      { startedWith: first.revisions },
    );
    const later = ask(
      { anyOf: [one, other] },
      [fact('a', 'RUNNING', '03:00', { revision: 2 }), b],
      '12:00',
      { startedWith: redriven.revisions },
    );
    expect(ask({ anyOf: [one, other] }, [a, b]).key).toBe(first.key);
    expect(later).toMatchObject({ verdict: 'met', key: redriven.key });
  });
});

describe('a fallback', () => {
  it('starts when its parent fails in one of the ways it names', () => {
    const trigger: UpstreamTrigger = {
      anyOf: [{ name: 'listings', status: ['FAILED', 'TIMED_OUT'] }],
    };
    expect(ask(trigger, [fact('listings', 'SUCCEEDED', '03:20')]).verdict).toBe('waiting');
    expect(ask(trigger, [fact('listings', 'ABORTED', '03:20')]).verdict).toBe('waiting');
    expect(ask(trigger, [fact('listings', 'TIMED_OUT', '03:20')]).verdict).toBe('met');
  });
});

describe('deadlines', () => {
  const unlessLate: UpstreamTrigger = {
    anyOf: [{ name: 'searches' }, { name: 'searches', not: true, by: '06:00' }],
  };

  it.each<[string, UpstreamFact[], string, string]>([
    ['waits before 06:00', [], '05:59', 'waiting'],
    ['goes on at 06:00 without a start', [], '06:00', 'met'],
    ['goes on although it starts at 06:10', [fact('searches', 'RUNNING', '06:10')], '06:20', 'met'],
    [
      'waits for one that started at 05:50',
      [fact('searches', 'RUNNING', '05:50')],
      '06:20',
      'waiting',
    ],
    [
      'waits for one that started at 05:50 and failed',
      [fact('searches', 'FAILED', '06:10', { startedAt: at('05:50') })],
      '06:20',
      'waiting',
    ],
    ['goes on after success', [fact('searches', 'SUCCEEDED', '05:20')], '05:21', 'met'],
  ])('"succeeded, or did not start by 06:00" %s', (_title, facts, time, verdict) => {
    expect(ask(unlessLate, facts, time).verdict).toBe(verdict);
  });

  it('makes impossible what was to be reached by then', () => {
    const trigger: UpstreamTrigger = { allOf: [{ name: 'listings', by: '06:00' }] };
    expect(ask(trigger, [], '05:00')).toMatchObject({
      verdict: 'waiting',
      askAgainAt: at('06:00'),
    });
    expect(ask(trigger, [fact('listings', 'SUCCEEDED', '06:01')], '06:01').verdict).toBe(
      'impossible',
    );
    expect(ask(trigger, [fact('listings', 'SUCCEEDED', '06:00')], '08:00').verdict).toBe('met');
  });

  it('that are no time of day let nothing start', () => {
    for (const by of ['6:00', '24:00', 'six']) {
      const { verdict, conditions } = ask({ allOf: [{ name: 'a', not: true, by }] }, []);
      expect(verdict).toBe('impossible');
      expect(conditions[0]?.because).toContain('write by as 06:00');
    }
  });

  it('are told on the clock of the dependent', () => {
    const trigger: UpstreamTrigger = { allOf: [{ name: 'listings', by: '06:00' }] };
    const berlin = parseInterval('2026-11-20', 'Europe/Berlin') ?? interval;
    const answer = ask(trigger, [], '00:00', { interval: berlin, timezone: 'Europe/Berlin' });
    expect(answer.askAgainAt).toBe(at('05:00'));
  });
});

describe('an optional upstream', () => {
  const trigger: UpstreamTrigger = {
    allOf: [{ name: 'listings' }, { name: 'searches', optional: true }],
  };
  const listings = fact('listings', 'SUCCEEDED', '03:20');

  it.each<[string, UpstreamFact[], string]>([
    ['holds nothing back when it has not started', [], 'met'],
    ['is waited for while it runs', [fact('searches', 'RUNNING', '05:00')], 'waiting'],
    ['is not insisted on when it failed', [fact('searches', 'FAILED', '05:00')], 'met'],
  ])('%s', (_title, facts, verdict) => {
    expect(ask(trigger, [listings, ...facts]).verdict).toBe(verdict);
  });

  it('with a deadline is waited for until then', () => {
    const until: UpstreamTrigger = { allOf: [{ name: 'searches', optional: true, by: '06:00' }] };
    expect(ask(until, [fact('searches', 'FAILED', '05:00')], '05:30').verdict).toBe('waiting');
    expect(ask(until, [fact('searches', 'FAILED', '05:00')], '06:00').verdict).toBe('met');
    expect(ask(until, [fact('searches', 'SUCCEEDED', '05:00')], '05:30').verdict).toBe('met');
  });
});
