/**
 * `/lineage/NAME`: what a version was made of and what was made of it, as a picture and as a table; and what to do if it is bad.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactElement, useCallback, useRef } from 'react';
import { lineageGraphQuery } from '../api/lineage-queries.js';
import type { LineageBox, LineageGraph } from '../api/types.js';
import { printable } from '../format/printable.js';
import { useWatch } from '../live/live.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { BoxPanel } from './box-panel.js';
import styles from './lineage-page.module.css';
import { LineagePicture } from './lineage-picture.js';
import { type LineageSearch, MOST_OPENED, openedIn } from './lineage-search.js';
import { LineageTable } from './lineage-table.js';
import { RepairPlan } from './repair-plan.js';

export function LineagePage(): ReactElement | null {
  const { _splat: name = '' } = useParams({ from: '/lineage/$' });
  const search = useSearch({ from: '/lineage/$' });
  const { open, at: _, ...of } = search;
  useTitle(`Lineage of ${name}`);
  useWatch(undefined);
  const opened = openedIn(open);
  const { data, error } = useQuery(lineageGraphQuery({ name, ...of }, opened));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  // Another start is another picture; opening a node is the same one.
  return (
    <Loaded
      key={data.start}
      graph={data}
      name={name}
      search={search}
      opened={opened}
      error={error}
    />
  );
}

function Loaded({
  graph,
  name,
  search,
  opened,
  error,
}: {
  graph: LineageGraph;
  name: string;
  search: LineageSearch;
  opened: readonly string[];
  error: Error | null;
}): ReactElement {
  const navigate = useNavigate({ from: '/lineage/$' });
  const start = graph.boxes.find(({ id }) => id === graph.start);
  const chosen = graph.boxes.find(({ id }) => id === search.at);
  const node = start?.kind === 'data' ? start.node : undefined;

  const show = (next: LineageSearch): void => {
    void navigate({ search: next, replace: true, resetScroll: false });
  };
  const select = (box: LineageBox): void => {
    const { open: _, ...rest } = search;
    if (box.kind === 'more') {
      if (!box.canOpen || opened.length >= MOST_OPENED) return;
      // What it belongs to is looked at: the box itself will be gone.
      show({ ...rest, at: box.of, open: [...opened, `${box.of}.${box.direction}`].join(',') });
    } else {
      show({ ...search, at: box.id });
    }
  };
  // The picture is only drawn anew when something in it changed.
  const latest = useRef(select);
  latest.current = select;
  const stable = useCallback((box: LineageBox) => latest.current(box), []);
  const close = (): void => {
    const { at: _, ...rest } = search;
    show(rest);
  };

  return (
    <>
      <PageHead
        above={
          node?.provider === 'millrace' ? (
            <>
              <Link to="/data">Data</Link> ›{' '}
              <Link to="/d/$" params={{ _splat: name }} search={{ team: node.team }}>
                {printable(name)}
              </Link>
            </>
          ) : (
            <Link to="/data">Data</Link>
          )
        }
        title={<>Lineage of {printable(name)}</>}
      />
      {node?.version !== undefined && (
        <p className={styles.about}>
          {node.isCurrent === true ? 'What is current, ' : 'Version '}
          <code>{printable(node.version)}</code>
          {node.namespace !== undefined && `, in ${printable(node.namespace)}`}
        </p>
      )}
      {error !== null && <RefusalNote error={error} />}
      {graph.isCut && (
        <p className={styles.note}>
          The picture is full: not all that was asked for is in it. Follow one of its ends instead.
        </p>
      )}
      {opened.length > 0 && (
        <p className={styles.note}>
          {opened.length === 1 ? 'One box is' : `${opened.length} boxes are`} opened.{' '}
          <button
            type="button"
            className={styles.link}
            onClick={() => {
              const { open: _, ...rest } = search;
              show(rest);
            }}
          >
            Show two hops again
          </button>
        </p>
      )}
      <div className={chosen === undefined ? undefined : styles.split}>
        <div className={styles.beside}>
          <LineagePicture graph={graph} selected={search.at} onSelect={stable} />
          <p className={styles.legend}>
            <span data-look="data">data</span>
            <span data-look="told">data of others</span>
            <span data-look="job">what made it</span>
            Ctrl and the wheel zoom, dragging moves.
          </p>
        </div>
        {chosen !== undefined && chosen.kind !== 'more' && (
          <BoxPanel key={chosen.id} box={chosen} start={graph.start} onClose={close} />
        )}
      </div>
      <LineageTable graph={graph} onSelect={select} />
      {node?.provider === 'millrace' && node.version !== undefined && (
        <RepairPlan of={{ name, team: node.team, version: node.version }} />
      )}
    </>
  );
}
