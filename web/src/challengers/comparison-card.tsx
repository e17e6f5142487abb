/**
 * One comparison: both executions side by side, what differs of each dataset, and what came of each rule.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Comparison } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { money } from '../format/money.js';
import { printable } from '../format/printable.js';
import type { Status } from '../parts/status.js';
import { StatusIcon, StatusMark } from '../parts/status-mark.js';
import { When } from '../parts/when.js';
import { comparisonStatus, datasetWords, type RuleOutcome, resultOf } from './challenge-words.js';
import styles from './comparison-card.module.css';

type Outcome = NonNullable<Comparison['championOutcome']>;

export function ComparisonCard({ comparison }: { comparison: Comparison }): ReactElement {
  const { number, at, interval, championId, challengerId } = comparison;
  const { championOutcome, challengerOutcome } = comparison;
  const { rules, datasets } = resultOf(comparison);
  const isPriced = championOutcome?.cost !== undefined || challengerOutcome?.cost !== undefined;
  return (
    <article className={styles.card} aria-label={`Comparison ${number}`}>
      <header className={styles.head}>
        <StatusMark status={comparisonStatus(comparison)} />
        <span className={styles.dim}>
          <When at={at} />
          {interval !== undefined && `, of ${printable(interval)}`}
        </span>
      </header>
      <table className={styles.sides}>
        <thead>
          <tr>
            <th scope="col">Execution</th>
            <th scope="col">Outcome</th>
            <th scope="col" className={styles.number}>
              Took
            </th>
            {isPriced && (
              <th scope="col" className={styles.number}>
                Cost
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          <Side name="champion" id={championId} outcome={championOutcome} isPriced={isPriced} />
          <Side
            name="challenger"
            id={challengerId}
            outcome={challengerOutcome}
            isPriced={isPriced}
          />
        </tbody>
      </table>
      {datasets.length > 0 && (
        <dl className={styles.datasets} aria-label="What both wrote">
          {datasets.map((one) => (
            <div key={`${one.team}:${one.dataset}`}>
              <dt>
                <Link to="/d/$" params={{ _splat: one.dataset }} search={{ team: one.team }}>
                  {printable(one.dataset)}
                </Link>
              </dt>
              <dd>{printable(datasetWords(one))}</dd>
            </div>
          ))}
        </dl>
      )}
      {rules.length > 0 && (
        <ul className={styles.rules} aria-label="Rules">
          {rules.map((rule) => (
            <Rule key={`${rule.rule} ${rule.dataset ?? ''}`} rule={rule} />
          ))}
        </ul>
      )}
    </article>
  );
}

function Side({
  name,
  id,
  outcome,
  isPriced,
}: {
  name: 'champion' | 'challenger';
  /** undefined: it did not begin. */
  id: string | undefined;
  /** undefined: it runs. */
  outcome: Outcome | undefined;
  isPriced: boolean;
}): ReactElement {
  return (
    <tr>
      <th scope="row">
        {id === undefined ? (
          <span className={styles.dim}>{name}, did not begin</span>
        ) : (
          <Link to="/e/$id" params={{ id }}>
            {name}
          </Link>
        )}
      </th>
      <td>
        {outcome === undefined ? (
          id !== undefined && <StatusMark status="RUNNING" />
        ) : (
          <StatusMark status={outcome.status as Status} />
        )}
        {outcome?.error !== undefined && (
          <div className={styles.error}>{printable(outcome.error)}</div>
        )}
      </td>
      <td className={styles.number}>
        {outcome === undefined ? '' : formatDuration(outcome.durationMs)}
      </td>
      {isPriced && (
        <td className={styles.number}>
          {outcome?.cost === undefined ? '' : money(outcome.cost, '')}
        </td>
      )}
    </tr>
  );
}

const SIGNS: { readonly [outcome in RuleOutcome['outcome']]: Status } = {
  met: 'OK',
  broken: 'CRITICAL',
  undecided: 'undecided',
};

function Rule({ rule: { rule, dataset, outcome, words } }: { rule: RuleOutcome }): ReactElement {
  const of = dataset === undefined || rule.includes(' of ') ? '' : ` of ${dataset}`;
  return (
    <li data-outcome={outcome}>
      <StatusIcon status={SIGNS[outcome]} size={14} />
      <span>
        <span className="sr-only">{outcome}: </span>
        {printable(rule + of)} <span className={styles.dim}>{printable(words)}</span>
      </span>
    </li>
  );
}
