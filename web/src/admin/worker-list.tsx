/**
 * Workers on other machines: which are connected, what each holds, and what waits for one.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { workersQuery } from '../api/admin-queries.js';
import type { WaitingForWorker, Worker } from '../api/types.js';
import { printable } from '../format/printable.js';
import { EmptyState } from '../parts/empty-state.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Age } from '../parts/when.js';
import styles from './admin.module.css';
import { kindWords, startCommand, waitingWords } from './worker-words.js';

export function WorkerList(): ReactElement | null {
  const { data, error } = useQuery(workersQuery);
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const { items, waiting } = data;
  return (
    <>
      {error !== null && <RefusalNote error={error} />}
      {waiting.length > 0 && <Waiting waiting={waiting} />}
      {items.length === 0 ? (
        <EmptyState
          title="No worker is connected"
          command="millrace worker --server URL --kinds shell"
        >
          A worker performs tasks on another machine: one with a graphics card, one inside of
          another network. It calls the server and needs no address of its own. Start one there:
        </EmptyState>
      ) : (
        <ListTable
          label="Workers"
          heads={['Worker', 'Takes', 'Holds', 'Last sign of life']}
          columns={styles.workers}
        >
          <div role="rowgroup">
            {items.map((worker, at) => (
              // Two may have one name.
              <Row key={`${worker.name} ${at}`} worker={worker} />
            ))}
          </div>
        </ListTable>
      )}
    </>
  );
}

function Waiting({ waiting }: { waiting: readonly WaitingForWorker[] }): ReactElement {
  return (
    <section className={styles.alone} aria-label="What waits for a worker">
      {waiting.map((line) => (
        <div key={`${line.team} ${line.kind} ${line.tags.join(',')}`}>
          <b className={line.workers === 0 ? styles.bad : undefined}>
            {printable(waitingWords(line))}
          </b>
          {line.workers === 0 && (
            <div className={list.dim}>
              Start one on a machine that can: <code>{printable(startCommand(line))}</code>
            </div>
          )}
        </div>
      ))}
    </section>
  );
}

function Row({ worker }: { worker: Worker }): ReactElement {
  const { name, version, protocol, tags, teams, slots, taken, holds, since, seenAt } = worker;
  const left = taken - holds.length;
  return (
    <div className={`${list.row} ${styles.workers}`} role="row">
      <div role="cell" className={styles.what}>
        <b>{printable(name)}</b>
        <div className={list.dim}>
          Millrace {printable(version)}, protocol {protocol}
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.words}`}>
        {printable(kindWords(worker))}
        <div className={list.dim}>
          {printable(
            [
              tags.length === 0 ? 'no tags' : tags.join(' '),
              teams === undefined ? 'of all teams' : `of ${teams.join(', ')}`,
            ].join(' · '),
          )}
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.words}`}>
        {taken} of {slots} slots
        {holds.map(({ execution, state, kind, since: begun }, at) => (
          <div key={`${execution?.id ?? ''} ${state ?? ''} ${at}`}>
            {execution === undefined ? (
              kind
            ) : (
              <Link to="/e/$id" params={{ id: execution.id }}>
                {printable(`${execution.pipeline}/${execution.name}`)}
              </Link>
            )}{' '}
            <span className={list.dim}>
              {printable(state ?? '')} {begun !== undefined && <Age at={begun} />}
            </span>
          </div>
        ))}
        {left > 0 && holds.length > 0 && <div className={list.dim}>and {left} more</div>}
      </div>
      <div role="cell" className={`${list.cell} ${styles.state}`}>
        <Age at={seenAt} />
        <div className={list.dim}>
          there since <Age at={since} />
        </div>
      </div>
    </div>
  );
}
