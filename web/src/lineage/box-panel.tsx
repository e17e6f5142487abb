/**
 * One box of lineage in full, beside the picture: the ways to it, and what its columns were made of.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useEffect, useRef } from 'react';
import { columnLineageQuery } from '../api/lineage-queries.js';
import type { LineageBox } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { When } from '../parts/when.js';
import { useHotkeys } from '../shell/hotkeys.js';
import { jobKind, stateWord } from './box-words.js';
import { ColumnUses } from './column-uses.js';
import styles from './lineage-page.module.css';

type Shown = Extract<LineageBox, { kind: 'data' | 'job' }>;
type DataNode = Extract<LineageBox, { kind: 'data' }>['node'];

export function BoxPanel({
  box,
  start,
  onClose,
}: {
  box: Shown;
  /** Id of what the picture begins with. */
  start: string;
  onClose: () => void;
}): ReactElement {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  useHotkeys({ Escape: onClose });
  const name = box.kind === 'data' ? box.node.name : box.job.name;
  return (
    <aside className={styles.panel} aria-label={`About ${printable(name)}`}>
      <div className={styles.panelHead}>
        <h2 ref={title} tabIndex={-1}>
          {printable(name)}
        </h2>
        <Button aria-label="Close" title="Close" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {box.kind === 'data' ? (
        <DataFacts node={box.node} isStart={box.id === start} />
      ) : (
        <JobFacts job={box.job} />
      )}
    </aside>
  );
}

function DataFacts({ node, isStart }: { node: DataNode; isStart: boolean }): ReactElement {
  const { provider, team, name, namespace, version, at, rows, interval, pipeline, execution } =
    node;
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="State" text={stateWord(node)} />
        <Fact name={provider === 'openlineage' ? 'Told by a token of team' : 'Team'} text={team} />
        <Fact name="Namespace" text={namespace} />
        <Fact name="Version" text={version} />
        <Fact name="Interval" text={interval} />
        <Fact name="Rows" text={rows === undefined ? undefined : formatAmount(rows)} />
        <div>
          <dt>{provider === 'openlineage' ? 'Told of last' : 'Written'}</dt>
          <dd>
            <When at={at} />
          </dd>
        </div>
        {pipeline !== undefined && execution !== undefined && (
          <div>
            <dt>By</dt>
            <dd>
              {printable(pipeline)},{' '}
              <Link to="/e/$id" params={{ id: execution }}>
                the execution
              </Link>
            </dd>
          </div>
        )}
      </dl>
      <p>
        {provider === 'millrace' && (
          <>
            <Link to="/d/$" params={{ _splat: name }} search={{ team }}>
              The dataset
            </Link>
            {!isStart && ' · '}
          </>
        )}
        {!isStart && (
          <Link
            to="/lineage/$"
            params={{ _splat: name }}
            search={{
              team,
              ...(provider === 'millrace' && version !== undefined ? { version } : {}),
              ...(namespace === undefined ? {} : { namespace }),
            }}
          >
            Lineage from here
          </Link>
        )}
      </p>
      {provider === 'millrace' && version !== undefined && <Columns of={{ name, team, version }} />}
    </>
  );
}

function Columns({ of }: { of: { name: string; team: string; version: string } }): ReactElement {
  const { data, error } = useQuery(columnLineageQuery(of));
  const columns = data?.nodes[0]?.columns;
  return (
    <section aria-labelledby="made-of">
      <h3 id="made-of">What its columns were made of</h3>
      {error !== null && <RefusalNote error={error} />}
      {data !== undefined && columns === undefined && (
        <p className={styles.dim}>Nothing is known of them: no SQL of a step has made them.</p>
      )}
      {columns !== undefined && <ColumnUses table={columns} />}
    </section>
  );
}

function JobFacts({ job }: { job: Extract<LineageBox, { kind: 'job' }>['job'] }): ReactElement {
  if (job.provider === 'openlineage') {
    return (
      <dl className={styles.facts}>
        <Fact name="What it is" text={jobKind(job)} />
        <Fact name="Namespace" text={job.namespace} />
        <Fact name="Its last run" text={job.run} />
      </dl>
    );
  }
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="What it is" text={jobKind(job)} />
        <Fact name="Team" text={job.team} />
      </dl>
      <p>
        <Link to="/e/$id" params={{ id: job.execution }}>
          The execution
        </Link>
        {' · '}
        <Link to="/p/$name" params={{ name: job.name }} search={{ team: job.team }}>
          The pipeline
        </Link>
      </p>
    </>
  );
}

function Fact({ name, text }: { name: string; text: string | undefined }): ReactElement | null {
  if (text === undefined || text === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{printable(text)}</dd>
    </div>
  );
}
