/**
 * Compiles a digest of what happened: reads beside the main loop, and costs what happened in its window.
 * @module
 */

import type { CheckResult } from '../../../monitoring/check-result.js';
import { type Digest, type DigestMeans, digestOf } from '../../../monitoring/digest/digest.js';
import { type DigestWindow, type TalliedChange, Tally } from '../../../monitoring/digest/tally.js';
import type { Incident } from '../../../monitoring/incidents/incident.js';
import { parseSubjectKey, shortName } from '../../../monitoring/subject.js';
import { fitsTags, type TagChoice, type Tags } from '../../../monitoring/tags.js';
import { type Scope, sees } from '../../kernel/scope.js';

/** What a digest is made of, handed over by `compose.ts`. */
export interface DigestSources {
  /** The newest first; at most so many. */
  results(scope: Scope, window: DigestWindow, most: number): AsyncIterable<CheckResult>;
  changes(scope: Scope, window: DigestWindow, most: number): Promise<readonly ChangeLike[]>;
  /** Those that something may still become of. */
  incidents(): readonly Incident[];
  snoozedSince(incidents: readonly Incident[]): Promise<ReadonlyMap<number, number>>;
  means(scope: Scope, window: DigestWindow): Promise<DigestMeans>;
  foreseen(): Iterable<OutlookLike>;
  /** What watches and does not work, in words. */
  watcher(scope: Scope): readonly string[];
  /** Of costs; undefined: nothing is priced. */
  currency(): string | undefined;
}

export type ChangeLike = Omit<TalliedChange, 'subject'> & { readonly subject: string };

interface OutlookLike {
  readonly team: string;
  readonly subject: string;
  readonly tags: Tags;
  readonly sentence: string;
  readonly words: string;
  readonly state: string;
  readonly crossesAt?: number;
}

const NO_MEANS: DigestMeans = { opened: 0, resolved: 0 };

/** How a digest is put together. */
export interface DigestForm {
  /** The tag by whose values things are put together. Default: the team. */
  readonly group?: string | undefined;
  /** Only of what has these tags. Default: of everything. */
  readonly only?: TagChoice | undefined;
}

/** Results and changes that one digest reads. */
const MOST_RESULTS = 250_000;
const MOST_CHANGES = 20_000;

/**
 * @example await compileDigest(sources, ofTeam('parcels'), { from, to }, { group: 'county' })
 */
export async function compileDigest(
  sources: DigestSources,
  scope: Scope,
  window: DigestWindow,
  { group, only }: DigestForm,
): Promise<Digest> {
  const tally = new Tally(group);
  let counted = 0;
  for await (const result of sources.results(scope, window, MOST_RESULTS)) {
    counted += 1;
    if (fitsTags(only ?? {}, result.tags)) tally.result(result);
  }
  for (const { subject: key, ...change } of await sources.changes(scope, window, MOST_CHANGES)) {
    const subject = parseSubjectKey(key);
    if (subject !== undefined && fitsTags(only ?? {}, change.tags))
      tally.change({ ...change, subject });
  }
  const incidents = sources
    .incidents()
    .filter(({ team, tags }) => sees(scope, team) && fitsTags(only ?? {}, tags));
  const outlooks = [...sources.foreseen()]
    .filter(
      ({ team, state, tags }) =>
        state === 'foreseen' && sees(scope, team) && fitsTags(only ?? {}, tags),
    )
    .sort((a, b) => (a.crossesAt ?? 0) - (b.crossesAt ?? 0))
    .map(({ team, subject, sentence, words, crossesAt }) => {
      const parsed = parseSubjectKey(subject);
      return {
        ...{ team, sentence, words },
        name: parsed === undefined ? subject : shortName(parsed),
        ...(crossesAt === undefined ? {} : { crossesAt }),
      };
    });
  return digestOf({
    ...{ window, group, incidents, outlooks },
    lines: tally.lines(),
    snoozed: await sources.snoozedSince(incidents),
    // Counted by team, and not by what it was about.
    means: only === undefined ? await sources.means(scope, window) : NO_MEANS,
    watcher: sources.watcher(scope),
    cut: counted >= MOST_RESULTS ? counted : undefined,
    currency: sources.currency(),
  });
}
