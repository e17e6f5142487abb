/**
 * npx tsx bench/forecast-truth.ts [--series 1000] [--seeds 1,2] [--kinds PATTERN]
 *
 * How often forecasts are right, on generated series whose truth is known. Each series is looked at every day, as the
 * product does, and judged by the first look that foresees a crossing of the limit:
 *
 * - *right*: the true day lies in the range that was said; *early*: it comes after the range, so the alarm was too soon;
 *   *late*: it comes before; *missed*: nothing was said until the day before.
 * - *in range*: of all looks that foresaw a crossing, those whose range held the true day (90 % is what the range claims).
 * - *false*: of series that never cross, those for which any of 91 daily looks foresaw a crossing; *trend*: said a trend.
 * @module
 */
import { parseArgs } from 'node:util';
import { forecast } from '../src/monitoring/baselines/forecast.js';
import {
  DAY,
  FIRST,
  HISTORY,
  KINDS,
  type Kind,
  randomOf,
  type Series,
  seriesOf,
} from './forecast-series.js';
import { median } from './load.js';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '1000' },
    seeds: { type: 'string', default: '1,2' },
    kinds: { type: 'string', default: '' },
  },
});
const count = Number(values.series);
const zone = { name: 'UTC', wall: (instant: number): number => instant };

interface Outcome {
  first: 'right' | 'early' | 'late' | 'missed';
  /** Days from the first look that foresaw it to the crossing; width of its range; error of its date. */
  lead: number;
  width: number;
  error: number;
  said: number;
  /** Width of the range three weeks before the crossing, when one was said then. */
  later: number | undefined;
  /** The crossing comes within three weeks of the onset: before a trend could be told from a step. */
  fast: boolean;
  held: number;
  trend: boolean;
}

let looks = 0;
let spent = 0;

function outcomeOf({ metric, samples, limit, onset, crossing, lastLook }: Series): Outcome {
  const outcome: Outcome = {
    first: 'missed',
    lead: 0,
    width: 0,
    error: 0,
    said: 0,
    later: undefined,
    fast: crossing !== undefined && crossing - (onset ?? 0) < 21,
    held: 0,
    trend: false,
  };
  const from = onset === undefined ? HISTORY : onset;
  const last = crossing === undefined ? lastLook : Math.floor(crossing) - 1;
  for (let day = from; day <= last; day++) {
    const now = FIRST + day * DAY + 3_600_000;
    const window = samples.filter(({ at }) => at <= now && at > now - 91 * DAY);
    const started = spentSoFar();
    const found = forecast(window, { metric, zone, now, limit });
    spent += spentSoFar() - started;
    looks++;
    if (found.kind !== 'trend') continue;
    outcome.trend = true;
    if (found.crossing?.state !== 'foreseen') continue;
    outcome.said++;
    const truth = FIRST + (crossing ?? Number.POSITIVE_INFINITY) * DAY;
    const { at, earliest, latest = Number.POSITIVE_INFINITY } = found.crossing;
    // A range is said in days, and holds its last one.
    const verdict = truth < earliest - DAY ? 'late' : truth > latest + DAY ? 'early' : 'right';
    if (verdict === 'right') outcome.held++;
    if (Math.floor((truth - now) / DAY) === 21) outcome.later = (latest - earliest) / DAY;
    if (outcome.said > 1) continue;
    outcome.first = verdict;
    outcome.lead = (truth - now) / DAY;
    outcome.width = (latest - earliest) / DAY;
    outcome.error = (at - truth) / DAY;
  }
  return outcome;
}

function row(kind: Kind, seed: number): string[] {
  const outcomes: Outcome[] = [];
  let crosses = false;
  for (let i = 0; i < count; i++) {
    const series = seriesOf(kind, randomOf(seed * 1_000_003 + i * 7919 + KINDS.indexOf(kind)));
    crosses = series.crossing !== undefined;
    outcomes.push(outcomeOf(series));
  }
  const share = (some: number, all = count): string =>
    all === 0 ? '' : `${((100 * some) / all).toFixed(1)} %`;
  const said = outcomes.filter((one) => one.said > 0);
  const are = (first: Outcome['first']): string =>
    share(outcomes.filter((one) => one.first === first).length);
  const middle = (of: (one: Outcome) => number): string =>
    said.length === 0 ? '' : median(said.map(of)).toFixed(0);
  if (!crosses)
    return [
      kind.name,
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      share(said.length),
      share(outcomes.filter((one) => one.trend).length),
    ];
  const held = outcomes.reduce((sum, one) => sum + one.held, 0);
  const all = outcomes.reduce((sum, one) => sum + one.said, 0);
  const later = outcomes.flatMap((one) => (one.later === undefined ? [] : [one.later]));
  const numbers = [middle((one) => one.lead), middle((one) => one.width)];
  numbers.push(later.length === 0 ? '' : median(later).toFixed(0));
  return [
    kind.name,
    are('right'),
    are('early'),
    are('late'),
    are('missed'),
    share(outcomes.filter((one) => one.first === 'missed' && one.fast).length),
    share(held, all),
    ...numbers,
    '',
    '',
  ];
}

const HEAD = [
  'kind',
  'right',
  'early',
  'late',
  'missed',
  'fast',
  'in range',
  'lead',
  'width',
  'false',
  'trend',
];
for (const seed of values.seeds.split(',').map(Number)) {
  console.log(
    `\nseed ${seed}, ${count} series of each kind, looked at every day; lead and width are medians in days`,
  );
  console.log(line(HEAD));
  for (const kind of KINDS.filter(({ name }) => new RegExp(values.kinds).test(name)))
    console.log(line(row(kind, seed)));
}
console.log(`\n${looks} forecasts, ${(spent / looks).toFixed(0)} µs each`);

/** Microseconds of processor time: whoever shares the machine is not counted. */
function spentSoFar(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function line(cells: readonly string[]): string {
  return cells.map((cell, place) => (place === 0 ? cell.padEnd(34) : cell.padStart(9))).join('');
}
