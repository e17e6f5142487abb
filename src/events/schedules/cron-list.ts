/**
 * Lists of a cron field: values, ranges and steps, shared by the dialects.
 * @module
 */

/** A field of a dialect: its bounds and how its values are written. */
export interface CronField {
  name: string;
  min: number;
  max: number;
  /** Names in the place of numbers, such as JAN, from `min` upwards. */
  names?: readonly string[];
  /** Whether `FRI-MON` goes around the end. */
  ranges: 'wrap' | 'ascending';
  /** Whether `5/15` stands for "from 5, every 15". */
  openSteps: 'allowed' | 'refused';
}

export const MONTHS: readonly string[] = [
  'JAN',
  'FEB',
  'MAR',
  'APR',
  'MAY',
  'JUN',
  'JUL',
  'AUG',
  'SEP',
  'OCT',
  'NOV',
  'DEC',
];
export const WEEKDAYS: readonly string[] = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** No expression that somebody wrote is longer. */
export const LONGEST_EXPRESSION = 256;

/**
 * Reads a list such as `0-30/10,45`.
 * @returns the values, ascending and without repetition, or a sentence that says what is wrong
 * @example readCronList('1-3,10', { name: 'hours', min: 0, max: 23, ranges: 'wrap', openSteps: 'allowed' }) // [1, 2, 3, 10]
 */
export function readCronList(text: string, field: CronField): number[] | string {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const read = readItem(item, field);
    if (typeof read === 'string') return read;
    for (const value of read) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function readItem(item: string, field: CronField): number[] | string {
  const [range = '', stepText, ...rest] = item.split('/');
  if (rest.length > 0) return `"${item}" in the field ${field.name} has more than one step`;
  const step = stepText === undefined ? 1 : readNumber(stepText);
  if (step === undefined || step < 1 || step > field.max) {
    return `the step "${stepText}" in the field ${field.name} must be a number from 1 to ${field.max}`;
  }
  const bounds = readRange(range, field, stepText !== undefined);
  if (typeof bounds === 'string') return bounds;
  const [from, to] = bounds;
  const values: number[] = [];
  const span = field.max - field.min + 1;
  const end = to < from ? to + span : to;
  for (let value = from; value <= end; value += step) {
    values.push(value > field.max ? value - span : value);
  }
  return values;
}

function readRange(
  text: string,
  field: CronField,
  hasStep: boolean,
): readonly [number, number] | string {
  if (text === '*') return [field.min, field.max];
  const [first = '', last, ...rest] = text.split('-');
  const from = readCronValue(first, field);
  const to = last === undefined ? from : readCronValue(last, field);
  if (from === undefined || to === undefined || rest.length > 0) {
    return `"${text}" in the field ${field.name} is no value from ${field.min} to ${field.max}`;
  }
  if (last === undefined && hasStep) {
    if (field.openSteps === 'allowed') return [from, field.max];
    return `write "${text}-${field.max}/…" in the field ${field.name}: this dialect has steps after ranges only`;
  }
  if (to < from && field.ranges === 'ascending') {
    return `the range "${text}" in the field ${field.name} goes backwards`;
  }
  return [from, to];
}

/** One value of a field, by number or name, or undefined. */
export function readCronValue(text: string, field: CronField): number | undefined {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? field.min + named : readNumber(text);
  return value !== undefined && value >= field.min && value <= field.max ? value : undefined;
}

function readNumber(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
