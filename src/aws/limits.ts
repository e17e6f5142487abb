/**
 * How much is asked of AWS, and how long it is waited for.
 * @module
 */
import { BUDGET_LIMITS, type BudgetLimits } from './budgets.js';

export interface AwsLimits extends BudgetLimits {
  /** Milliseconds until a connection is there. Default: 10,000. */
  readonly connectMs: number;
  /** Milliseconds until a call has its answer. Default: 60,000. */
  readonly callMs: number;
  /** The same of calls that wait for work over there. Default: 910,000. */
  readonly longCallMs: number;
  /** How often a call is sent, at most. Default: 5. */
  readonly attempts: number;
  /** The first pause before it is sent again, and the longest, in milliseconds. Default: 200 and 20,000. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** Bytes of an answer. Default: 16 MiB. */
  readonly answerBytes: number;
  /** Clients that are kept. Default: 1,000. */
  readonly clients: number;
}

export const AWS_LIMITS: AwsLimits = {
  ...BUDGET_LIMITS,
  connectMs: 10_000,
  callMs: 60_000,
  longCallMs: 910_000,
  attempts: 5,
  firstPause: 200,
  longestPause: 20_000,
  answerBytes: 16_777_216,
  clients: 1_000,
};
