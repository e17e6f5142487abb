/**
 * How fast fire times are found, over mixed schedules: crons of three kinds and rates, in five zones.
 * @module
 */
import { nextTime, parseSchedule, type Schedule } from '../src/events/schedules/schedule.js';
import { round } from './load.js';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];

function mixedSchedules(count: number): Schedule[] {
  return Array.from({ length: count }, (_, index) => {
    const minute = index % 60;
    const hour = index % 24;
    const expressions = [
      `cron(${minute} ${hour} * * ? *)`,
      `cron(${minute}/15 8-17 ? * MON-FRI *)`,
      `cron(${minute} ${hour} L * ? *)`,
      `cron(${minute} ${hour} ? * 6#3 *)`,
      `rate(${1 + minute} minutes)`,
    ];
    const expression = expressions[index % expressions.length] as string;
    const zone = ZONES[Math.floor(index / expressions.length) % ZONES.length] as string;
    const read = parseSchedule(expression, 'scheduler', zone);
    if ('problems' in read) throw new Error(`${expression}: ${read.problems[0]?.message}`);
    return read.schedule;
  });
}

/** Asks every schedule for its next time, again and again from that time on; the first asks read the zones. */
export function schedules(rounds: number): { [figure: string]: string | number } {
  const count = 1000;
  const parsing = performance.now();
  const all = mixedSchedules(count);
  const parsed = performance.now() - parsing;
  const from = Date.parse('2026-11-20T00:00:00Z');
  const last = all.map(() => from);
  const ask = (): number => {
    const started = performance.now();
    for (const [index, schedule] of all.entries()) {
      last[index] = nextTime(schedule, last[index] ?? from) ?? from;
    }
    return performance.now() - started;
  };
  const cold = ask();
  let warm = 0;
  for (let i = 0; i < rounds; i++) warm += ask();
  return {
    bench: 'schedules',
    schedules: count,
    parsed_per_s: Math.round((count / parsed) * 1000),
    first_round_ms: round(cold, 1),
    next_per_s: Math.round(((count * rounds) / warm) * 1000),
  };
}
