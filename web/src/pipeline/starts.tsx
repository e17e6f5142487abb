/**
 * When a pipeline starts by itself, and why it has not: its next times, the conditions on other pipelines one by one, what
 * its files wait for, and the events that nearly matched.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { triggerQuery } from '../api/queries.js';
import type { Arrivals, Batch, Condition, Json, Trigger } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { formatUntil, formatZoned } from '../format/time.js';
import { useNow } from '../live/now.js';
import { Icon } from '../parts/icon.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusIcon } from '../parts/status-mark.js';
import { Age } from '../parts/when.js';
import styles from './starts.module.css';

export function Starts({
  pipeline,
  team,
}: {
  pipeline: string;
  team: string;
}): ReactElement | null {
  const { data, error } = useQuery(triggerQuery(pipeline, team));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const { schedule, clientSchedules, upstreams, files, events } = data;
  const isByHand = Object.keys(data).every((key) => key === 'pipeline');
  return (
    <section className={styles.starts} aria-labelledby="starts">
      <h2 id="starts">When it starts</h2>
      {isByHand && <p className={styles.dim}>By hand, or when somebody asks over the API.</p>}
      {schedule && <Schedule schedule={schedule} />}
      {clientSchedules?.map(({ name, expression, timezone, state }) => (
        <div key={name} className={styles.block}>
          <h3>On a client's schedule</h3>
          <p>
            {printable(name)} <code>{printable(expression)}</code>{' '}
            <span className={styles.dim}>
              {printable(timezone)}
              {state === 'DISABLED' && ' · disabled'}
            </span>
          </p>
        </div>
      ))}
      {upstreams && <Upstreams upstreams={upstreams} team={team} />}
      {files && <Files files={files} />}
      {events?.map((rule) => (
        <Rule key={JSON.stringify(rule.pattern)} rule={rule} />
      ))}
    </section>
  );
}

function Schedule({ schedule }: { schedule: NonNullable<Trigger['schedule']> }): ReactElement {
  const now = useNow();
  const { timezone, next, window, starts } = schedule;
  const [first, ...others] = next;
  const [start] = starts ?? [];
  return (
    <div className={styles.block}>
      <h3>On a schedule</h3>
      {first === undefined ? (
        <p className={styles.dim}>It does not fire any more.</p>
      ) : (
        <>
          <p>
            Next <b>{formatZoned(first, timezone)}</b>{' '}
            <span className={styles.dim}>
              {formatUntil((start ?? first) - now)} · {timezone}
            </span>
          </p>
          {start !== undefined && window !== undefined && (
            <p className={styles.dim}>
              Spread over {formatDuration(window)}: it starts at {formatZoned(start, timezone)}
            </p>
          )}
          <ol className={styles.times} aria-label="Then">
            {others.map((at) => (
              <li key={at}>{formatZoned(at, timezone)}</li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

/** Characters of a pattern on one line. */
const ONE_LINE = 100;
/** Names of partners that have not delivered. */
const SHOWN_MISSING = 20;

const VERDICTS = { met: 'succeeded', waiting: 'waiting', impossible: 'failed' } as const;
const WORDS = { met: 'met', waiting: 'waits', impossible: 'cannot be met any more' } as const;

function Upstreams({
  upstreams,
  team,
}: {
  upstreams: NonNullable<Trigger['upstreams']>;
  team: string;
}): ReactElement {
  const { interval, verdict, conditions } = upstreams;
  const met = conditions.filter((one) => one.verdict === 'met').length;
  return (
    <div className={styles.block}>
      <h3>After other pipelines</h3>
      <p>
        For <b>{printable(interval)}</b>: {met} of {conditions.length} met
        {verdict === 'met' && ', all that is needed'}
      </p>
      <ul className={styles.conditions}>
        {conditions.map((one, index) => (
          <ConditionRow key={index} condition={one} team={one.condition.team ?? team} />
        ))}
      </ul>
    </div>
  );
}

function ConditionRow({
  condition,
  team,
}: {
  condition: Condition;
  /** Whose pipeline it is about. */
  team: string;
}): ReactElement {
  const { verdict, because, since, expectedAt, condition: asked } = condition;
  const now = useNow();
  // The name stands before it already, as a link.
  const sentence = because.startsWith(`${asked.name} `)
    ? because.slice(asked.name.length + 1)
    : because;
  return (
    <li>
      <StatusIcon status={VERDICTS[verdict]} />
      <span className="sr-only">{WORDS[verdict]}: </span>
      <span>
        {asked.account === undefined ? (
          <Link to="/p/$name" params={{ name: asked.name }} search={{ team }}>
            {printable(asked.name)}
          </Link>
        ) : (
          printable(`${asked.name} (${asked.account})`)
        )}{' '}
        <span className={styles.dim}>
          {printable(sentence)}
          {since !== undefined && (
            <>
              , since <Age at={since} />
            </>
          )}
          {expectedAt !== undefined && `, expected ${formatUntil(expectedAt - now)}`}
        </span>
      </span>
    </li>
  );
}

function Files({ files }: { files: NonNullable<Trigger['files']> }): ReactElement {
  const { under, isGone, problem, arrivals, batch, quarantined } = files;
  return (
    <div className={styles.block}>
      <h3>When files arrive</h3>
      <p>
        Under <code>{printable(under)}</code>
        {isGone && (
          <span className={styles.gone}>
            {' '}
            <Icon name="warning" /> which is not there
          </span>
        )}
      </p>
      {problem !== undefined && <p className={styles.gone}>{printable(problem)}</p>}
      {arrivals && <Board arrivals={arrivals} />}
      {batch && <Waiting batch={batch} what="files" />}
      {quarantined.map(({ manifest, since, problems }) => (
        <div key={manifest} className={styles.quarantine}>
          <p>
            <StatusIcon status="FAILED" /> {printable(manifest)} is held back since{' '}
            <Age at={since} />
          </p>
          <ul>
            {problems.map(({ file, problem }) => (
              <li key={file}>
                <code>{printable(file)}</code> {printable(problem)}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

/** Who has delivered: a bar to look at, and the names of the missing. */
function Board({ arrivals }: { arrivals: Arrivals }): ReactElement {
  const { interval, expected, arrived, missing, deadline, whenMissing, started, problem } =
    arrivals;
  const now = useNow();
  const rest = missing.length - SHOWN_MISSING;
  return (
    <>
      <p>
        For <b>{printable(interval)}</b>: {arrived} of {expected} have delivered
        {started !== undefined && (
          <>
            , started <Age at={started.at} />
          </>
        )}
      </p>
      <progress className={styles.bar} value={arrived} max={Math.max(1, expected)}>
        {arrived} of {expected}
      </progress>
      {missing.length > 0 && (
        <p className={styles.dim}>
          Missing: {missing.slice(0, SHOWN_MISSING).map(printable).join(', ')}
          {rest > 0 && ` and ${rest} more`}
        </p>
      )}
      {deadline !== undefined && started === undefined && deadline > now && (
        <p className={styles.dim}>
          {whenMissing === 'start' ? 'Starts without them' : 'They are late'}{' '}
          {formatUntil(deadline - now)}
        </p>
      )}
      {problem !== undefined && <p className={styles.gone}>{printable(problem)}</p>}
    </>
  );
}

function Waiting({ batch, what }: { batch: Batch; what: string }): ReactElement {
  const { size, waiting, closesAt, problem } = batch;
  const now = useNow();
  return (
    <>
      <p>
        {waiting} of {size} {what} wait
        {closesAt !== undefined && (
          <span className={styles.dim}>, started {formatUntil(closesAt - now)} at the latest</span>
        )}
      </p>
      <progress className={styles.bar} value={waiting} max={size}>
        {waiting} of {size}
      </progress>
      {problem !== undefined && <p className={styles.gone}>{printable(problem)}</p>}
    </>
  );
}

function Rule({ rule }: { rule: NonNullable<Trigger['events']>[number] }): ReactElement {
  const { bus, pattern, matched, batch, nearly } = rule;
  return (
    <div className={styles.block}>
      <h3>On events of the bus {printable(bus)}</h3>
      <pre className={styles.pattern}>{printable(patternText(pattern))}</pre>
      {batch && <Waiting batch={batch} what="events" />}
      <p className={styles.dim}>
        {matched === undefined ? (
          'None of the latest events matched.'
        ) : (
          <>
            Last matched <Age at={matched.at} />: {printable(matched.id)}
          </>
        )}
      </p>
      {nearly.length > 0 && (
        <ul className={styles.conditions} aria-label="Nearly matched">
          {nearly.map(({ id, at, source, detailType, mismatch }) => (
            <li key={id}>
              <StatusIcon status="waiting" />
              <span>
                {printable(`${source} ${detailType}`)} <Age at={at} />{' '}
                <span className={styles.dim}>
                  nearly: <code>{printable(mismatch.path)}</code> is{' '}
                  {printable(JSON.stringify(mismatch.found))}, wanted{' '}
                  {printable(JSON.stringify(mismatch.wanted))}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** On one line while that is short. */
function patternText(pattern: Json): string {
  const line = JSON.stringify(pattern);
  return line.length <= ONE_LINE ? line : JSON.stringify(pattern, null, 2);
}
