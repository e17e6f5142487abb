/**
 * "Show your working": of each SQL step of an execution the rows that it read, and those that it made.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { WORKING_ROWS, workingQuery } from '../api/lineage-queries.js';
import type { StepWorking } from '../api/types.js';
import { NeedsRole } from '../dataset/columns.js';
import { DataTable } from '../dataset/data-table.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { isNumberType, shownValue } from '../format/value.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { useMayReadRows } from '../shell/may.js';
import { inputTable, namesWithout, outputTable, type ShownTable } from './column-fates.js';
import styles from './working.module.css';

export function Working({
  execution,
  team,
}: {
  execution: string;
  team: string;
}): ReactElement | null {
  const may = useMayReadRows(team);
  if (may === undefined) return null;
  return may ? <Steps execution={execution} /> : <NeedsRole what="Rows before and after steps" />;
}

function Steps({ execution }: { execution: string }): ReactElement {
  const { data, error, isPending } = useQuery(workingQuery(execution));
  if (isPending) return <p role="status">The rows are being read again …</p>;
  if (data === undefined) return <RefusalNote error={error} />;
  if (data.length === 0) return <p>It has no step of SQL, or none has begun.</p>;
  return (
    <>
      <p className={styles.legend}>
        At most {WORKING_ROWS} rows of each. <ins>Green, with +</ins>: a column that the step has
        added. <del>Orange, with −</del>: one that it has left out.
      </p>
      <ol className={styles.steps} aria-label="SQL steps">
        {data.map((step, at) => (
          <li key={`${step.step} ${at}`} className={styles.step}>
            <Step step={step} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Step({ step: { step, sql, before, after, error } }: { step: StepWorking }): ReactElement {
  const inputs = before.map((input) => ({ name: input.name, table: inputTable(input) }));
  const readable = inputs.flatMap(({ table }) => (typeof table === 'string' ? [] : [table]));
  const made = after && outputTable(after);
  // Without any row nobody knows the columns that it made.
  const isKnown = made !== undefined && made.columns.length > 0;
  return (
    <>
      <h3>{printable(step)}</h3>
      <pre className={styles.sql}>{printable(sql)}</pre>
      <div className={styles.sides}>
        <div className={styles.side}>
          <h4>Before</h4>
          {inputs.length === 0 && <p className={styles.dim}>It names no input.</p>}
          {inputs.map(({ name, table }) =>
            typeof table === 'string' ? (
              <p key={name} className={styles.dim}>
                {printable(name)}: {printable(table)}
              </p>
            ) : (
              <Rows
                key={name}
                label={`${step}, before, ${name}`}
                title={name}
                table={table}
                marked={isKnown ? namesWithout(table, [made]) : new Set()}
                mark="removed"
              />
            ),
          )}
        </div>
        <div className={styles.side}>
          <h4>After</h4>
          {error !== undefined && <p className={styles.failed}>It failed: {printable(error)}</p>}
          {after === undefined && error === undefined && (
            <p className={styles.dim}>It has made nothing yet.</p>
          )}
          {after !== undefined && made !== undefined && (
            <Rows
              label={`${step}, after`}
              title={`${formatAmount(after.rows)} ${after.rows === 1 ? 'row' : 'rows'}`}
              table={made}
              marked={
                readable.length === inputs.length && readable.length > 0
                  ? namesWithout(made, readable)
                  : new Set()
              }
              mark="added"
            />
          )}
        </div>
      </div>
    </>
  );
}

function Rows({
  label,
  title,
  table: { columns, rows, truncated },
  marked,
  mark,
}: {
  label: string;
  title: string;
  table: ShownTable;
  marked: ReadonlySet<string>;
  mark: 'added' | 'removed';
}): ReactElement {
  return (
    <>
      <p className={styles.dim}>
        {printable(title)}
        {truncated && ', the first of them'}
      </p>
      {columns.length > 0 && (
        <DataTable
          label={printable(label)}
          heads={columns.map(({ name }) =>
            marked.has(name) ? <Marked key={name} name={name} mark={mark} /> : printable(name),
          )}
          rows={rows.map((row) => row.map(shownValue))}
          numbers={columns.flatMap(({ type = '' }, at) => (isNumberType(type) ? [at] : []))}
        />
      )}
    </>
  );
}

function Marked({ name, mark }: { name: string; mark: 'added' | 'removed' }): ReactElement {
  return mark === 'added' ? (
    <ins>
      + {printable(name)}
      <span className="sr-only"> (added)</span>
    </ins>
  ) : (
    <del>
      − {printable(name)}
      <span className="sr-only"> (left out)</span>
    </del>
  );
}
