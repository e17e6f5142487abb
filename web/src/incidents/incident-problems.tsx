/**
 * What is wrong now, with the ways to where it can be seen and mended; and the last that the failing state said.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { DescribedIncident } from '../api/types.js';
import { readCause } from '../format/cause.js';
import { printable } from '../format/printable.js';
import { formatClock } from '../format/time.js';
import { StatusMark } from '../parts/status-mark.js';
import { Age } from '../parts/when.js';
import styles from './incident-problems.module.css';
import { MARK_OF } from './incident-row.js';

type Problem = DescribedIncident['last'];

export function IncidentProblems({ incident }: { incident: DescribedIncident }): ReactElement {
  const { status, last, problems, log } = incident;
  const now = Object.entries(problems);
  const isOver = status === 'RESOLVED' || now.length === 0;
  const { execution, state } = last;
  return (
    <section aria-labelledby="wrong">
      <h2 id="wrong">{isOver ? 'What was wrong last' : 'What is wrong'}</h2>
      <ul className={styles.problems}>
        {isOver ? (
          <Wrong problem={last} />
        ) : (
          now.map(([name, problem]) => <Wrong key={name} problem={problem} />)
        )}
      </ul>
      {log.length > 0 && execution !== undefined && (
        <figure className={styles.log}>
          <figcaption>
            The last lines of {printable(state ?? 'the execution')}
            <Link
              to="/e/$id"
              params={{ id: execution }}
              search={{ tab: 'logs', ...(state === undefined ? {} : { state }) }}
            >
              All its lines
            </Link>
          </figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1, scrolling */}
          <pre tabIndex={0} role="region" aria-label="Last log lines">
            {log.map(({ at, text }) => `${formatClock(at)}  ${printable(text)}`).join('\n')}
          </pre>
        </figure>
      )}
    </section>
  );
}

const KINDS: { [kind in Problem['kind']]: string } = {
  failed: 'failed',
  late: 'late',
  missing: 'missing',
  unmet: 'not as expected',
  alert: 'alert',
  undelivered: 'does not deliver',
  broken: 'does not work',
};

function Wrong({ problem }: { problem: Problem }): ReactElement {
  const { kind, level, since, lastAt, count, words, error, state, execution, link } = problem;
  return (
    <li className={styles.problem} data-level={level}>
      <div className={styles.what}>
        <StatusMark status={MARK_OF[level]} />
        <b>{KINDS[kind]}</b>
        {error !== undefined && <code>{printable(error)}</code>}
        {state !== undefined && <span>in {printable(state)}</span>}
      </div>
      <p className={styles.words}>{printable(readCause(words).message)}</p>
      <div className={styles.links}>
        <span className={styles.dim}>
          since <Age at={since} />
          {count > 1 && (
            <>
              , {count} times, the last <Age at={lastAt} />
            </>
          )}
        </span>
        {execution === undefined && link !== undefined && /^https?:\/\//.test(link) && (
          <a href={link} target="_blank" rel="noreferrer">
            The run
          </a>
        )}
        {execution !== undefined && (
          <>
            <Link
              to="/e/$id"
              params={{ id: execution }}
              search={state === undefined ? {} : { state }}
            >
              The execution
            </Link>
            <Link to="/e/$id" params={{ id: execution }} search={{ redrive: 'own' }}>
              Redrive
            </Link>
          </>
        )}
      </div>
    </li>
  );
}
