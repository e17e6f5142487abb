/**
 * What stands around an incident: what comes of it, and what was like it before.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { DescribedIncident } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { statusWord } from '../parts/status.js';
import { StatusIcon } from '../parts/status-mark.js';
import { When } from '../parts/when.js';
import styles from './incident-around.module.css';

/** Those that are there before somebody asks for all. */
const FIRST = 12;

export function Around({ incident }: { incident: DescribedIncident }): ReactElement {
  const { effects, folded, alike, team } = incident;
  const hidden = folded - effects.length;
  return (
    <aside className={styles.around} aria-label="Around it">
      <section aria-labelledby="impact">
        <h2 id="impact">Impact{folded > 0 ? `: ${folded} folded in` : ''}</h2>
        {folded === 0 ? (
          <p className={styles.dim}>Nothing downstream is in trouble because of it.</p>
        ) : (
          <ul className={styles.items}>
            {effects.slice(0, FIRST).map((effect) => (
              <Effect key={effect.number} effect={effect} team={team} />
            ))}
          </ul>
        )}
        {effects.length > FIRST && (
          <details className={styles.rest}>
            <summary>{effects.length - FIRST} more</summary>
            <ul className={styles.items}>
              {effects.slice(FIRST).map((effect) => (
                <Effect key={effect.number} effect={effect} team={team} />
              ))}
            </ul>
          </details>
        )}
        {hidden > 0 && <p className={styles.dim}>{hidden} of teams that you do not see.</p>}
      </section>
      <section aria-labelledby="alike">
        <h2 id="alike">Seen before</h2>
        {alike.length === 0 ? (
          <p className={styles.dim}>The same error in the same state was not seen before.</p>
        ) : (
          <ul className={styles.items}>
            {alike.map(({ number, openedAt, solved, lasted }) => (
              <li key={number}>
                <Link to="/incidents/$number" params={{ number: String(number) }}>
                  #{number}
                </Link>{' '}
                <span className={styles.dim}>
                  <When at={openedAt} />
                  {lasted !== undefined && `, over after ${formatDuration(lasted)}`}
                </span>
                <p>
                  {lasted === undefined ? 'It is open, too.' : printable(solved ?? 'It is over.')}
                </p>
              </li>
            ))}
          </ul>
        )}
      </section>
    </aside>
  );
}

function Effect({
  effect: { number, title, status, team: whose },
  team,
}: {
  effect: DescribedIncident['effects'][number];
  team: string;
}): ReactElement {
  return (
    <li className={styles.effect}>
      <StatusIcon status={status} />
      <span>
        <Link to="/incidents/$number" params={{ number: String(number) }}>
          {printable(title)}
        </Link>{' '}
        <span className={styles.dim}>
          #{number}
          {whose === team ? '' : `, ${printable(whose)}`}, {statusWord(status)}
        </span>
      </span>
    </li>
  );
}
