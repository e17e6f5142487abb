/**
 * Datasets and versions on a terminal.
 * @module
 */
import colors from 'picocolors';
import type { Dataset, DatasetVersion } from '../api/datasets.js';
import type { ContractResult } from '../datasets/contract.js';
import { readReference } from '../datasets/dataset.js';
import { snapshotWords } from '../datasets/foreign-table.js';
import { type SchemaChange, schemaWords } from '../datasets/schema.js';
import { contractText } from './contract-text.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';
import { printable, table, time } from './text.js';

/**
 * What was typed: `NAME`, `NAME@VERSION`.
 * @throws CommandFailure when it names no dataset
 * @example dataReference('parcels/example').version // 'current'
 */
export function dataReference(text: string): { name: string; version: string; team?: string } {
  const found = readReference(text);
  if (found !== undefined) return { version: 'current', ...found };
  throw new CommandFailure(`'${printable(text)}' names no dataset.`, {
    exitCode: EXIT.usage,
    code: 'MILL5720',
    fix: 'Write NAME, or NAME@VERSION: parcels/example@20261130T063000Z-0000abcd. List them with: millrace data list',
  });
}

/** @example size(1_536) // '1.5 KiB' */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1_024 && unit < units.length - 1; unit += 1) value /= 1_024;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** One line for each. */
export function datasetTable(datasets: readonly Dataset[]): string {
  return table(
    ['dataset', 'team', 'current', 'rows', 'size', 'published', 'pipeline'],
    datasets.map((dataset) => {
      const current = dataset.current.at(-1);
      const { last, publishedAt } = dataset;
      const isOff = last?.state === 'rejected';
      const version = current?.version ?? (last === undefined ? 'none yet' : 'none');
      return [
        dataset.name,
        dataset.team,
        isOff ? colors.red(`${version} (a newer one was rejected)`) : version,
        current?.rows === undefined ? '' : String(current.rows),
        current === undefined || current.table !== undefined ? '' : size(current.bytes),
        publishedAt === undefined ? '' : time(publishedAt),
        dataset.pipeline,
      ];
    }),
  );
}

const STATES: { readonly [state in DatasetVersion['state']]: (text: string) => string } = {
  published: colors.green,
  kept: colors.dim,
  rejected: colors.red,
  shadow: colors.dim,
};

const STAGES: { readonly [stage in Dataset['stage']]: string } = {
  raw: 'raw',
  structured: 'structured',
  table: 'a table that others keep',
};

/** One line for each, the newest first; what is current is marked. */
export function versionTable(versions: readonly DatasetVersion[]): string {
  return table(
    ['', 'version', 'state', 'interval', 'rows', 'size', 'set aside', 'execution', 'what changed'],
    versions.map((one) => [
      one.isCurrent ? '●' : '',
      one.version,
      STATES[one.state](one.removedAt === undefined ? one.state : `${one.state}, removed`),
      one.interval ?? '',
      one.rows === undefined ? '' : String(one.rows),
      one.table === undefined ? size(one.bytes) : `snapshot ${printable(one.table.snapshot)}`,
      one.quarantined === undefined ? '' : String(one.quarantined),
      one.execution,
      one.schemaChange === undefined
        ? ''
        : schemaWords(one.schemaChange as unknown as SchemaChange),
    ]),
  );
}

/** All of one version, with what came of its contract. */
export function versionText(one: DatasetVersion): string {
  const { schemaChange, contract, quarantine } = one;
  const root = one.location.slice(0, one.location.length - one.folder.length);
  const lines = [
    `${one.dataset}@${one.version}  ${STATES[one.state](one.state)}${one.isCurrent ? ', current' : ''}`,
    `written   ${time(one.at)} by ${one.pipeline} (version ${one.codeVersion}), task ${printable(one.task)}`,
    `execution ${one.execution}`,
    ...(one.interval === undefined ? [] : [`interval  ${one.interval}`]),
    ...placeLines(one),
    ...(schemaChange === undefined
      ? []
      : [`columns   ${schemaWords(schemaChange as unknown as SchemaChange)}`]),
    ...(quarantine === undefined
      ? []
      : [
          `set aside ${one.quarantined} ${one.quarantined === 1 ? 'row' : 'rows'}, with reasons: ${root}${quarantine}`,
        ]),
  ];
  if (contract === undefined) return lines.join('\n');
  return [...lines, '', contractText(contract as unknown as ContractResult, [])].join('\n');
}

/** What it holds, and where. */
function placeLines(one: DatasetVersion): string[] {
  const { rows, columns, files, bytes, table: of, location, removedAt, digest } = one;
  const until = removedAt === undefined ? '' : `, until it was removed ${time(removedAt)}`;
  const counts = rows === undefined ? '' : `${rows} rows, ${columns} columns`;
  if (of !== undefined) {
    return [
      ...(counts === '' ? [] : [`holds     ${counts}`]),
      `is        ${printable(snapshotWords(of))}: others keep it`,
      `noted in  ${location}${until}`,
    ];
  }
  const held = `${files} ${files === 1 ? 'file' : 'files'}, ${size(bytes)}`;
  return [
    `holds     ${counts === '' ? '' : `${counts}, `}${held}`,
    `lies in   ${location}${until}`,
    `SHA-256   ${digest}`,
  ];
}

/** A dataset, and what of it is current. */
export function datasetText(dataset: Dataset): string {
  const { description, readers, last, failure } = dataset;
  const current = dataset.current.at(-1);
  const lines = [
    `${dataset.name}  of the team ${dataset.team}, ${STAGES[dataset.stage]}${dataset.byInterval ? ', each interval by itself' : ''}`,
    ...(description === undefined ? [] : [printable(description)]),
    `written by ${dataset.pipeline}`,
    ...(readers.length === 0 ? [] : [`read by   ${readers.join(', ')}`]),
    ...(failure === undefined ? [] : [colors.red(`the storage does not follow: ${failure}`)]),
    '',
  ];
  if (dataset.byInterval && dataset.current.length > 0) {
    lines.push(versionTable(dataset.current.toReversed().slice(0, 20)));
  } else lines.push(current === undefined ? 'Nothing is published yet.' : versionText(current));
  if (last !== undefined && !last.isCurrent) {
    lines.push('', `written last, and not current:`, versionText(last));
  }
  return lines.join('\n');
}
