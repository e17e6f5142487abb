/**
 * `/pipelines`: all pipelines with their last outcomes, and what is wrong in their files.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useDeferredValue, useState } from 'react';
import { pipelinesQuery, problemsQuery } from '../api/queries.js';
import type { PipelineOverview } from '../api/types.js';
import { useWatch } from '../live/live.js';
import { EmptyState } from '../parts/empty-state.js';
import field from '../parts/field.module.css';
import list from '../parts/list.module.css';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { FileProblems } from './file-problems.js';
import { PipelineRow } from './pipeline-row.js';
import styles from './pipelines-page.module.css';

export function PipelinesPage(): ReactElement {
  useTitle('Pipelines');
  useWatch(undefined);
  const { data: pipelines, error } = useQuery(pipelinesQuery);
  const { data: problems } = useQuery(problemsQuery);
  const [text, setText] = useState('');
  const shown = matching(pipelines ?? [], useDeferredValue(text));
  return (
    <>
      <PageHead title="Pipelines">
        {pipelines !== undefined && pipelines.length > 0 && (
          <input
            className={field.field}
            type="search"
            data-filter
            aria-label="Filter pipelines by name, team or tag"
            placeholder="Filter by name, team or tag"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </PageHead>
      {error !== null && <RefusalNote error={error} />}
      {problems !== undefined && <FileProblems problems={problems.items} />}
      {pipelines?.length === 0 && (
        <EmptyState title="No pipelines yet" command="npx millrace init my-pipelines">
          A pipeline is a file that names the steps of your data's way. Save one in{' '}
          {problems?.folder === undefined ? (
            'the folder that the server watches'
          ) : (
            <code>{problems.folder}</code>
          )}{' '}
          and it appears here; this makes a folder with one that runs:
        </EmptyState>
      )}
      {pipelines !== undefined && pipelines.length > 0 && (
        <div className={list.list} role="table" aria-label="Pipelines">
          <div role="rowgroup" className={styles.heads}>
            <div className={`${list.head} ${styles.columns}`} role="row">
              <span role="columnheader">Pipeline</span>
              <span role="columnheader">Last 20</span>
              <span role="columnheader">Last outcome</span>
              <span role="columnheader">Started</span>
              <span role="columnheader" className={styles.took}>
                Took
              </span>
            </div>
          </div>
          <div role="rowgroup">
            {shown.map((pipeline) => (
              <PipelineRow key={`${pipeline.team}/${pipeline.name}`} pipeline={pipeline} />
            ))}
            {shown.length === 0 && <p className={list.none}>No pipeline matches “{text}”.</p>}
          </div>
        </div>
      )}
    </>
  );
}

/** Pipelines whose name, team or tags contain every word, whatever its case. */
export function matching(pipelines: readonly PipelineOverview[], text: string): PipelineOverview[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return pipelines.filter(({ name, team, tags }) => {
    const all = [name, team, ...Object.entries(tags).map(([key, value]) => `${key}:${value}`)]
      .join(' ')
      .toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
