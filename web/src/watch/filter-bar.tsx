/**
 * Filters by tag and team of a page about watched things. They are in the address; each tag on the page adds itself.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useId, useState } from 'react';
import { pipelinesQuery } from '../api/queries.js';
import type { PipelineOverview } from '../api/types.js';
import { printable } from '../format/printable.js';
import field from '../parts/field.module.css';
import { Icon } from '../parts/icon.js';
import styles from './filter-bar.module.css';
import { tagsIn, textIn, type WatchSearch, withoutTag, withTag } from './watch-search.js';

/** Suggestions that are offered at most. */
const OFFERED = 500;

/** The page that is shown, and its address with one thing changed. */
export function useChangedSearch(): (change: (search: WatchSearch) => WatchSearch) => void {
  const navigate = useNavigate();
  return (change) => {
    void navigate({
      to: '.',
      search: ((old: WatchSearch) => change(old)) as never,
      replace: true,
    });
  };
}

export function FilterBar(): ReactElement {
  const search = useSearch({ strict: false }) as WatchSearch;
  const change = useChangedSearch();
  const { data: pipelines = [] } = useQuery(pipelinesQuery);
  const [text, setText] = useState('');
  const suggestions = useId();
  const teams = [...new Set([...pipelines.map(({ team }) => team), textIn(search.team) ?? ''])];
  const picked = tagsIn(search.tag);
  return (
    <div className={styles.bar}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const tag = textIn(text.trim());
          if (tag !== undefined) change((old) => withTag(old, tag));
          setText('');
        }}
      >
        <input
          className={`${field.field} ${styles.tag}`}
          data-filter
          aria-label="Filter by tag, such as county:alpine"
          placeholder="Tag, such as county:alpine"
          list={suggestions}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <datalist id={suggestions}>
          {tagChoices(pipelines).map(({ tag, count }) => (
            <option key={tag} value={tag}>{`${count} pipeline${count === 1 ? '' : 's'}`}</option>
          ))}
        </datalist>
      </form>
      {teams.filter(Boolean).length > 1 && (
        <select
          className={field.field}
          aria-label="Team"
          value={search.team ?? ''}
          onChange={(event) => {
            const team = event.target.value;
            change(({ team: _, ...old }) => (team === '' ? old : { ...old, team }));
          }}
        >
          <option value="">All teams</option>
          {teams.filter(Boolean).map((team) => (
            <option key={team} value={team}>
              {printable(team)}
            </option>
          ))}
        </select>
      )}
      {picked.map((tag) => (
        <button
          key={tag}
          type="button"
          className={styles.picked}
          onClick={() => change((old) => withoutTag(old, tag))}
        >
          {printable(tag)}
          <Icon name="close" size={12} />
          <span className="sr-only">remove this filter</span>
        </button>
      ))}
    </div>
  );
}

/** Tags of pipelines with how many have each, the most frequent first. */
export function tagChoices(
  pipelines: readonly Pick<PipelineOverview, 'tags'>[],
): { tag: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { tags } of pipelines) {
    for (const [key, value] of Object.entries(tags)) {
      const tag = `${key}:${value}`;
      counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([tag, count]) => ({ tag, count }))
    .sort((a, b) => b.count - a.count || (a.tag < b.tag ? -1 : 1))
    .slice(0, OFFERED);
}

/** Keys of tags by which watched things can be grouped; `team` is always one. */
export function keyChoices(
  pipelines: readonly Pick<PipelineOverview, 'tags'>[],
  chosen: string,
): string[] {
  const keys = new Set(['team', chosen]);
  for (const { tags } of pipelines) for (const key of Object.keys(tags)) keys.add(key);
  return [...keys];
}
