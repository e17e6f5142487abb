import { describe, expect, it } from 'vitest';
import { readExpectation } from '../sections/expect-section.js';
import { parseSentence, SENTENCES } from './sentence.js';

const parse = (text: string) => parseSentence(text, { zone: 'Europe/Berlin' });

describe('a sentence', () => {
  it.each(SENTENCES)('%s is understood', (text) => {
    expect(parse(text)).toHaveProperty('expectation');
  });

  it.each([
    ['runs within 8 days', { type: 'within', what: 'run', period: 691_200_000 }],
    ['RUNS   Within 12h', { type: 'within', what: 'run', period: 43_200_000 }],
    ['at least 3 runs per week', { type: 'count', least: 3, span: 'week', zone: 'Europe/Berlin' }],
    ['duration <= 2 h', { type: 'value', metric: 'duration', bound: 7_200_000, is: 'most' }],
    ['rows within ±20% of usual', { type: 'usual', metric: 'rows', percent: 20 }],
    [
      'finishes by 7:05 UTC on Mon, Tue and friday except 12-25',
      {
        type: 'by',
        what: 'success',
        time: { minute: 425, zone: 'UTC', calendar: { days: [1, 2, 5], except: ['12-25'] } },
      },
    ],
  ])('%s', (text, demand) => {
    expect(parse(text)).toMatchObject({ expectation: { demand } });
  });

  it.each([
    ['', 0, 'the sentence ends too soon'],
    ['   ', 3, 'the sentence ends too soon'],
    ['finishs by 07:30', 0, 'this is no expectation'],
    ['runs within 8 dys', 14, "'8 dys' is no length of time"],
    ['runs within', 11, 'the sentence ends too soon'],
    ['finishes by 24:00', 12, "'24:00' is no time of day"],
    ['finishes by 07:30 Mars/Base', 18, "'Mars/Base' is no time zone"],
    ['finishes by 07:30 on Funday', 21, "'Funday' is no weekday"],
    ['finishes by 07:30 except 02-30', 25, 'there is no day 02-30'],
    ['at least 0 runs per day', 9, "'0' is no number of runs"],
    ['at least 3 runs per fortnight', 20, "'fortnight' is no window"],
    ['rows >= -1', 8, "'-1' is no whole number"],
    ['rows == 3', 5, "expected >=, <= or within, not '=='"],
    ['site javascript:alert(1) is reachable', 5, "'javascript:alert(1)' is no address of a site"],
    [
      'site https://user:secret@x/ is reachable',
      5,
      "'https://user:secret@x/' is no address of a site",
    ],
    ['succeeded always', 10, "'always' is one word too many"],
  ])('%j is refused at its place', (text, at, message) => {
    const answer = parse(text);
    expect(answer).toMatchObject({ problem: { message, at } });
    expect('problem' in answer && answer.problem.fix.length > 5).toBe(true);
  });

  it('is bounded', () => {
    const long = parse(`runs within ${'9'.repeat(100_000)} days`);
    expect(long).toHaveProperty('problem');
  });
});

describe('a mapping', () => {
  it('says more beside its sentence', () => {
    const written = {
      that: 'finishes by 07:30',
      timezone: 'UTC',
      days: ['Mon', 'weekends'],
      except: ['12-25'],
      also: ['2026-12-28'],
      grace: '30m',
    };
    expect(readExpectation(written, 'Europe/Berlin')).toMatchObject({
      expectation: {
        grace: 1_800_000,
        demand: {
          time: {
            zone: 'UTC',
            calendar: { days: [1, 6, 7], except: ['12-25'], also: ['2026-12-28'] },
          },
        },
      },
    });
  });

  it.each([
    [{ that: 'finishes by 07:30', timezone: 'Nowhere' }, ['timezone']],
    [{ that: 'finishes by 07:30', days: ['Mon', 'Noday'] }, ['days', 1]],
    [{ that: 'finishes by 07:30', except: ['2026-13-01'] }, ['except', 0]],
    [{ that: 'finishes at 07:30' }, ['that']],
  ])('%j is refused at its field', (written, field) => {
    expect(readExpectation(written, 'UTC')).toMatchObject({ problem: { field } });
  });
});
