/**
 * `/challengers`: candidates that run, or ran, beside current versions, the newest first.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { challengesQuery } from '../api/challenger-queries.js';
import { DataViews } from '../data/data-views.js';
import { printable } from '../format/printable.js';
import { useWatch } from '../live/live.js';
import { EmptyState } from '../parts/empty-state.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { ChallengeList } from './challenge-list.js';
import styles from './challengers-page.module.css';

export function ChallengersPage(): ReactElement {
  const search = useSearch({ from: '/challengers' });
  const { pipeline } = search;
  useTitle(pipeline === undefined ? 'Challengers' : `Challengers of ${pipeline}`);
  useWatch(undefined);
  return (
    <>
      <PageHead title="Challengers" />
      <DataViews current="challengers" />
      {pipeline !== undefined && (
        <p className={styles.filter}>
          Of the pipeline{' '}
          <Link to="/p/$name" params={{ name: pipeline }} search={search}>
            {printable(pipeline)}
          </Link>
          . <Link to="/challengers">Show all challenges</Link>
        </p>
      )}
      <Listed pipeline={pipeline} team={search.team} />
    </>
  );
}

function Listed(of: {
  pipeline: string | undefined;
  team: string | undefined;
}): ReactElement | null {
  const pages = useInfiniteQuery(challengesQuery(of));
  if (pages.data === undefined) {
    return pages.error === null ? null : <RefusalNote error={pages.error} />;
  }
  const challenges = pages.data.pages.flatMap(({ items }) => items);
  if (challenges.length === 0 && !pages.hasNextPage) {
    return (
      <EmptyState
        title={of.pipeline === undefined ? 'No challengers yet' : 'Nothing has challenged it yet'}
        command={`millrace challenge ${of.pipeline ?? 'PIPELINE'} --file changed.yaml`}
      >
        A challenger is a changed pipeline file that runs beside the current version, on the same
        inputs. What both write is compared by rules, and nobody reads what the challenger writes.
        Start one there:
      </EmptyState>
    );
  }
  return (
    <>
      {pages.error !== null && <RefusalNote error={pages.error} />}
      <ChallengeList challenges={challenges} pages={pages} />
    </>
  );
}
