/**
 * The picture of lineage as a table: what it shows, for whom a picture says nothing.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import type { LineageBox, LineageGraph } from '../api/types.js';
import { DataTable } from '../dataset/data-table.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { Age } from '../parts/when.js';
import { hopWords, moreWords, stateWord } from './box-words.js';
import styles from './lineage-page.module.css';

type Data = Extract<LineageBox, { kind: 'data' }>;

export function LineageTable({
  graph,
  onSelect,
}: {
  graph: LineageGraph;
  onSelect: (box: LineageBox) => void;
}): ReactElement {
  const boxes = new Map(graph.boxes.map((box) => [box.id, box]));
  const data = graph.boxes
    .filter((box) => box.kind === 'data')
    .sort((a, b) => a.node.hop - b.node.hop || a.y - b.y);
  /** Names of what lies before a box, with the jobs between left out. */
  const madeOf = ({ id }: Data): string[] => {
    const into = (box: string): typeof graph.lines => graph.lines.filter(({ to }) => to === box);
    const through = into(id).flatMap((line) =>
      boxes.get(line.from)?.kind === 'job' ? into(line.from) : [line],
    );
    return through.flatMap(({ from }) => {
      const box = boxes.get(from);
      return box?.kind === 'data' ? [box.node.name] : [];
    });
  };
  const madeBy = ({ id }: Data): ReactNode => {
    const jobs = graph.lines
      .filter(({ to }) => to === id)
      .flatMap(({ from }) => boxes.get(from) ?? [])
      .filter((box) => box.kind === 'job');
    return jobs.length === 0 ? '' : jobs.map(({ job }) => printable(job.name)).join(', ');
  };
  const more = (of: Data, direction: 'up' | 'down'): ReactNode => {
    const box = graph.boxes.find(
      (one) => one.kind === 'more' && one.of === of.id && one.direction === direction,
    );
    if (box?.kind !== 'more') return '';
    if (!box.canOpen) return moreWords(box);
    return (
      <button type="button" className={styles.link} onClick={() => onSelect(box)}>
        {moreWords(box)}
        <span className="sr-only">
          {direction === 'up' ? ' that it was made of' : ' made of it'}, {printable(of.node.name)}
        </span>
      </button>
    );
  };
  return (
    <section className={styles.section} aria-labelledby="as-table">
      <h2 id="as-table">The same as a table</h2>
      <DataTable
        label="Lineage as a table"
        heads={[
          'Hops',
          'Data',
          'State',
          'Rows',
          'Written',
          'By',
          'Made of',
          'More up',
          'More down',
        ]}
        numbers={[3]}
        rows={data.map((box) => [
          hopWords(box.node.hop),
          <Name key="name" node={box.node} />,
          stateWord(box.node),
          box.node.rows === undefined ? '' : formatAmount(box.node.rows),
          <Age key="age" at={box.node.at} />,
          madeBy(box),
          few(madeOf(box)),
          more(box, 'up'),
          more(box, 'down'),
        ])}
      />
    </section>
  );
}

const MOST_NAMED = 3;

function few(names: readonly string[]): string {
  const left = names.length - MOST_NAMED;
  const told = names.slice(0, MOST_NAMED).map(printable).join(', ');
  return left > 0 ? `${told} and ${left} more` : told;
}

function Name({
  node: { provider, name, team, namespace, version },
}: Pick<Data, 'node'>): ReactElement {
  if (provider === 'openlineage') {
    return (
      <>
        {printable(name)} <span className={styles.dim}>{printable(namespace ?? '')}</span>
      </>
    );
  }
  return (
    <>
      <Link to="/d/$" params={{ _splat: name }} search={{ team }}>
        {printable(name)}
      </Link>{' '}
      <span className={styles.dim}>{printable(version ?? '')}</span>
    </>
  );
}
