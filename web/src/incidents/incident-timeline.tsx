/**
 * The timeline of an incident, and a field to say something about it.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { toldQuery } from '../api/incident-queries.js';
import type { Delivery, DescribedIncident, IncidentChange } from '../api/types.js';
import { readCause } from '../format/cause.js';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { classes } from '../parts/class-names.js';
import field from '../parts/field.module.css';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Due, When } from '../parts/when.js';
import { useMayAct } from '../shell/may.js';
import { useAct } from './acknowledge.js';
import styles from './incident-timeline.module.css';
import { changeWord, timelineOf } from './timeline.js';

const WORDS = 1_000;

export function IncidentTimeline({ incident }: { incident: DescribedIncident }): ReactElement {
  const { number, team, changes } = incident;
  const { data: deliveries = [], error } = useQuery(toldQuery(number));
  const may = useMayAct(team);
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">What has become of it</h2>
      {error !== null && <RefusalNote error={error} />}
      <ol className={styles.timeline}>
        {timelineOf(changes, deliveries).map((entry) =>
          entry.is === 'change' ? (
            <Change key={`c${entry.change.number}`} change={entry.change} />
          ) : (
            <Told key={`d${entry.delivery.number}`} delivery={entry.delivery} />
          ),
        )}
      </ol>
      {may && <CommentForm number={number} />}
    </section>
  );
}

function Change({ change }: { change: IncidentChange }): ReactElement {
  const { type, at, words, by, execution, other, until } = change;
  return (
    <li className={styles.entry} data-type={type}>
      <span className={styles.when}>
        <When at={at} />
      </span>
      <div className={styles.what}>
        <b className={styles.word}>{changeWord(type)}</b>
        {by !== undefined && <span className={styles.by}> by {printable(by)}</span>}
        <span className={type === 'COMMENTED' ? styles.said : styles.words}>
          {printable(readCause(words).message.slice(0, type === 'COMMENTED' ? undefined : WORDS))}
        </span>
        {until !== undefined && (
          <span className={styles.words}>
            until <Due at={until} zone={undefined} />
          </span>
        )}
        {execution !== undefined && (
          <Link to="/e/$id" params={{ id: execution }}>
            its execution
          </Link>
        )}
        {other !== undefined && (
          <Link to="/incidents/$number" params={{ number: String(other) }}>
            incident #{other}
          </Link>
        )}
      </div>
    </li>
  );
}

function Told({ delivery }: { delivery: Delivery }): ReactElement {
  const { number, channel, status, message, people = [], address } = delivery;
  const whom = address ?? people.join(', ');
  return (
    <li className={styles.entry} data-type="TOLD">
      <span className={styles.when}>
        <When at={delivery.createdAt} />
      </span>
      <div className={styles.what}>
        <b className={styles.word}>told</b>
        <span className={styles.words}>
          by {printable(channel)}
          {whom === '' ? '' : ` to ${printable(whom)}`}:{' '}
          <Link to="/admin" search={{ tab: 'deliveries', open: number }}>
            {printable(message.title)}
          </Link>
        </span>
        <StatusMark status={status} />
        <span className={styles.words}>{printable(outcomeOf(delivery))}</span>
      </div>
    </li>
  );
}

/** How a delivery went, in words, without its status. */
export function outcomeOf({ status, createdAt, endedAt, tries, error, words }: Delivery): string {
  const failed = tries === 0 ? '' : `${tries} ${tries === 1 ? 'try' : 'tries'} failed`;
  const why = error === undefined || status === 'DELIVERED' ? '' : error;
  const after =
    endedAt === undefined || endedAt - createdAt < 1_000
      ? ''
      : `after ${formatDuration(endedAt - createdAt)}`;
  return [after, failed, why, words].filter((part) => part !== undefined && part !== '').join(', ');
}

function CommentForm({ number }: { number: number }): ReactElement {
  const [text, setText] = useState('');
  const deed = useAct();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    const what = { type: 'comment' as const, text: text.trim() };
    deed.mutate({ number, what }, { onSuccess: () => setText('') });
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <label className={field.labelled}>
        Comment
        <textarea
          className={classes(field.field, styles.comment)}
          maxLength={4_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {deed.isError && <RefusalNote error={deed.error} />}
      <div>
        <Button type="submit" disabled={text.trim() === '' || deed.isPending}>
          Add comment
        </Button>
      </div>
    </form>
  );
}
