/**
 * A forecast in words with its numbers.
 * @module
 */
import { METRICS, type MetricName } from '../metric.js';
import { DAY, type Zone } from '../sample.js';
import type { Course, Trend } from '../trend/course-found.js';
import type { Crossing, Limit } from '../trend/crossing.js';
import { percent, quantity } from './quantity.js';
import { dateRange, dateText } from './when.js';

export interface Said {
  metric: MetricName;
  zone: Zone;
  now: number;
  limit?: Limit | undefined;
}

/**
 * A sentence without a full stop.
 * @example forecastWords(course, { metric: 'duration', zone, now, limit })
 * // '11 % slower a week for 5 weeks; crosses its 3 h SLA about 12 December (5 to 20)'
 */
export function forecastWords(course: Course, said: Said): string {
  const { unit } = METRICS[said.metric];
  switch (course.kind) {
    case 'unknown': {
      const days = course.days === 1 ? '1 day' : `${course.days} days`;
      return `not known yet: executions on ${days}, of ${course.needed} over two weeks needed`;
    }
    case 'steady':
      return course.step === undefined
        ? `no trend; about ${quantity(course.level, unit)}`
        : `no trend, but a step about ${dateText(said.zone.wall(course.step.at), said.zone.wall(said.now))}: ` +
            `from ${quantity(course.step.before, unit)} to ${quantity(course.step.after, unit)}`;
    case 'trend':
      return `${growthWords(course, said)} for ${weeksWords(course.weeks)}${crossingWords(course.crossing, said)}`;
  }
}

function growthWords(trend: Trend, said: Said): string {
  const { unit, more, less } = METRICS[said.metric];
  const kind = trend.direction === 'up' ? more : less;
  if (trend.perWeek !== undefined) return `${percent(trend.perWeek.rate)} ${kind} a week`;
  // Of a level about zero no part can be said.
  return `${quantity(Math.abs(trend.amount), unit)} ${trend.direction === 'up' ? 'more' : 'less'} a week`;
}

function weeksWords(weeks: number): string {
  const whole = Math.round(weeks);
  return whole === 1 ? '1 week' : `${whole} weeks`;
}

function crossingWords(crossing: Crossing | undefined, { metric, zone, now, limit }: Said): string {
  if (limit === undefined || crossing === undefined) return '';
  const { unit } = METRICS[metric];
  const bound = `its ${quantity('most' in limit ? limit.most : limit.least, unit)} ${limit.name ?? 'limit'}`;
  if (crossing.state === 'over')
    return `; is ${'most' in limit ? 'above' : 'below'} ${bound} already`;
  const today = zone.wall(now);
  const about = zone.wall(crossing.at);
  const early = zone.wall(crossing.earliest);
  const verb = 'most' in limit ? 'crosses' : 'falls below';
  const date = dateText(about, today);
  if (crossing.latest === undefined)
    return `; ${verb} ${bound} about ${date} (${dateText(early, today)} at the earliest)`;
  const late = zone.wall(crossing.latest);
  // A range within one day says no more than the day.
  const range = late - early < DAY ? '' : ` (${dateRange(early, late, about, today)})`;
  return `; ${verb} ${bound} about ${date}${range}`;
}
