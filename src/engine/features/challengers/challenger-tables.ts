/**
 * Tables of challengers: which candidate runs beside which version, what came of each comparison, and what was promoted over a file.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { RunOutcome, Verdict } from '../../../datasets/challenger/judge.js';
import { defineTable, type Table } from '../../../store/table.js';

/**
 * | state | meaning |
 * | --- | --- |
 * | running | challengers begin beside executions, or are compared |
 * | promoting | it has won, or somebody has said so: the candidate is about to become the current version |
 * | ended | nothing more begins; `verdict` and `reason` say why |
 */
export type ChallengeState = 'running' | 'promoting' | 'ended';

/** A candidate beside the current version of a pipeline. */
export interface ChallengeRow {
  number: number;
  team: string;
  pipeline: string;
  state: ChallengeState;
  /** Numbers of the records of both versions, and what people call them. */
  champion: number;
  championVersion: number;
  candidate: number;
  candidateVersion: number;
  /** Text of the candidate's file. */
  candidateText: string;
  /** Comparisons that must be decided. */
  target: number;
  /** As they were written. */
  rules: readonly string[];
  promote: 'by command' | 'automatically';
  backfills: 'without' | 'with';
  /** Challengers that have begun, and how comparisons came out. */
  begun: number;
  won: number;
  lost: number;
  undecided: number;
  verdict?: Verdict;
  /** Why it ended, where that is no verdict; why it was not promoted. */
  reason?: string;
  /** Milliseconds since the epoch. */
  at: number;
  startedBy: string;
  endedAt?: number;
  promotedAt?: number;
  promotedVersion?: number;
  promotedBy?: string;
}

export const CHALLENGES: Table<ChallengeRow> = defineTable<ChallengeRow>({
  name: 'challenges',
  columns: {
    number: 'integer',
    team: 'text',
    pipeline: 'text',
    state: 'text',
    champion: 'integer',
    championVersion: 'integer',
    candidate: 'integer',
    candidateVersion: 'integer',
    candidateText: 'text',
    target: 'integer',
    rules: 'json',
    promote: 'text',
    backfills: 'text',
    begun: 'integer',
    won: 'integer',
    lost: 'integer',
    undecided: 'integer',
    verdict: 'text?',
    reason: 'text?',
    at: 'integer',
    startedBy: 'text',
    endedAt: 'integer?',
    promotedAt: 'integer?',
    promotedVersion: 'integer?',
    promotedBy: 'text?',
  },
  key: ['number'],
  lists: [{ columns: ['state'] }, { columns: ['team'] }, { columns: ['team', 'pipeline'] }],
  migrations: [
    `CREATE TABLE challenges (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       pipeline TEXT NOT NULL,
       state TEXT NOT NULL,
       champion BIGINT NOT NULL,
       champion_version BIGINT NOT NULL,
       candidate BIGINT NOT NULL,
       candidate_version BIGINT NOT NULL,
       candidate_text TEXT NOT NULL,
       target BIGINT NOT NULL,
       rules TEXT NOT NULL,
       promote TEXT NOT NULL,
       backfills TEXT NOT NULL,
       begun BIGINT NOT NULL,
       won BIGINT NOT NULL,
       lost BIGINT NOT NULL,
       undecided BIGINT NOT NULL,
       verdict TEXT,
       reason TEXT,
       at BIGINT NOT NULL,
       started_by TEXT NOT NULL,
       ended_at BIGINT,
       promoted_at BIGINT,
       promoted_version BIGINT,
       promoted_by TEXT
     );
     CREATE INDEX challenges_by_state ON challenges (state, number);
     CREATE INDEX challenges_of_team ON challenges (team, number);
     CREATE INDEX challenges_of_pipeline ON challenges (team, pipeline, number);`,
  ],
});

/**
 * | state | meaning |
 * | --- | --- |
 * | running | one of both has not ended |
 * | comparing | both have, and what they wrote is compared |
 * | made | it is judged |
 * | dropped | the challenge ended before |
 */
export type ComparisonState = 'running' | 'comparing' | 'made' | 'dropped';

/** One execution of the current version, and the challenger beside it. */
export interface ComparisonRow {
  number: number;
  challenge: number;
  state: ComparisonState;
  /** Numbers and ids of the executions; of the challenger absent where it did not begin. */
  champion: number;
  championId: string;
  challenger?: number;
  challengerId?: string;
  interval?: string;
  championOutcome?: RunOutcome;
  challengerOutcome?: RunOutcome;
  verdict?: Verdict;
  /** Outcomes of rules, datasets. */
  result?: Json;
  /** Milliseconds since the epoch. */
  at: number;
  madeAt?: number;
}

export const COMPARISONS: Table<ComparisonRow> = defineTable<ComparisonRow>({
  name: 'challenge_comparisons',
  columns: {
    number: 'integer',
    challenge: 'integer',
    state: 'text',
    champion: 'integer',
    championId: 'text',
    challenger: 'integer?',
    challengerId: 'text?',
    interval: 'text?',
    championOutcome: 'json?',
    challengerOutcome: 'json?',
    verdict: 'text?',
    result: 'json?',
    at: 'integer',
    madeAt: 'integer?',
  },
  key: ['number'],
  lists: [{ columns: ['challenge'] }, { columns: ['state'] }],
  migrations: [
    `CREATE TABLE challenge_comparisons (
       number INTEGER PRIMARY KEY,
       challenge BIGINT NOT NULL,
       state TEXT NOT NULL,
       champion BIGINT NOT NULL,
       champion_id TEXT NOT NULL,
       challenger BIGINT,
       challenger_id TEXT,
       interval TEXT,
       champion_outcome TEXT,
       challenger_outcome TEXT,
       verdict TEXT,
       result TEXT,
       at BIGINT NOT NULL,
       made_at BIGINT
     );
     CREATE INDEX challenge_comparisons_of ON challenge_comparisons (challenge, number);
     CREATE INDEX challenge_comparisons_by_state ON challenge_comparisons (state, number);`,
  ],
});

/** A promoted candidate whose pipeline's file still says what was before it. */
export interface PromotionRow {
  team: string;
  pipeline: string;
  challenge: number;
  /** Digests of what was current before, and of what was promoted. */
  replaced: string;
  promoted: string;
  at: number;
}

export const PROMOTIONS: Table<PromotionRow> = defineTable<PromotionRow>({
  name: 'promotions',
  columns: {
    team: 'text',
    pipeline: 'text',
    challenge: 'integer',
    replaced: 'text',
    promoted: 'text',
    at: 'integer',
  },
  key: ['team', 'pipeline'],
  migrations: [
    `CREATE TABLE promotions (
       team TEXT NOT NULL,
       pipeline TEXT NOT NULL,
       challenge BIGINT NOT NULL,
       replaced TEXT NOT NULL,
       promoted TEXT NOT NULL,
       at BIGINT NOT NULL,
       PRIMARY KEY (team, pipeline)
     );`,
  ],
});
