/**
 * Challenges as rows: pipeline, how each stands, what was decided of how much.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Challenge } from '../api/types.js';
import { printable } from '../format/printable.js';
import list from '../parts/list.module.css';
import { ListTable, type MorePages } from '../parts/list-table.js';
import { StatusMark } from '../parts/status-mark.js';
import { Age } from '../parts/when.js';
import styles from './challenge-list.module.css';
import { challengeStatus, countWords, decidedWords } from './challenge-words.js';

export function ChallengeList({
  challenges,
  pages,
}: {
  challenges: readonly Challenge[];
  /** Older ones; undefined: those are not listed here. */
  pages?: MorePages;
}): ReactElement {
  return (
    <ListTable
      label="Challenges"
      heads={['Outcome', 'Challenge', 'Comparisons', ['Started', styles.when]]}
      columns={styles.columns}
      pages={pages}
      more="Older challenges"
    >
      <div role="rowgroup">
        {challenges.map((one) => (
          <Row key={one.number} one={one} />
        ))}
      </div>
    </ListTable>
  );
}

function Row({ one }: { one: Challenge }): ReactElement {
  const { number, pipeline, team, championVersion, candidateVersion, at, startedBy } = one;
  const counts = countWords(one);
  return (
    <div className={`${list.row} ${styles.columns}`} role="row">
      <div role="cell" className={`${list.cell} ${styles.status}`}>
        <StatusMark status={challengeStatus(one)} />
      </div>
      <div role="cell" className={styles.name}>
        <Link
          to="/challengers/$number"
          params={{ number: String(number) }}
          className={list.main}
          data-row
        >
          {printable(pipeline)} <span className={styles.number}>#{number}</span>
        </Link>
        <div className={list.dim}>
          {printable(team)} · version {candidateVersion} beside {championVersion}
          {one.promotedVersion !== undefined && ` · promoted as version ${one.promotedVersion}`}
          {one.reason !== undefined && ` · ${printable(one.reason)}`}
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${list.number} ${styles.counts}`}>
        <div>{decidedWords(one)}</div>
        {counts !== '' && <div className={list.dim}>{counts}</div>}
      </div>
      <div role="cell" className={`${list.cell} ${styles.when}`}>
        <Age at={at} />
        <div className={`${list.dim} ${list.cut}`}>{printable(startedBy)}</div>
      </div>
    </div>
  );
}
