/**
 * The first rows of a version, for whom may read them.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { FIRST_ROWS, rowsQuery } from '../api/data-queries.js';
import type { Dataset } from '../api/types.js';
import { printable } from '../format/printable.js';
import { isNumberType, shownValue } from '../format/value.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { useMayReadRows } from '../shell/may.js';
import { NeedsRole } from './columns.js';
import { DataTable } from './data-table.js';

/** The column in which rows say who made them, where the dataset is stamped. */
const STAMP = '_millrace_execution';

export function FirstRows({
  dataset,
  version,
  label,
}: {
  dataset: Dataset;
  version: string;
  /** What the table is called, for screen readers. */
  label: string;
}): ReactElement | null {
  const may = useMayReadRows(dataset.team);
  if (may === undefined) return null;
  return (
    <section aria-labelledby="rows">
      <h2 id="rows">First rows</h2>
      {may ? <Rows dataset={dataset} version={version} label={label} /> : <NeedsRole what="Rows" />}
    </section>
  );
}

function Rows({
  dataset,
  version,
  label,
}: {
  dataset: Dataset;
  version: string;
  label: string;
}): ReactElement {
  const { data, error, isPending } = useQuery(rowsQuery(dataset, version));
  if (isPending) return <p role="status">The rows are being read …</p>;
  if (data === undefined) return <RefusalNote error={error} />;
  if (data.rows.length === 0) return <p>It has no rows.</p>;
  return (
    <>
      <DataTable
        label={label}
        heads={data.columns.map(({ name }) => printable(name))}
        rows={data.rows.map((row) =>
          row.map((value, at) =>
            data.columns[at]?.name === STAMP && typeof value === 'string' ? (
              <Stamp key="stamp" execution={value} />
            ) : (
              shownValue(value)
            ),
          ),
        )}
        numbers={data.columns.flatMap(({ type }, at) => (isNumberType(type) ? [at] : []))}
      />
      {data.truncated && <p>The first {FIRST_ROWS}; there are more.</p>}
    </>
  );
}

/** The way from a row to who made it. */
function Stamp({ execution }: { execution: string }): ReactElement {
  return (
    <Link to="/e/$id" params={{ id: execution }} search={{ tab: 'working' }}>
      {printable(execution)}
    </Link>
  );
}
