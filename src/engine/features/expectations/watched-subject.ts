/**
 * What is watched by expectations: what is known of it now, what runs of it, and the expectations themselves.
 *
 * It is opened by an input that has read what the store knows. What is heard before that waits and is heard then: each fact
 * can be taken twice without harm.
 * @module
 */
import type { CheckResult } from '../../../monitoring/check-result.js';
import {
  type Expectation,
  type Sample,
  type Standing,
  samplesFor,
  type Watched,
} from '../../../monitoring/expectations/expectation.js';
import { type Subject, subjectKey } from '../../../monitoring/subject.js';
import type { PipelineRef } from '../../../store/store.js';

/** One expectation of a subject. */
export interface Kept {
  readonly of: WatchedSubject;
  readonly expectation: Expectation;
}

/** Where one stands, and when time alone changes something next. */
export interface Stood {
  readonly standing: Standing;
  readonly next?: number;
}

export interface WatchedSubject {
  readonly team: string;
  readonly subject: Subject;
  /** `subjectKey` of it. */
  readonly key: string;
  readonly tags: { readonly [tag: string]: string };
  /** Who declares it. */
  readonly pipeline?: PipelineRef;
  readonly owner?: string;
  /** By their sentences. */
  readonly kept: ReadonlyMap<string, Kept>;
  /** Earlier results that any of them asks for. */
  readonly samples: number;
  /** When what runs of it was begun, by the execution's number, the earliest first. */
  readonly running: Map<number, number>;
  /** What was heard before it was opened; undefined once it is. */
  waiting: (() => void)[] | undefined;
}

/** How many earlier results expectations ask for. */
export function mostSamples(expectations: Iterable<Expectation>): number {
  let most = 0;
  for (const one of expectations) most = Math.max(most, samplesFor(one));
  return most;
}

/** A result as expectations see it. */
export function sampleOf({ at, status, rows, bytes, files, duration, cost }: CheckResult): Sample {
  return {
    at,
    status,
    ...(rows === undefined ? {} : { rows }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(files === undefined ? {} : { files }),
    ...(duration === undefined ? {} : { duration }),
    ...(cost === undefined ? {} : { cost }),
  };
}

/** What is known with one more begin. */
export function withBegin(watched: Watched, at: number): Watched {
  return { ...watched, lastStart: Math.max(at, watched.lastStart ?? at) };
}

/** What is known with one more result. */
export function withResult(
  watched: Watched,
  sample: Sample,
  cause: string,
  isData: boolean,
  samples: number,
): Watched {
  const { at, status } = sample;
  const isGood = status === 'OK' || status === 'WARNING';
  const latest = (before: number | undefined): number => Math.max(at, before ?? at);
  const { last = { ...sample, cause } } = watched;
  const isLate = last.at > at;
  const recent = isLate
    ? [...watched.recent, sample].sort((a, b) => a.at - b.at)
    : [...watched.recent, sample];
  return {
    ...watched,
    // What is heard of late is not how it stands.
    last: isLate ? last : { ...sample, cause },
    lastEnd: latest(watched.lastEnd),
    ...(isGood ? { lastSuccess: latest(watched.lastSuccess) } : {}),
    ...(isData ? { lastData: latest(watched.lastData) } : {}),
    recent: samples === 0 ? watched.recent : recent.slice(-samples),
  };
}

/**
 * What was known when a standing was written: whatever has come since then was not heard of, for what is heard is in the same
 * commit as what comes of it. One that is as expected needs nothing more: what comes in time changes nothing.
 */
export function unheardBefore(watched: Watched, { state, since }: Standing): Watched {
  if (state === 'EXPECTED') return watched;
  const { lastStart, lastEnd, lastSuccess, lastData, ...rest } = watched;
  const heard = { lastStart, lastEnd, lastSuccess, lastData };
  const known = Object.entries(heard).filter(([, at]) => at !== undefined && at <= since);
  return { ...rest, ...Object.fromEntries(known) };
}

/** What is declared of a subject, before anything of it is known. */
export function watchedSubjectOf({
  team,
  subject,
  tags,
  pipeline,
  owner,
  expectations,
}: DeclaredSubject): WatchedSubject {
  const kept = new Map<string, Kept>();
  const of: WatchedSubject = {
    ...{ team, subject, tags, kept },
    key: subjectKey(subject),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(owner === undefined ? {} : { owner }),
    samples: mostSamples(expectations),
    running: new Map(),
    waiting: undefined,
  };
  for (const expectation of expectations) kept.set(expectation.sentence, { of, expectation });
  return of;
}

type DeclaredSubject = Pick<WatchedSubject, 'team' | 'subject' | 'tags' | 'pipeline' | 'owner'> & {
  readonly expectations: readonly Expectation[];
};
