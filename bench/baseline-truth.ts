/**
 * npx tsx bench/baseline-truth.ts [--series 2000] [--seeds 1,2]
 *
 * How often a baseline calls a usual value unusual, and a doubled or tripled one usual, by how many samples it was made of
 * and what lies over them; and what baselines and forecasts cost. Noise is lognormal with a deviation of 15 %.
 * @module
 */
import { parseArgs } from 'node:util';
import { baselineOf } from '../src/monitoring/baselines/baseline.js';
import { forecast } from '../src/monitoring/baselines/forecast.js';
import { judge } from '../src/monitoring/baselines/judge.js';
import type { Sample } from '../src/monitoring/baselines/sample.js';
import { DAY, FIRST, normalOf, type Random, randomOf, studentOf } from './forecast-series.js';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '2000' },
    seeds: { type: 'string', default: '1,2' },
  },
});
const HOUR = 3_600_000;
const zone = { name: 'UTC', wall: (instant: number): number => instant };

interface Kind {
  name: string;
  samples: number;
  /** Milliseconds from one execution to the next. */
  gap: number;
  /** Buckets of the week that differ from each other, by a deviation of 50 %. */
  pattern?: 7 | 168;
  noise?: 'heavy tails' | 'outliers';
}

const KINDS: readonly Kind[] = [
  { name: '8 daily', samples: 8, gap: DAY },
  { name: '13 weekly', samples: 13, gap: 7 * DAY },
  { name: '20 daily', samples: 20, gap: DAY },
  { name: '91 daily', samples: 91, gap: DAY },
  { name: '91 daily, outliers 5 %', samples: 91, gap: DAY, noise: 'outliers' },
  { name: '91 daily, heavy tails', samples: 91, gap: DAY, noise: 'heavy tails' },
  { name: '35 daily, weekday pattern', samples: 35, gap: DAY, pattern: 7 },
  { name: '91 daily, weekday pattern', samples: 91, gap: DAY, pattern: 7 },
  { name: '2184 hourly, pattern of the week', samples: 2184, gap: HOUR, pattern: 168 },
];

/** An execution at a place of the series. */
function draw(kind: Kind, place: number, pattern: readonly number[], random: Random): Sample {
  const at = FIRST + place * kind.gap;
  const hour = Math.floor((at - FIRST) / HOUR) % 168;
  const usual = pattern[kind.pattern === 7 ? Math.floor(hour / 24) : hour] ?? 1;
  const shock = kind.noise === 'heavy tails' ? studentOf(random, 3) : normalOf(random);
  return { at, value: 600_000 * usual * Math.exp(0.15 * shock) };
}

function row(kind: Kind, count: number, seed: number): string {
  const random = randomOf(seed * 1_000_003 + KINDS.indexOf(kind));
  const unusual = [0, 0, 0];
  let judged = 0;
  let learning = 0;
  let foretelling = 0;
  for (let i = 0; i < count; i++) {
    const pattern = Array.from({ length: kind.pattern ?? 0 }, () => Math.exp(normalOf(random) / 2));
    const samples = Array.from({ length: kind.samples }, (_, place) => {
      const sample = draw(kind, place, pattern, random);
      return kind.noise === 'outliers' && random() < 0.05
        ? { ...sample, value: sample.value * 6 }
        : sample;
    });
    const now = FIRST + (kind.samples - 1) * kind.gap;
    const options = { metric: 'duration', zone, now } as const;
    const started = spentSoFar();
    const baseline = baselineOf(samples, options);
    const learned = spentSoFar();
    forecast(samples, { ...options, limit: { most: 7_200_000 } });
    learning += learned - started;
    foretelling += spentSoFar() - learned;
    for (let next = 0; next < 7; next++) {
      const sample = draw(kind, kind.samples + next, pattern, random);
      judged++;
      for (const times of [1, 2, 3]) {
        const judgement = judge(baseline, { at: sample.at, value: sample.value * times }, zone);
        if (judgement.verdict === 'unusual') unusual[times - 1] = (unusual[times - 1] ?? 0) + 1;
      }
    }
  }
  const cells = [
    ...unusual.map((one, times) => `${((100 * one) / judged).toFixed(times === 0 ? 2 : 0)} %`),
    `${(learning / count).toFixed(0)} µs`,
    `${(foretelling / count).toFixed(0)} µs`,
  ];
  return line(kind.name, cells);
}

for (const seed of values.seeds.split(',').map(Number)) {
  console.log(`\nseed ${seed}: of the next seven values, so many are called unusual`);
  console.log(line('samples', ['as before', 'doubled', 'tripled', 'baseline', 'forecast']));
  for (const kind of KINDS)
    console.log(row(kind, Math.ceil(Number(values.series) / (kind.samples > 1000 ? 50 : 1)), seed));
}

/** Microseconds of processor time: whoever shares the machine is not counted. */
function spentSoFar(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function line(name: string, cells: readonly string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(11)).join('');
}
