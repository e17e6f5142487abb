/**
 * What changed from one version to another: columns, counts of rows, each column, examples old → new.
 * @module
 */
import type { ReactElement, ReactNode } from 'react';
import type { VersionDiff } from '../api/types.js';
import { DataTable } from '../dataset/data-table.js';
import { formatAmount, formatBytes } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { When } from '../parts/when.js';
import { keyWords, rowWords, schemaWords } from './diff-words.js';
import styles from './version-diff.module.css';

type TableDiff = NonNullable<VersionDiff['table']>;
type FilesDiff = NonNullable<VersionDiff['files']>;

export function VersionDiffView({ diff }: { diff: VersionDiff }): ReactElement {
  const { from, to, same, table, files } = diff;
  const isOne = from.team === to.team && from.dataset === to.dataset;
  return (
    <div className={styles.diff}>
      <dl className={styles.sides}>
        <Side name="From" side={from} isOne={isOne} />
        <Side name="To" side={to} isOne={isOne} />
      </dl>
      {same && <p className={styles.same}>Nothing differs.</p>}
      {table !== undefined && <Table table={table} />}
      {files !== undefined && <Files files={files} />}
    </div>
  );
}

function Side({
  name,
  side: { team, dataset, version, state, at, interval },
  isOne,
}: {
  name: string;
  side: VersionDiff['from'];
  isOne: boolean;
}): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {!isOne && `${printable(team)}: ${printable(dataset)} `}
        <code>{version}</code> {state === 'shadow' ? 'of a test run' : state}, <When at={at} />
        {interval !== undefined && `, of ${printable(interval)}`}
      </dd>
    </div>
  );
}

function Table({ table }: { table: TableDiff }): ReactElement {
  const { schema, key, columns, changedColumns, compared } = table;
  const left = changedColumns - columns.length;
  return (
    <>
      <ul className={styles.lines} aria-label="Columns">
        {schemaWords(schema).map((line) => (
          <li key={line}>{printable(line)}</li>
        ))}
      </ul>
      <p>
        <b>{rowWords(table)}</b>
      </p>
      <p className={styles.dim}>
        {formatAmount(compared)} {compared === 1 ? 'column was' : 'columns were'} compared.{' '}
        {printable(keyWords(key))}
      </p>
      {key.repeated !== undefined && (
        <p className={styles.warn}>
          These do not tell all rows apart: rows of one key were paired in their order.
        </p>
      )}
      {columns.length > 0 && (
        <DataTable
          label="Columns in which values changed"
          heads={['Changed in', 'Rows']}
          numbers={[1]}
          rows={columns.map(({ name, changed }) => [printable(name), formatAmount(changed)])}
        />
      )}
      {left > 0 && <p className={styles.dim}>and {formatAmount(left)} more columns</p>}
      <Examples table={table} />
    </>
  );
}

function Examples({
  table: { examples, shown, hidden, rows },
}: {
  table: TableDiff;
}): ReactElement | null {
  if (examples.length === 0) return null;
  const told = examples.reduce((sum, one) => sum + (one.type === 'changed' ? 1 : one.times), 0);
  const all = rows.added + rows.removed + rows.changed;
  return (
    <>
      <h4>Examples</h4>
      <DataTable
        label="Rows that differ"
        heads={['', ...shown.map(printable)]}
        rows={examples.map((example) => cells(example))}
      />
      <p className={styles.dim}>
        {told < all && `${formatAmount(all - told)} more rows differ. `}
        {hidden > 0 && `${formatAmount(hidden)} more columns are not shown.`}
      </p>
    </>
  );
}

const SIGNS = { added: '+ added', removed: '− removed', changed: '~ changed' } as const;

function cells(example: TableDiff['examples'][number]): ReactNode[] {
  const sign = SIGNS[example.type];
  if (example.type !== 'changed') {
    const Mark = example.type === 'added' ? 'ins' : 'del';
    const times = example.times > 1 ? ` ×${formatAmount(example.times)}` : '';
    return [
      <Mark key="sign" className={styles.sign}>
        {sign + times}
      </Mark>,
      ...example.cells.map((cell) => (cell === null ? undefined : printable(cell))),
    ];
  }
  const { from, to, differs } = example;
  return [
    <b key="sign" className={styles.warn}>
      {sign}
    </b>,
    ...to.map((cell, at) =>
      differs.includes(at) ? (
        <span key={shownKey(at)} className={styles.changed}>
          <del>{value(from[at] ?? null)}</del> → <ins>{value(cell)}</ins>
        </span>
      ) : cell === null ? undefined : (
        printable(cell)
      ),
    ),
  ];
}

function shownKey(at: number): string {
  return `column ${at}`;
}

function value(cell: string | null): ReactNode {
  return cell === null ? <i>null</i> : printable(cell);
}

function Files({ files }: { files: FilesDiff }): ReactElement {
  const { from, to, added, removed, changed, moved, same, examples } = files;
  return (
    <>
      <p>
        <b>
          {formatAmount(from)} → {formatAmount(to)} files: {formatAmount(added)} added,{' '}
          {formatAmount(removed)} removed, {formatAmount(changed)} changed, {formatAmount(moved)}{' '}
          moved, {formatAmount(same)} the same
        </b>
      </p>
      {examples.length > 0 && (
        <DataTable
          label="Files that differ"
          heads={['', 'File', 'Was', 'Size before', 'Size after']}
          numbers={[3, 4]}
          rows={examples.map(({ type, path, was, bytes }) => [
            type,
            printable(path),
            was === undefined ? '' : printable(was),
            bytes?.from === undefined ? '' : formatBytes(bytes.from),
            bytes?.to === undefined ? '' : formatBytes(bytes.to),
          ])}
        />
      )}
    </>
  );
}
