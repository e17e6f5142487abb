/**
 * What a tile of the board is made of, the worst first.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { BoardGroup } from '../api/types.js';
import { checkLink } from '../checks/checks-search.js';
import { printable } from '../format/printable.js';
import { subjectKind, subjectName } from '../format/subject.js';
import { EmptyState } from '../parts/empty-state.js';
import list from '../parts/list.module.css';
import { StatusMark } from '../parts/status-mark.js';
import { VirtualRows } from '../parts/virtual-rows.js';
import { Age } from '../parts/when.js';
import styles from './group-list.module.css';

type Item = BoardGroup['items'][number];

const ROW = 58;

export function GroupList({
  group,
  name,
}: {
  group: BoardGroup | undefined;
  name: string;
}): ReactElement {
  if (group === undefined) {
    return <EmptyState title="Nothing is in this group">It may have been renamed.</EmptyState>;
  }
  const { items } = group;
  return (
    <div className={list.list} role="table" aria-label={name}>
      <div role="rowgroup" className={styles.heads}>
        <div className={`${list.head} ${styles.columns}`} role="row">
          <span role="columnheader">Stands</span>
          <span role="columnheader">What</span>
          <span role="columnheader">Why</span>
          <span role="columnheader" className={styles.right}>
            Last success
          </span>
          <span role="columnheader" className={styles.right}>
            Last new data
          </span>
        </div>
      </div>
      <VirtualRows
        count={items.length}
        height={ROW}
        keyOf={(index) => String(index)}
        render={(index) => <Row item={items[index] as Item} />}
      />
    </div>
  );
}

function Row({ item }: { item: Item }): ReactElement {
  const { subject, team, tile, pipeline, why, lastSuccessAt, lastDataAt } = item;
  const whose = [subjectKind(subject), team === 'default' ? undefined : team]
    .filter((part) => part !== undefined)
    .join(' · ');
  const words = printable(subjectName(subject));
  return (
    <div className={`${list.row} ${styles.columns}`} role="row">
      <div role="cell" className={`${list.cell} ${styles.tile}`}>
        <StatusMark status={tile} />
      </div>
      <div role="cell" className={styles.what}>
        {pipeline === undefined ? (
          <Link {...checkLink(subject)} className={list.main} data-row>
            {words}
          </Link>
        ) : (
          <Link
            to="/p/$name"
            params={{ name: pipeline }}
            search={{ team }}
            className={list.main}
            data-row
          >
            {words}
          </Link>
        )}
        {whose !== '' && <div className={list.dim}>{printable(whose)}</div>}
      </div>
      <div role="cell" className={`${list.cell} ${styles.why}`}>
        {printable(why)}
      </div>
      <div role="cell" className={`${list.cell} ${styles.success}`}>
        <span className={styles.label}>last success </span>
        {lastSuccessAt === undefined ? 'never' : <Age at={lastSuccessAt} />}
      </div>
      <div role="cell" className={`${list.cell} ${styles.data}`}>
        <span className={styles.label}>last new data </span>
        {lastDataAt === undefined ? 'never' : <Age at={lastDataAt} />}
      </div>
    </div>
  );
}
