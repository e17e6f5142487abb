/**
 * `/`: the whole system at a glance. A green day is one sentence; else what is worst comes first.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { overviewQuery, type WatchFilter } from '../api/queries.js';
import type { Overview } from '../api/types.js';
import { useAcknowledgeKey } from '../incidents/acknowledge.js';
import { useWatch } from '../live/live.js';
import { Command } from '../parts/command.js';
import { EmptyState } from '../parts/empty-state.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusIcon } from '../parts/status-mark.js';
import { FilterBar } from '../watch/filter-bar.js';
import { filterOf } from '../watch/watch-search.js';
import { headline, lateBesidesFailing } from './headline.js';
import styles from './now-page.module.css';
import {
  DueSection,
  FailingSection,
  ForeseenSection,
  LateSection,
  RunningSection,
} from './now-sections.js';
import { OpenIncidentsSection } from './open-incidents-section.js';
import { Timeline } from './timeline.js';

export function NowPage(): ReactElement {
  const search = useSearch({ from: '/' });
  useTitle('Now');
  useWatch(undefined);
  useAcknowledgeKey();
  const filter = filterOf(search);
  const { data: overview, error } = useQuery(overviewQuery(filter));
  const filtered = filter.tag !== undefined || filter.team !== undefined;
  return (
    <>
      <PageHead title="Now">
        <FilterBar />
      </PageHead>
      {error !== null && <RefusalNote error={error} />}
      {overview !== undefined &&
        (overview.counts.watched === 0 && overview.counts.running === 0 && !overview.next.length ? (
          filtered ? (
            <EmptyState title="Nothing watched has these tags">
              <Link to="/">Show everything</Link>
            </EmptyState>
          ) : (
            <NothingWatched />
          )
        ) : (
          <Standing overview={overview} filter={filter} />
        ))}
      {overview !== undefined && <Timeline overview={overview} filter={filter} by={search.by} />}
    </>
  );
}

function Standing({ overview, filter }: { overview: Overview; filter: WatchFilter }): ReactElement {
  const { counts, failing, warning, running, foreseen, next } = overview;
  const { green, words } = headline(overview);
  const late = lateBesidesFailing(overview);
  // Those that are not shown here are shown as failing.
  const notShown = overview.late.length - late.length;
  return (
    <>
      <p className={styles.headline} data-tone={green ? 'ok' : 'bad'}>
        <StatusIcon status={green ? 'OK' : 'CRITICAL'} size={22} />
        <span>{words}</span>
      </p>
      <OpenIncidentsSection filter={filter} />
      <LateSection late={late} count={counts.late + counts.missing - notShown} />
      <FailingSection status="CRITICAL" items={failing} count={counts.critical} />
      <FailingSection status="WARNING" items={warning} count={counts.warning} />
      <ForeseenSection foreseen={foreseen} />
      <RunningSection running={running} count={counts.running} />
      <DueSection next={next} count={counts.due} now={overview.now} />
    </>
  );
}

const EXPECT = 'expect:\n  - succeeded\n  - runs within 1 day\n  - finishes within 30 minutes';
const REPORT = 'millrace check report permits --status OK --rows 12';

function NothingWatched(): ReactElement {
  return (
    <>
      <EmptyState title="Nothing is watched yet" lines={EXPECT}>
        Whatever ends here is watched from then on. Say in a pipeline's file what must happen by
        when, and you see here what did not:
      </EmptyState>
      <div className={styles.script}>
        <p>Anything else can report itself:</p>
        <Command text={REPORT} />
      </div>
    </>
  );
}
