import { describe, expect, it } from 'vitest';
import { type Calendar, countsOn, dateProblem, nextDue, windowAt } from './calendar.js';
import {
  type Demand,
  declare,
  type Expectation,
  NOTHING_WATCHED,
  type Sample,
  type Standing,
  type Transition,
  type Watched,
} from './expectation.js';
import { hear, pass } from './judge.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);

/** Lets time pass and things come, and keeps what has changed. */
class Life {
  standing: Standing;
  watched: Watched = NOTHING_WATCHED;
  readonly told: string[] = [];
  readonly #expectation: Expectation;
  readonly #running = new Map<string, number>();

  constructor(demand: Demand, since: string, options: Partial<Expectation> = {}) {
    this.#expectation = { sentence: 'it', demand, grace: 0, zone: 'UTC', ...options };
    this.standing = declare(at(since));
    this.watched = { ...NOTHING_WATCHED, running: this.#running };
  }

  /** Nobody looks in between. */
  until(time: string): this {
    this.#take(pass(this.#expectation, this.standing, this.watched, at(time)));
    return this;
  }

  begins(time: string, id: string = 'one'): this {
    this.until(time);
    this.#running.set(id, at(time));
    return this.#comes(at(time), { lastStart: at(time) });
  }

  ends(time: string, more: Partial<Sample & { data: boolean }> = {}, id: string = 'one'): this {
    this.until(time);
    this.#running.delete(id);
    const { data = false, ...rest } = more;
    const sample: Sample = { at: at(time), status: 'OK', ...rest };
    const isGood = sample.status === 'OK' || sample.status === 'WARNING';
    return this.#comes(at(time), {
      last: { ...sample, cause: 'because' },
      lastEnd: at(time),
      ...(isGood ? { lastSuccess: at(time) } : {}),
      ...(data ? { lastData: at(time) } : {}),
      recent: [...this.watched.recent, sample],
    });
  }

  #comes(now: number, change: Partial<Watched>): this {
    const before = this.watched;
    this.watched = { ...before, ...change };
    this.#take(hear(this.#expectation, this.standing, before, this.watched, now));
    return this;
  }

  #take({
    standing,
    transitions,
  }: {
    standing: Standing;
    transitions: readonly Transition[];
  }): void {
    this.standing = standing;
    for (const { to, at: moment, reason } of transitions) {
      const time = new Date(moment).toISOString().slice(5, 16).replace('T', ' ');
      this.told.push(`${time} ${to}${reason === undefined ? '' : ` (${reason})`}`);
    }
  }
}

function daily(minute: number, zone = 'UTC', calendar: Calendar = {}): Demand {
  return { type: 'by', what: 'success', time: { minute, zone, calendar } };
}

describe('what is due at a time of day', () => {
  it('is due by the clocks of its zone, also in the nights in which they change', () => {
    const berlin = { minute: 150, zone: 'Europe/Berlin', calendar: {} };
    const due = (after: string): string => new Date(nextDue(berlin, at(after)) ?? 0).toISOString();
    // 02:30 is skipped on 29 March: due when the clocks go on, at 03:00.
    expect(due('2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(due('2026-03-29T12:00:00Z')).toBe('2026-03-30T00:30:00.000Z');
    // It comes twice on 25 October: due the first time, and not again.
    expect(due('2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(due('2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z');
  });

  it('is judged once a day through a year of both changes of the clocks', () => {
    const life = new Life(daily(150, 'Europe/Berlin'), '2026-01-01T00:00:00Z');
    life.until('2027-01-01T00:00:00Z');
    expect(life.told.filter((line) => line.includes('MISSING'))).toHaveLength(365);
  });

  it('gives the same whether somebody looks each minute or once a week', () => {
    const often = new Life(daily(390), '2026-11-20T00:00:00Z', { grace: 30 * MINUTE });
    const once = new Life(daily(390), '2026-11-20T00:00:00Z', { grace: 30 * MINUTE });
    const end = at('2026-11-27T00:00:00Z');
    for (let time = at('2026-11-20T00:01:00Z'); time <= end; time += MINUTE) {
      often.until(new Date(time).toISOString());
    }
    once.until('2026-11-27T00:00:00Z');
    expect(often.told).toEqual(once.told);
    expect(once.told.slice(0, 3)).toEqual([
      '11-20 05:30 DUE',
      '11-20 06:30 LATE (waits for its grace)',
      '11-20 07:00 MISSING (never started)',
    ]);
  });

  it('knows why: it never started, it failed, it brought nothing new', () => {
    const reason = (life: Life): string | undefined =>
      life.until('2026-11-20T07:00:00Z').standing.reason;
    const made = (what: 'success' | 'data'): Life =>
      new Life({ ...daily(390), what } as Demand, '2026-11-20T00:00:00Z');
    expect(reason(made('success'))).toBe('never started');
    const failed = { status: 'CRITICAL' } as const;
    expect(
      reason(made('success').begins('2026-11-20T03:00:00Z').ends('2026-11-20T04:00:00Z', failed)),
    ).toBe('failed');
    expect(reason(made('data').begins('2026-11-20T03:00:00Z').ends('2026-11-20T04:00:00Z'))).toBe(
      'no new data',
    );
    expect(reason(made('success').begins('2026-11-20T03:00:00Z'))).toBe('still running');
  });

  it('is missed, and not late, as soon as what still ran has failed', () => {
    const life = new Life(daily(390), '2026-11-20T00:00:00Z')
      .begins('2026-11-20T06:00:00Z')
      .ends('2026-11-20T07:15:00Z', { status: 'CRITICAL' })
      .until('2026-11-20T08:00:00Z');
    expect(life.told).toEqual([
      '11-20 05:30 DUE',
      '11-20 06:30 LATE (still running)',
      '11-20 07:15 MISSING (failed)',
    ]);
  });

  it('is met the next day by what comes the next day; the missed one stays missed', () => {
    const life = new Life(daily(390), '2026-11-20T00:00:00Z')
      .until('2026-11-21T01:00:00Z')
      .ends('2026-11-21T02:00:00Z')
      .until('2026-11-21T12:00:00Z');
    expect(life.told).toEqual([
      '11-20 05:30 DUE',
      '11-20 06:30 MISSING (never started)',
      '11-21 02:00 EXPECTED',
    ]);
  });

  it('is expected on the days of its calendar alone', () => {
    const calendar = {
      days: [1, 2, 3, 4, 5],
      except: ['12-25', '2026-12-24'],
      also: ['2026-12-27'],
    };
    const life = new Life(daily(390, 'UTC', calendar), '2026-12-23T12:00:00Z');
    life.until('2026-12-29T00:00:00Z');
    const missed = life.told.filter((line) => line.includes('MISSING'));
    expect(missed.map((line) => line.slice(0, 5))).toEqual(['12-27', '12-28']);
  });
});

describe('no more than a period from one to the next', () => {
  const demand: Demand = { type: 'within', what: 'run', period: 10 * HOUR };

  it('counts from the declaration for who has never run', () => {
    const life = new Life(demand, '2026-11-20T00:00:00Z').until('2026-11-20T12:00:00Z');
    expect(life.told).toEqual(['11-20 09:00 DUE', '11-20 10:00 MISSING (never started)']);
  });

  it('is missed once, however long nothing comes, and arrives late', () => {
    const life = new Life(demand, '2026-11-20T00:00:00Z')
      .until('2026-11-25T00:00:00Z')
      .begins('2026-11-25T01:00:00Z')
      .ends('2026-11-25T02:00:00Z');
    expect(life.told.slice(2)).toEqual(['11-25 01:00 ARRIVED LATE', '11-25 02:00 EXPECTED']);
  });

  it('follows the rhythm of its own past, and a day while it has none', () => {
    const life = new Life({ type: 'regularly' }, '2026-11-20T00:00:00Z');
    for (let hour = 0; hour < 8; hour += 1) life.ends(`2026-11-20T0${hour}:00:00Z`);
    life.until('2026-11-20T08:59:00Z');
    expect(life.told).toEqual(['11-20 08:48 DUE']);
    life.until('2026-11-20T09:01:00Z');
    expect(life.standing).toMatchObject({ state: 'MISSING', due: at('2026-11-20T09:00:00Z') });
    const fresh = new Life({ type: 'regularly' }, '2026-11-20T00:00:00Z').ends(
      '2026-11-20T01:00:00Z',
    );
    expect(fresh.until('2026-11-21T00:59:00Z').standing.state).toBe('DUE');
  });
});

describe('what a result says itself', () => {
  const few: Demand = { type: 'value', metric: 'rows', bound: 10, is: 'least' };
  const usual: Demand = { type: 'usual', metric: 'rows', percent: 20 };

  it.each([
    ['too few rows', few, { rows: 9 }, 'MISSING'],
    ['just enough', few, { rows: 10 }, 'EXPECTED'],
    ['nothing told of rows', few, {}, 'EXPECTED'],
    [
      'a failure, which is told elsewhere',
      few,
      { rows: 0, status: 'CRITICAL' as const },
      'EXPECTED',
    ],
  ])('%s', (_, demand, sample, state) => {
    const life = new Life(demand, '2026-11-20T00:00:00Z').ends('2026-11-20T01:00:00Z', sample);
    expect(life.standing.state).toBe(state);
  });

  it('is not judged by what is usual before there are five results, nor by zeros and NaN alone', () => {
    const life = new Life(usual, '2026-11-20T00:00:00Z');
    for (const hour of [1, 2, 3, 4]) life.ends(`2026-11-20T0${hour}:00:00Z`, { rows: 100 });
    life.ends('2026-11-20T05:00:00Z', { rows: 1 });
    expect(life.standing.state).toBe('EXPECTED');
    life.ends('2026-11-20T06:00:00Z', { rows: 121 });
    expect(life.standing).toMatchObject({ state: 'MISSING', reason: 'unusual' });
    const zeros = new Life(usual, '2026-11-20T00:00:00Z');
    for (const hour of [1, 2, 3, 4, 5, 6]) zeros.ends(`2026-11-20T0${hour}:00:00Z`, { rows: 0 });
    expect(zeros.standing.state).toBe('EXPECTED');
    const strange = new Life(usual, '2026-11-20T00:00:00Z');
    for (const hour of [1, 2, 3, 4, 5, 6]) {
      strange.ends(`2026-11-20T0${hour}:00:00Z`, { rows: Number.NaN });
    }
    expect(strange.standing.state).toBe('EXPECTED');
  });

  it('flapping leaves one change each way', () => {
    const life = new Life({ type: 'succeeded' }, '2026-11-20T00:00:00Z');
    for (let minute = 0; minute < 6; minute += 1) {
      const status = minute % 2 === 0 ? 'CRITICAL' : 'OK';
      life.ends(`2026-11-20T01:0${minute}:00Z`, { status });
    }
    expect(life.told.map((line) => line.split(' ')[2])).toEqual([
      'MISSING',
      'ARRIVED',
      'MISSING',
      'ARRIVED',
      'MISSING',
      'ARRIVED',
    ]);
  });
});

describe('several executions at once', () => {
  it('are each late at their own moment, and the last one ends it', () => {
    const life = new Life({ type: 'duration', most: HOUR }, '2026-11-20T00:00:00Z')
      .begins('2026-11-20T01:00:00Z', 'a')
      .begins('2026-11-20T01:30:00Z', 'b')
      .until('2026-11-20T02:45:00Z')
      .ends('2026-11-20T03:00:00Z', { duration: 2 * HOUR }, 'a')
      .ends('2026-11-20T03:10:00Z', { duration: 100 * MINUTE }, 'b');
    expect(life.told).toEqual([
      '11-20 02:00 LATE (still running)',
      '11-20 02:30 LATE (still running)',
      '11-20 03:10 ARRIVED LATE',
    ]);
  });
});

describe('calendars', () => {
  it.each([
    ['2026-02-30', 'there is no day 2026-02-30'],
    ['2025-02-29', 'there is no day 2025-02-29'],
    ['02-29', undefined],
    ['13-01', 'there is no day 13-01'],
    ['25.12.', "'25.12.' is no day: write 2026-12-25, or 12-25 for every year"],
  ])('%s', (date, problem) => {
    expect(dateProblem(date)).toBe(problem);
  });

  it('that hold no day have no due moment', () => {
    const never = { minute: 0, zone: 'UTC', calendar: { days: [] } };
    expect(nextDue(never, 0)).toBeUndefined();
    expect(countsOn({ days: [] }, 0)).toBe(false);
  });

  it('have weeks from Monday, months of their length, and hours of the zone', () => {
    const day = at('2026-11-22T12:00:00Z');
    const { from, to } = windowAt('week', 'UTC', day);
    expect([from, to]).toEqual([at('2026-11-16T00:00:00Z'), at('2026-11-23T00:00:00Z')]);
    expect(windowAt('month', 'UTC', day).to).toBe(at('2026-12-01T00:00:00Z'));
    const spring = windowAt('day', 'Europe/Berlin', at('2026-03-29T12:00:00Z'));
    expect(spring.to - spring.from).toBe(23 * HOUR);
    expect(windowAt('hour', 'Asia/Kolkata', at('2026-11-22T12:10:00Z')).from).toBe(
      at('2026-11-22T11:30:00Z'),
    );
    expect(DAY).toBe(24 * HOUR);
  });
});

describe('at least 2 runs in 24 hours', () => {
  const demand: Demand = { type: 'rolling', least: 2, period: DAY };

  it('is missing a day after it was declared, when nothing or too little has come', () => {
    const none = new Life(demand, '2026-11-20T00:00:00Z').until('2026-11-21T06:00:00Z');
    expect(none.standing).toMatchObject({
      ...{ state: 'MISSING', reason: 'never started', since: at('2026-11-21T00:00:00Z') },
    });
    const one = new Life(demand, '2026-11-20T00:00:00Z')
      .ends('2026-11-20T12:00:00Z')
      .until('2026-11-21T06:00:00Z');
    expect(one.standing).toMatchObject({ state: 'MISSING', reason: 'too few' });
  });

  it('lasts until the second newest is a day old, and is over when there are enough again', () => {
    const life = new Life(demand, '2026-11-20T00:00:00Z')
      .ends('2026-11-20T10:00:00Z')
      .ends('2026-11-20T20:00:00Z')
      .until('2026-11-21T08:59:00Z');
    expect(life.standing.state).toBe('EXPECTED');
    life.until('2026-11-21T10:00:01Z');
    expect(life.standing).toMatchObject({ state: 'MISSING', since: at('2026-11-21T10:00:00Z') });
    life.ends('2026-11-21T12:00:00Z');
    expect(life.standing.state).toBe('EXPECTED');
    // One of the two is from the day before.
    life.until('2026-11-21T20:30:00Z');
    expect(life.standing.state).toBe('MISSING');
  });
});
