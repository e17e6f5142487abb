/**
 * What columns were made of: each with the columns of inputs, and how these were used.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { LineageNode } from '../api/types.js';
import { DataTable } from '../dataset/data-table.js';
import { printable } from '../format/printable.js';
import styles from './lineage-page.module.css';

type Traced = NonNullable<LineageNode['columns']>;
type Use = Traced['rows'][number];

export function ColumnUses({ table }: { table: Traced }): ReactElement {
  const { columns, rows, unknown } = table;
  return (
    <>
      <DataTable
        label="What columns were made of"
        heads={['Column', 'Made of']}
        rows={columns.map((column) => [
          printable(column.name),
          <Uses key="uses" uses={column.from} unknown={column.unknown} />,
        ])}
      />
      {rows.length > 0 && (
        <div>
          <p className={styles.dim}>Which rows there are was decided by</p>
          <Uses uses={rows} unknown={undefined} />
        </div>
      )}
      {unknown !== undefined && <p className={styles.unknown}>{printable(unknown)}</p>}
    </>
  );
}

/** Inputs that are told of one column. */
const MOST = 12;

function Uses({
  uses,
  unknown,
}: {
  uses: readonly Use[];
  unknown: string | undefined;
}): ReactElement {
  const left = uses.length - MOST;
  return (
    <ul className={styles.uses}>
      {uses.slice(0, MOST).map((use) => (
        <li key={`${use.source} ${use.column} ${use.how}`}>
          <Source use={use} />
          {use.how !== 'identity' && <span className={styles.dim}> {use.how}</span>}
        </li>
      ))}
      {left > 0 && <li className={styles.dim}>and {left} more</li>}
      {uses.length === 0 && unknown === undefined && <li className={styles.dim}>no column</li>}
      {unknown !== undefined && <li className={styles.unknown}>{printable(unknown)}</li>}
    </ul>
  );
}

const DATASET = /^dataset:([^:]+):(.+)$/;

function Source({ use: { source, column } }: { use: Use }): ReactElement {
  const [, team, name] = DATASET.exec(source) ?? [];
  if (team === undefined || name === undefined) {
    return (
      <>
        {printable(source.replace(/^file:/, ''))} <b>{printable(column)}</b>
      </>
    );
  }
  return (
    <>
      <Link to="/d/$" params={{ _splat: name }} search={{ team }}>
        {printable(name)}
      </Link>{' '}
      <b>{printable(column)}</b>
    </>
  );
}
