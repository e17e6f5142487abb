/**
 * One thing on the first page: how it stands, what it is, why, and since when.
 * @module
 */
import { type ReactElement, type ReactNode, useState } from 'react';
import { Button } from '../parts/button.js';
import list from '../parts/list.module.css';
import type { Status } from '../parts/status.js';
import { StatusMark } from '../parts/status-mark.js';
import { Tags } from '../parts/tags.js';
import styles from './now-row.module.css';

export function NowRow({
  status,
  name,
  kind,
  tags = {},
  words,
  when,
}: {
  status: Status;
  /** A link, drawn with `list.main`. */
  name: ReactElement;
  /** What it is, where that is no pipeline; whose it is. */
  kind?: ReactNode;
  tags?: { [key: string]: string };
  words: ReactNode;
  when: ReactNode;
}): ReactElement {
  return (
    <div className={`${list.row} ${styles.columns}`} role="row">
      <div role="cell" className={`${list.cell} ${styles.status}`}>
        <StatusMark status={status} />
      </div>
      <div role="cell" className={styles.name}>
        {name}
        <div className={styles.below}>
          {kind !== undefined && <span className={list.dim}>{kind}</span>}
          <Tags tags={tags} pick />
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.words}`}>
        {words}
      </div>
      <div role="cell" className={`${list.cell} ${styles.when}`}>
        {when}
      </div>
    </div>
  );
}

/** Rows that are there before somebody asks for all: the next kind is to be in sight too. */
const FIRST = 10;

/** Rows of one kind below their title; nothing when there are none. */
export function NowSection({
  id,
  title,
  hint,
  count,
  counted = 'exactly',
  rows,
}: {
  id: string;
  title: string;
  /** What makes something appear here. */
  hint: ReactNode;
  /** How many there are, whether or not they are rows here. */
  count: number;
  /** `at least`: there are more than were read. */
  counted?: 'exactly' | 'at least';
  rows: readonly ReactElement[];
}): ReactElement | null {
  const [all, setAll] = useState(false);
  if (rows.length === 0) return null;
  return (
    <section id={id} className={styles.section} aria-labelledby={`${id}-title`}>
      <div className={styles.title}>
        <h2 id={`${id}-title`}>
          {title}{' '}
          <span className={styles.count}>
            {count}
            {counted === 'exactly' ? '' : '+'}
          </span>
        </h2>
        <span className={list.dim}>{hint}</span>
      </div>
      <div className={list.list} role="table" aria-label={title}>
        <div role="rowgroup">{all ? rows : rows.slice(0, FIRST)}</div>
      </div>
      {rows.length > FIRST && (
        <Button look="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${rows.length === count ? 'all ' : ''}${rows.length}`}
        </Button>
      )}
      {all && count > rows.length && (
        <p className={styles.more}>
          The first {rows.length} of {count}; filter by a tag to see others.
        </p>
      )}
    </section>
  );
}
