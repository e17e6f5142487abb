/**
 * Why an expectation stands where it stands, and how it came there.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { explainQuery } from '../api/queries.js';
import type { ExpectationChange, StandingExpectation } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { shellWord } from '../format/shell-word.js';
import { subjectName } from '../format/subject.js';
import { Command } from '../parts/command.js';
import list from '../parts/list.module.css';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { When } from '../parts/when.js';
import { expectationId } from './checks-search.js';
import styles from './explanation.module.css';

export function Explanation({ of }: { of: StandingExpectation }): ReactElement | null {
  const { data, error } = useQuery(explainQuery(of.subject.name, of.team));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const id = expectationId(of);
  const one = data.find((candidate) => expectationId(candidate) === id);
  if (one === undefined) return <p>It is no longer expected.</p>;
  return (
    <div className={styles.explanation}>
      <div className={styles.why}>
        <h3>Why</h3>
        <ul className={styles.reasons}>
          {one.why.map((reason) => (
            <li key={reason}>{printable(reason)}</li>
          ))}
        </ul>
      </div>
      <h3>What has changed</h3>
      {one.changes.length === 0 ? (
        <p className={list.dim}>Nothing so far: it stands as it was declared.</p>
      ) : (
        <ol className={styles.changes}>
          {one.changes.map((change) => (
            <Change key={change.number} change={change} />
          ))}
        </ol>
      )}
      <p className={styles.links}>
        {one.pipeline !== undefined && (
          <>
            <Link to="/p/$name" params={{ name: one.pipeline }} search={{ team: one.team }}>
              Pipeline {printable(one.pipeline)}
            </Link>
            <Link to="/checks" search={{ tab: 'results', pipeline: one.pipeline }}>
              Its results
            </Link>
          </>
        )}
      </p>
      <Command text={`millrace expect explain ${shellWord(subjectName(one.subject))}`} />
    </div>
  );
}

function Change({ change }: { change: ExpectationChange }): ReactElement {
  const { at, from, to, words, lateByUs, execution } = change;
  return (
    <li className={styles.change}>
      <When at={at} />
      <span className={styles.states}>
        <span className="sr-only">from</span>
        <StatusMark status={from} />
        <span aria-hidden="true">→</span>
        <span className="sr-only">to</span>
        <StatusMark status={to} />
      </span>
      <span className={styles.words}>
        {printable(words)}
        {lateByUs > 0 && ` Judged ${formatDuration(lateByUs)} late: this Millrace was away.`}{' '}
        {execution !== undefined && (
          <Link to="/e/$id" params={{ id: execution }}>
            execution
          </Link>
        )}
      </span>
    </li>
  );
}
