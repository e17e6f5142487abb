/**
 * Data of an execution: versions that it wrote and read, and the rows before and after each of its SQL steps.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { executionLineageQuery } from '../api/lineage-queries.js';
import type { ExecutionDetail, LineageNode } from '../api/types.js';
import { DataTable } from '../dataset/data-table.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { stateWord } from '../lineage/box-words.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Working } from '../working/working.js';
import styles from './working-tab.module.css';

export function WorkingTab({ execution }: { execution: ExecutionDetail }): ReactElement {
  const { data, error } = useQuery(executionLineageQuery(execution.id));
  return (
    <div className={styles.parts}>
      {error !== null && <RefusalNote error={error} />}
      {data !== undefined && (
        <>
          <section aria-labelledby="wrote">
            <h2 id="wrote">Wrote</h2>
            <Versions label="Versions that it wrote" nodes={data.written} />
          </section>
          <section aria-labelledby="had-read">
            <h2 id="had-read">Had read</h2>
            <Versions label="Versions that it had read" nodes={data.read} />
          </section>
        </>
      )}
      <section aria-labelledby="working">
        <h2 id="working">Before and after each SQL step</h2>
        <Working execution={execution.id} team={execution.team} />
      </section>
    </div>
  );
}

function Versions({
  label,
  nodes,
}: {
  label: string;
  nodes: readonly LineageNode[];
}): ReactElement {
  if (nodes.length === 0) return <p className={styles.none}>No version of a dataset.</p>;
  return (
    <DataTable
      label={label}
      heads={['Dataset', 'Version', 'State', 'Rows', 'Task']}
      numbers={[3]}
      rows={nodes.map((node) => [
        <Link
          key="dataset"
          to="/d/$"
          params={{ _splat: node.name }}
          search={{
            team: node.team,
            ...(node.version === undefined ? {} : { version: node.version }),
          }}
        >
          {printable(node.name)}
        </Link>,
        <code key="version">{printable(node.version ?? '')}</code>,
        stateWord(node),
        node.rows === undefined ? '' : formatAmount(node.rows),
        printable(node.task ?? ''),
      ])}
    />
  );
}
