/**
 * One lane of the timeline. Outcomes differ by colour, by height and by the sign at the end of the bar.
 * @module
 */
import { Link, useNavigate } from '@tanstack/react-router';
import type { MouseEvent, ReactElement, ReactNode } from 'react';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { formatTime } from '../format/time.js';
import { type Status, statusTone, statusWord } from '../parts/status.js';
import { AFTER_MS, type Bar, BEFORE_MS, type Lane as LaneOf, type Mark } from './lanes.js';
import styles from './timeline.module.css';

const HOUR = 3_600_000;
const EVERY_HOURS = 4;
const HEIGHT = 26;
const NOW_AT = (BEFORE_MS / (BEFORE_MS + AFTER_MS)) * 100;

/** Signs around their middle; nothing for what went well. */
const SIGNS: { readonly [status in Status]?: ReactNode } = {
  CRITICAL: <path d="M0-7 7 0 0 7-7 0Z" />,
  WARNING: <path d="M0-7 7 6H-7Z" />,
  UNKNOWN: <rect x="-5" y="-5" width="10" height="10" className={styles.hollow} />,
};

export function Lane({ lane }: { lane: LaneOf }): ReactElement {
  const navigate = useNavigate();
  const { name, team, pipeline, bars, marks } = lane;
  const open = (event: MouseEvent): void => {
    const place = (event.target as Element).closest('[data-execution]');
    const id = place?.getAttribute('data-execution');
    if (typeof id === 'string') void navigate({ to: '/e/$id', params: { id } });
  };
  return (
    <div role="row" className={styles.lane}>
      <span role="rowheader" className={styles.name}>
        {pipeline === undefined ? (
          printable(name)
        ) : (
          <Link to="/p/$name" params={{ name: pipeline }} search={{ team }} title={printable(name)}>
            {printable(name)}
          </Link>
        )}
      </span>
      <span role="cell" className={styles.track}>
        {/* A shortcut for the mouse: the executions are links on the pages of pipeline and checks. */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
        <svg width="100%" height={HEIGHT} role="img" aria-label={laneLabel(lane)} onClick={open}>
          <line x1={`${NOW_AT}%`} x2={`${NOW_AT}%`} y1="0" y2={HEIGHT} className={styles.now} />
          {bars.map((bar) => (
            <BarShape key={bar.key} bar={bar} />
          ))}
          {marks.map((mark) => (
            <MarkShape key={mark.key} mark={mark} />
          ))}
        </svg>
      </span>
    </div>
  );
}

function BarShape({ bar }: { bar: Bar }): ReactElement {
  const { left, width, status, execution, startedAt, endedAt } = bar;
  const bad = SIGNS[status] !== undefined;
  const took = endedAt === undefined ? '' : `, took ${formatDuration(endedAt - startedAt)}`;
  return (
    <g className={styles.bar} data-tone={statusTone(status)} data-execution={execution}>
      <title>{`${statusWord(status)}: started ${formatTime(startedAt)}${took}`}</title>
      <rect
        x={`${left}%`}
        width={`${width}%`}
        y={bad ? 7 : 9}
        height={bad ? 12 : 8}
        rx="2"
        className={status === 'RUNNING' ? styles.hollow : undefined}
      />
      <svg x={`${left + width}%`} y={HEIGHT / 2} overflow="visible" aria-hidden="true">
        {SIGNS[status]}
      </svg>
    </g>
  );
}

function MarkShape({ mark: { left, kind, at, words } }: { mark: Mark }): ReactElement {
  const said = { missed: 'missed', due: 'due', start: 'starts' }[kind];
  return (
    <svg x={`${left}%`} y={HEIGHT / 2} overflow="visible" className={styles.mark} data-kind={kind}>
      <title>{`${said} ${formatTime(at)}: ${printable(words)}`}</title>
      {kind === 'missed' ? (
        <path d="M-6-6H6V6H-6Z" strokeDasharray="2.6 2.2" />
      ) : kind === 'due' ? (
        <path d="M-5-11H5L0-4ZM0-4V11" />
      ) : (
        <path d="M0-9V9" strokeDasharray="2 3" />
      )}
    </svg>
  );
}

/** Hours above the lanes, in the browser's zone, which is printed. */
export function Hours({ from, to }: { from: number; to: number }): ReactElement {
  const marks: number[] = [];
  const first = new Date(from);
  first.setMinutes(0, 0, 0);
  for (let at = first.getTime(); at <= to; at += HOUR) {
    if (at - from > HOUR && to - at > HOUR && new Date(at).getHours() % EVERY_HOURS === 0)
      marks.push(at);
  }
  const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' })
    .formatToParts(to)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return (
    <div className={styles.hours} aria-hidden="true">
      <span className={styles.zone}>{zone}</span>
      <span className={styles.track}>
        {marks.map((at) => (
          <span key={at} style={{ left: `${((at - from) / (to - from)) * 100}%` }}>
            {`${String(new Date(at).getHours()).padStart(2, '0')}:00`}
          </span>
        ))}
      </span>
    </div>
  );
}

export function Legend(): ReactElement {
  const entries: readonly (readonly [ReactNode, string])[] = [
    [<Sample key="ok" status="OK" />, 'OK'],
    [<Sample key="warning" status="WARNING" />, 'warning'],
    [<Sample key="critical" status="CRITICAL" />, 'critical'],
    [<Sample key="running" status="RUNNING" />, 'running'],
    [<MarkSample key="missed" kind="missed" />, 'should have come'],
    [<MarkSample key="due" kind="due" />, 'is due'],
    [<MarkSample key="start" kind="start" />, 'will start'],
  ];
  return (
    <ul className={styles.legend} aria-label="What the signs mean">
      {entries.map(([sign, word]) => (
        <li key={word}>
          <svg width="26" height={HEIGHT} aria-hidden="true">
            {sign}
          </svg>
          {word}
        </li>
      ))}
    </ul>
  );
}

function Sample({ status }: { status: Status }): ReactElement {
  const bar = { key: '', left: 12, width: 50, status, startedAt: 0, endedAt: undefined };
  return <BarShape bar={bar} />;
}

function MarkSample({ kind }: { kind: Mark['kind'] }): ReactElement {
  return <MarkShape mark={{ key: '', left: 50, kind, at: 0, words: '' }} />;
}

/** @example laneLabel(lane) // '11 OK, 1 critical, 1 missed' */
export function laneLabel({ bars, marks }: Pick<LaneOf, 'bars' | 'marks'>): string {
  const counts = new Map<string, number>();
  const add = (word: string): void => void counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const { status } of bars) add(statusWord(status));
  for (const { kind } of marks) add(kind === 'start' ? 'to start' : kind);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
