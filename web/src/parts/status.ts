/**
 * Statuses of executions and states: each has a word, a tone and an icon of its own shape.
 * @module
 */
import type {
  Alert,
  BoardGroup,
  Channel,
  CheckResult,
  Comparison,
  Delivery,
  ExecutionStatus,
  Incident,
  StandingExpectation,
  VisitStatus,
} from '../api/types.js';

/** How something that is watched stands. */
export type Tile = BoardGroup['tile'];
export type CheckStatus = CheckResult['status'];
export type ExpectationState = StandingExpectation['state'];
export type AlertLevel = Alert['level'];
export type Status =
  | ExecutionStatus
  | VisitStatus
  | Tile
  | ExpectationState
  | AlertLevel
  | Incident['status']
  | Delivery['status']
  | Channel['state']
  | NonNullable<Comparison['verdict']>
  | Comparison['state']
  | 'promoting'
  | 'foreseen';

/** Which colours a status takes (`tokens.css`). */
export type Tone = 'ok' | 'fail' | 'run' | 'warn' | 'miss' | 'off';

const WORDS: { [status in Status]: { word: string; tone: Tone } } = {
  RUNNING: { word: 'running', tone: 'run' },
  SUCCEEDED: { word: 'succeeded', tone: 'ok' },
  FAILED: { word: 'failed', tone: 'fail' },
  TIMED_OUT: { word: 'timed out', tone: 'fail' },
  ABORTED: { word: 'stopped', tone: 'off' },
  running: { word: 'running', tone: 'run' },
  waiting: { word: 'waiting', tone: 'run' },
  retrying: { word: 'retrying', tone: 'warn' },
  succeeded: { word: 'succeeded', tone: 'ok' },
  failed: { word: 'failed', tone: 'fail' },
  caught: { word: 'caught', tone: 'warn' },
  aborted: { word: 'stopped', tone: 'off' },
  OK: { word: 'OK', tone: 'ok' },
  WARNING: { word: 'warning', tone: 'warn' },
  CRITICAL: { word: 'critical', tone: 'fail' },
  'NO DATA': { word: 'no data', tone: 'miss' },
  MISSING: { word: 'missing', tone: 'miss' },
  LATE: { word: 'late', tone: 'warn' },
  UNKNOWN: { word: 'unknown', tone: 'off' },
  EXPECTED: { word: 'as expected', tone: 'ok' },
  DUE: { word: 'due', tone: 'run' },
  foreseen: { word: 'foreseen', tone: 'warn' },
  OPEN: { word: 'open', tone: 'fail' },
  ACKNOWLEDGED: { word: 'acknowledged', tone: 'run' },
  RESOLVED: { word: 'resolved', tone: 'ok' },
  PENDING: { word: 'not yet sent', tone: 'run' },
  DELIVERED: { word: 'delivered', tone: 'ok' },
  FOLDED: { word: 'told with others', tone: 'off' },
  DEAD: { word: 'given up', tone: 'fail' },
  working: { word: 'working', tone: 'ok' },
  failing: { word: 'failing', tone: 'fail' },
  unused: { word: 'never used', tone: 'off' },
  won: { word: 'won', tone: 'ok' },
  lost: { word: 'lost', tone: 'fail' },
  undecided: { word: 'undecided', tone: 'warn' },
  comparing: { word: 'comparing', tone: 'run' },
  made: { word: 'compared', tone: 'ok' },
  promoting: { word: 'being promoted', tone: 'run' },
  dropped: { word: 'ended', tone: 'off' },
  'ARRIVED LATE': { word: 'arrived late', tone: 'warn' },
};

/** @example statusWord('TIMED_OUT') // 'timed out' */
export function statusWord(status: Status): string {
  return WORDS[status].word;
}

/** @example statusTone('FAILED') // 'fail' */
export function statusTone(status: Status): Tone {
  return WORDS[status].tone;
}

/** True for an execution that ended and not well: it can be redriven. */
export function canRedrive(status: ExecutionStatus): boolean {
  return status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED';
}
