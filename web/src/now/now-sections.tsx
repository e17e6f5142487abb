/**
 * The lists of the first page: late or missing, failing, without new data, running, due next.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import type { Overview, StandingExpectation } from '../api/types.js';
import { checkLink, expectationId } from '../checks/checks-search.js';
import { readCause } from '../format/cause.js';
import { givenName } from '../format/given-name.js';
import { printable } from '../format/printable.js';
import { subjectId, subjectKind, subjectName } from '../format/subject.js';
import { formatUntil } from '../format/time.js';
import list from '../parts/list.module.css';
import { Age, Due, Elapsed } from '../parts/when.js';
import { NowRow, NowSection } from './now-row.js';

type Failing = Overview['failing'][number];

/** Longer causes are cut: the whole one is on the page of the execution. */
const CAUSE = 240;

export function LateSection({
  late,
  count,
}: {
  late: readonly StandingExpectation[];
  count: number;
}): ReactElement | null {
  return (
    <NowSection
      id="late"
      title="Late or missing"
      hint="It should have happened by now"
      count={count}
      rows={late.map((one) => (
        <NowRow
          key={expectationId(one)}
          status={one.state}
          name={
            <Link to="/checks" search={{ open: expectationId(one) }} className={list.main} data-row>
              {printable(subjectName(one.subject))}
            </Link>
          }
          kind={whose(one.team, one.owner, subjectKind(one.subject))}
          tags={one.tags}
          words={
            <>
              <b>{printable(one.sentence)}</b>
              {one.reason !== undefined && `: ${one.reason}`}
            </>
          }
          when={
            <>
              {one.due !== undefined && (
                <div>
                  due <Due at={one.due} zone={one.zone} />
                </div>
              )}
              <div className={list.dim}>
                {one.state.toLowerCase()} since <Age at={one.since} />
              </div>
            </>
          }
        />
      ))}
    />
  );
}

export function FailingSection({
  status,
  items,
  count,
}: {
  status: 'CRITICAL' | 'WARNING';
  items: readonly Failing[];
  count: number;
}): ReactElement | null {
  const bad = status === 'CRITICAL';
  return (
    <NowSection
      id={bad ? 'failing' : 'warning'}
      title={bad ? 'Failing' : 'No new data, and other warnings'}
      hint={bad ? 'The last result is CRITICAL' : 'The last result is WARNING'}
      count={Math.max(count, items.length)}
      rows={items.map((one) => (
        <NowRow
          key={`${one.team} ${subjectId(one.subject)} ${one.last.number}`}
          status={status}
          name={<ResultLink failing={one} />}
          kind={whose(one.team, undefined, subjectKind(one.subject))}
          tags={one.tags}
          words={cut(printable(readCause(one.last.cause).message))}
          when={
            <>
              <Age at={one.last.at} />
              <div className={list.dim}>
                {one.lastSuccessAt === undefined ? (
                  'never succeeded'
                ) : (
                  <>
                    last success <Age at={one.lastSuccessAt} />
                  </>
                )}
              </div>
            </>
          }
        />
      ))}
    />
  );
}

function ResultLink({ failing: { subject, last } }: { failing: Failing }): ReactElement {
  const words = printable(subjectName(subject));
  return last.execution === undefined ? (
    <Link {...checkLink(subject)} className={list.main} data-row>
      {words}
    </Link>
  ) : (
    <Link to="/e/$id" params={{ id: last.execution }} className={list.main} data-row>
      {words}
    </Link>
  );
}

export function ForeseenSection({
  foreseen,
}: {
  foreseen: Overview['foreseen'];
}): ReactElement | null {
  return (
    <NowSection
      id="foreseen"
      title="Will cross their limits"
      hint="If it goes on as it does"
      count={foreseen.length}
      rows={foreseen.map(
        ({ team, subject, sentence, metric, words, crossesAt, tags, owner, pipeline }) => (
          <NowRow
            key={`${team} ${subjectId(subject)} ${sentence} ${metric}`}
            status="foreseen"
            name={
              pipeline === undefined ? (
                <Link {...checkLink(subject)} className={list.main} data-row>
                  {printable(subjectName(subject))}
                </Link>
              ) : (
                <Link
                  to="/p/$name"
                  params={{ name: pipeline }}
                  search={{ team }}
                  className={list.main}
                  data-row
                >
                  {printable(subjectName(subject))}
                </Link>
              )
            }
            kind={whose(team, owner, subjectKind(subject))}
            tags={tags}
            words={
              <>
                <b>{printable(sentence)}</b>: {printable(words)}
              </>
            }
            when={
              crossesAt !== undefined && (
                <>
                  about <Due at={crossesAt} zone={undefined} />
                </>
              )
            }
          />
        ),
      )}
    />
  );
}

export function RunningSection({
  running,
  count,
}: {
  running: Overview['running'];
  count: number;
}): ReactElement | null {
  return (
    <NowSection
      id="running"
      title="Running"
      hint="The newest first"
      count={count}
      rows={running.map(({ id, name, pipeline, team, startedAt }) => (
        <NowRow
          key={id}
          status="RUNNING"
          name={
            <Link to="/e/$id" params={{ id }} className={list.main} data-row>
              {printable(pipeline)}
            </Link>
          }
          kind={whose(team, undefined, undefined)}
          words={<span className={list.dim}>{printable(givenName(name) ?? '')}</span>}
          when={
            <span className={list.number}>
              for <Elapsed from={startedAt} to={undefined} />
            </span>
          }
        />
      ))}
    />
  );
}

export function DueSection({
  next,
  count,
  now,
}: {
  next: Overview['next'];
  count: number;
  now: number;
}): ReactElement | null {
  return (
    <NowSection
      id="due"
      title="Within the next hour"
      hint="What starts, and what must have happened by then"
      count={count}
      rows={next.map(({ at, pipeline, team, what, words }) => (
        <NowRow
          key={`${team} ${pipeline} ${at} ${what} ${words}`}
          status="DUE"
          name={
            <Link
              to="/p/$name"
              params={{ name: pipeline }}
              search={{ team }}
              className={list.main}
              data-row
            >
              {printable(pipeline)}
            </Link>
          }
          kind={whose(team, undefined, undefined)}
          words={
            <>
              {what === 'start' ? 'starts: ' : 'must have: '}
              <b>{printable(words)}</b>
            </>
          }
          when={
            <>
              <Due at={at} zone={undefined} />
              <div className={list.dim}>{at <= now ? 'now' : formatUntil(at - now)}</div>
            </>
          }
        />
      ))}
    />
  );
}

function whose(team: string, owner: string | undefined, kind: string | undefined): ReactNode {
  const parts = [
    ...(kind === undefined ? [] : [kind]),
    ...(team === 'default' ? [] : [team]),
    ...(owner === undefined ? [] : [`owner ${owner}`]),
  ];
  return parts.length === 0 ? undefined : printable(parts.join(' · '));
}

function cut(text: string): string {
  return text.length > CAUSE ? `${text.slice(0, CAUSE)} …` : text;
}
