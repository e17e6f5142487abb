/**
 * What the address of the page about checks and expectations says.
 * @module
 */
import type { StandingExpectation } from '../api/types.js';
import { type Subject, subjectId, subjectName } from '../format/subject.js';
import type { CheckStatus, ExpectationState } from '../parts/status.js';
import { textIn, type WatchSearch, watchSearch } from '../watch/watch-search.js';

export interface ChecksSearch extends WatchSearch {
  /** Absent: expectations. */
  tab?: 'results';
  pipeline?: string;
  /** A search in the one grammar. */
  q?: string;
  /** Of expectations. */
  state?: ExpectationState;
  /** Of results. */
  status?: CheckStatus;
  /** The expectation that is explained. */
  open?: string;
}

export const STATES: readonly ExpectationState[] = [
  'MISSING',
  'LATE',
  'DUE',
  'ARRIVED LATE',
  'EXPECTED',
];
export const CHECK_STATUSES: readonly CheckStatus[] = ['CRITICAL', 'WARNING', 'OK', 'UNKNOWN'];
const LONGEST_ID = 2_000;
const LONGEST_SEARCH = 2_000;

/** Takes what it knows from an address and leaves out the rest. */
export function checksSearch(search: { [name: string]: unknown }): ChecksSearch {
  const pipeline = textIn(search.pipeline);
  const state = STATES.find((one) => one === search.state);
  const status = CHECK_STATUSES.find((one) => one === search.status);
  const { open, q } = search;
  return {
    ...(search.tab === 'results' ? { tab: 'results' as const } : {}),
    ...watchSearch(search),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(q === undefined || q === '' ? {} : { q: String(q).slice(0, LONGEST_SEARCH) }),
    ...(state === undefined ? {} : { state }),
    ...(status === undefined ? {} : { status }),
    ...(typeof open === 'string' && open !== '' ? { open: open.slice(0, LONGEST_ID) } : {}),
  };
}

/** A text that no other expectation has. */
export function expectationId({ team, subject, sentence }: StandingExpectation): string {
  return `${team} ${subjectId(subject)} ${sentence}`;
}

/** Where results of something are listed that has no execution of its own. */
export function checkLink(subject: Subject): { to: '/checks'; search: ChecksSearch } {
  const isPipeline = subject.provider === 'millrace' && subject.kind === 'pipeline';
  return {
    to: '/checks',
    search: { tab: 'results', ...(isPipeline ? { pipeline: subjectName(subject) } : {}) },
  };
}
