/**
 * What changed between two versions, on a terminal.
 * @module
 */
import colors from 'picocolors';
import type { VersionDiff } from '../api/version-diff.js';
import { size } from './data-text.js';
import { printable, table, time } from './text.js';

type TableDiff = NonNullable<VersionDiff['table']>;
type FilesDiff = NonNullable<VersionDiff['files']>;
type Side = VersionDiff['from'];

/** Characters of a value on a terminal; columns in which values changed that are listed. */
const WIDTH = 40;
const MOST_COLUMNS = 20;
/** Columns of the schema that are told of each kind. */
const MOST_NAMES = 10;

/** All of it. @example diffText(diff) */
export function diffText(diff: VersionDiff): string {
  const { from, to, same, table: rows, files } = diff;
  const isOne = from.team === to.team && from.dataset === to.dataset;
  return [
    ...(isOne ? [`${to.dataset}  of the team ${to.team}`] : []),
    `from  ${sideText(from, isOne)}`,
    `to    ${sideText(to, isOne)}`,
    '',
    ...(rows === undefined ? [] : tableLines(rows)),
    ...(files === undefined ? [] : filesLines(files)),
    ...(same ? [colors.green('Nothing differs.')] : []),
  ].join('\n');
}

function sideText({ team, dataset, version, state, at, interval, ...side }: Side, isOne: boolean) {
  const name = isOne ? version : `${team}:${dataset}@${version}`;
  const of = interval === undefined ? '' : `, of ${interval}`;
  return `${name}  ${state} ${time(at)}${of}, by version ${side.codeVersion} of its pipeline, ${size(side.bytes)}`;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function tableLines(diff: TableDiff): string[] {
  const { rows, key, columns, changedColumns } = diff;
  const listed = columns.slice(0, MOST_COLUMNS);
  const more = changedColumns - listed.length;
  return [
    ...schemaLines(diff.schema),
    `rows     ${rows.from} → ${rows.to}: ${counted(diff)}`,
    `compared ${plural(diff.compared, 'column', 'columns')}${keyWords(key)}`,
    ...repeatedLines(key),
    ...(listed.length === 0
      ? []
      : [
          '',
          table(
            ['changed in', 'rows'],
            listed.map((one) => [name(one.name), String(one.changed)]),
          ),
        ]),
    ...(more > 0 ? [`and ${plural(more, 'more column', 'more columns')}`] : []),
    ...exampleLines(diff),
  ];
}

function counted({ rows, key }: TableDiff): string {
  const { added, removed, changed, same } = rows;
  const parts = [
    colored(colors.green, added, 'added'),
    colored(colors.red, removed, 'removed'),
    ...(key.by === 'none' ? [] : [colored(colors.yellow, changed, 'changed')]),
    `${same} the same`,
  ];
  return parts.join(', ');
}

function colored(color: (text: string) => string, count: number, word: string): string {
  const text = `${count} ${word}`;
  return count === 0 ? text : color(text);
}

function keyWords({ columns, by }: TableDiff['key']): string {
  if (by === 'none') return ', whole rows: say --key to see which rows changed';
  const names = columns.map(name).join(', ');
  return by === 'said' ? `, by ${names}` : `, by ${names}, unique as the contract says`;
}

function repeatedLines({ repeated }: TableDiff['key']): string[] {
  if (repeated === undefined) return [];
  const sides = (['from', 'to'] as const).flatMap((side) => {
    const { keys, rows } = repeated[side];
    return keys === 0 ? [] : [`${side}: ${plural(keys, 'key', 'keys')} in ${rows} rows`];
  });
  return [
    colors.yellow(
      `         the key does not tell all rows apart (${sides.join(', ')}); rows of one key are paired in their order`,
    ),
  ];
}

function schemaLines({
  added,
  removed,
  retyped,
  reordered,
  counts,
}: TableDiff['schema']): string[] {
  const list = (told: readonly string[], count: number): string => {
    const shown = told.slice(0, MOST_NAMES).join(', ');
    const more = count - Math.min(told.length, MOST_NAMES);
    return more > 0 ? `${shown} and ${more} more` : shown;
  };
  const typed = added.map((one) => `${name(one.name)} ${cut(one.type)}`);
  const gone = removed.map((one) => `${name(one.name)} ${cut(one.type)}`);
  const types = retyped.map((one) => `${name(one.name)} ${cut(one.from)} → ${cut(one.to)}`);
  const lines = [
    ...(counts.added === 0 ? [] : [colors.green(`new: ${list(typed, counts.added)}`)]),
    ...(counts.removed === 0 ? [] : [colors.red(`gone: ${list(gone, counts.removed)}`)]),
    ...(counts.retyped === 0
      ? []
      : [colors.yellow(`of another type: ${list(types, counts.retyped)}`)]),
    ...(reordered ? ['in another order'] : []),
  ];
  if (lines.length === 0) return ['columns  the same'];
  return lines.map((line, at) => `${at === 0 ? 'columns' : '       '}  ${line}`);
}

function exampleLines({ examples, shown, hidden, rows, key }: TableDiff): string[] {
  if (examples.length === 0) return [];
  const ofKey = key.columns.length;
  const lines = examples.map((example): string[] => {
    if (example.type !== 'changed') {
      const [sign, color] =
        example.type === 'added' ? (['+', colors.green] as const) : (['−', colors.red] as const);
      const times = example.times > 1 ? ` ×${example.times}` : '';
      return [color(`${sign}${times}`), ...example.cells.map((value) => color(cell(value)))];
    }
    const { from, to, differs } = example;
    const cells = to.map((value, at) => {
      if (at < ofKey || !differs.includes(at)) return cell(value);
      return colors.yellow(`${cell(from[at] ?? null)} → ${cell(value)}`);
    });
    return [colors.yellow('~'), ...cells];
  });
  const all = rows.added + rows.removed + rows.changed;
  const told = examples.reduce(
    (sum, example) => sum + (example.type === 'changed' ? 1 : example.times),
    0,
  );
  const notes = [
    ...(all > told ? [`${all - told} more rows differ: --limit`] : []),
    ...(hidden > 0 ? [`${plural(hidden, 'column is', 'columns are')} not shown: --columns`] : []),
  ];
  return [
    '',
    table(['', ...shown.map(name)], lines),
    ...(notes.length === 0 ? [] : [colors.dim(notes.join('; '))]),
  ];
}

const SIGNS: { readonly [type in FilesDiff['examples'][number]['type']]: string } = {
  added: colors.green('+'),
  removed: colors.red('−'),
  changed: colors.yellow('~'),
  moved: '→',
};

function filesLines({ from, to, added, removed, changed, moved, same, examples }: FilesDiff) {
  const counts = [
    colored(colors.green, added, 'added'),
    colored(colors.red, removed, 'removed'),
    colored(colors.yellow, changed, 'changed'),
    ...(moved === 0 ? [] : [`${moved} moved`]),
    `${same} the same`,
  ];
  const lines = examples.map(({ type, path, was, bytes }) => {
    const sizes = [bytes?.from, bytes?.to].filter((one) => one !== undefined).map(size);
    const place = was === undefined ? printable(path) : `${printable(was)} → ${printable(path)}`;
    return [SIGNS[type], place, sizes.join(' → ')];
  });
  const more = added + removed + changed + moved - examples.length;
  return [
    `files    ${from} → ${to}: ${counts.join(', ')}`,
    ...(lines.length === 0 ? [] : ['', table(['', 'file', 'size'], lines)]),
    ...(more > 0
      ? [colors.dim(`${plural(more, 'more file differs', 'more files differ')}: --limit`)]
      : []),
  ];
}

function name(text: string): string {
  return cut(printable(text));
}

function cell(value: string | null): string {
  if (value === null) return 'NULL';
  return cut(printable(value === '' || value === 'NULL' ? JSON.stringify(value) : value));
}

function cut(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line;
}
