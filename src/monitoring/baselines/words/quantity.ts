/**
 * Numbers as people read them, the same on every machine: no locale of it is asked.
 *
 * What carries a unit is rounded to what is worth reading: durations to two units, everything else to three digits.
 * @module
 */
import type { Metric } from '../metric.js';

type Unit = Metric['unit'];

const GROUPED = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3, useGrouping: false });
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const TIMES: readonly [name: string, ms: number, next: number][] = [
  ['ms', 1, 1],
  ['s', 1000, 1],
  ['min', 60_000, 1000],
  ['h', 3_600_000, 60_000],
  ['days', 86_400_000, 3_600_000],
];
const SIZES = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/**
 * A value with its unit.
 * @example quantity(2_520_000, 'ms') // '42 min'
 */
export function quantity(value: number, unit: Unit): string {
  if (unit === 'ms') return duration(value);
  const [text, name] = parts(value, unit);
  return `${text} ${name}`;
}

/**
 * From one value to another, the unit said once where it is the same. A lower end that cannot be (a duration below 0) is
 * left out.
 * @example range(1_080_000, 1_500_000, 'ms') // '18 to 25 min'
 */
export function range(low: number, high: number, unit: Unit): string {
  if (low === high) return quantity(high, unit);
  const from = quantity(low, unit);
  const to = quantity(high, unit);
  if (from === to) return to;
  const [lowText, lowUnit, rest] = from.split(' ');
  const [, highUnit, more] = to.split(' ');
  const once = unit !== 'cost units' && lowUnit === highUnit && rest === undefined;
  if (once && more === undefined) return `${lowText} to ${to}`;
  return unit === 'cost units' ? `${lowText} to ${to}` : `${from} to ${to}`;
}

/**
 * A part as per cent, without its sign.
 * @example percent(-0.113) // '11 %'
 */
export function percent(part: number): string {
  const value = Math.abs(part) * 100;
  return `${value >= 10 ? WHOLE.format(value) : SMALL.format(Number(value.toPrecision(2)))} %`;
}

function duration(value: number): string {
  const size = Math.abs(value);
  if (size < 1000) return `${SMALL.format(Number(value.toPrecision(3)))} ms`;
  const sign = value < 0 ? '-' : '';
  // Ten minutes and more are read without seconds, ten hours and more without minutes.
  let place = TIMES.length - 1;
  while (place > 1 && size < (TIMES[place] as [string, number, number])[1]) place--;
  for (;;) {
    const [name, ms, next] = TIMES[place] as [string, number, number];
    if (place === 1) {
      const text = SMALL.format(Number((size / ms).toPrecision(2)));
      if (Number(text) < 60) return `${sign}${text} s`;
      return `${sign}1 min`;
    }
    const step = size >= 10 * ms ? ms : next;
    const rounded = Math.round(size / step) * step;
    const upper = TIMES[place + 1];
    if (upper !== undefined && rounded >= upper[1]) {
      place++;
      continue;
    }
    const whole = Math.floor(rounded / ms);
    const left = rounded - whole * ms;
    const [lower = '', lowerMs = 1] = TIMES[place - 1] ?? [];
    const unit = name === 'days' && whole === 1 ? 'day' : name;
    const tail = left === 0 ? '' : ` ${Math.round(left / lowerMs)} ${lower}`;
    return `${sign}${whole} ${unit}${tail}`;
  }
}

function parts(value: number, unit: Unit): [text: string, unit: string] {
  if (unit !== 'bytes') {
    const text = Number.isInteger(value) ? WHOLE.format(value) : GROUPED.format(value);
    const one = Math.abs(value) === 1;
    return [text, one ? unit.replace(/s$/, '') : unit];
  }
  let size = value;
  let place = 0;
  while (Math.abs(size) >= 999.5 && place < SIZES.length - 1) {
    size /= 1000;
    place++;
  }
  return [SMALL.format(size), SIZES[place] as string];
}
