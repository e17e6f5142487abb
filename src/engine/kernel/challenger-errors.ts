/**
 * Errors about challengers.
 * @module
 */
import type { EngineErrorEntry } from './error-entry.js';

export type ChallengerErrorKind =
  | 'ChallengeExists'
  | 'ChallengeNotFound'
  | 'ChallengeRuleRefused'
  | 'ChallengeOver'
  | 'ChampionChanged'
  | 'CandidateIsCurrent';

export const CHALLENGER_ERRORS: {
  readonly [kind in ChallengerErrorKind]: Readonly<EngineErrorEntry>;
} = {
  ChallengeExists: {
    code: 'MILL3450',
    status: 409,
    message: "Challenge {number} of '{pipeline}' is still running.",
    fix: 'Wait for its verdict, or stop it: `millrace challenger stop NUMBER`.',
  },
  ChallengeNotFound: {
    code: 'MILL3451',
    status: 404,
    message: "There is no challenge '{number}'.",
    fix: 'List them with `millrace challenger`.',
  },
  ChallengeRuleRefused: {
    code: 'MILL3452',
    status: 400,
    message: 'A rule is not understood: {cause}.',
    fix: 'See the rules in the guide on challengers.',
  },
  ChallengeOver: {
    code: 'MILL3453',
    status: 409,
    message: 'Challenge {number} is over: {why}.',
    fix: 'Start another one: `millrace challenge NAME --file FILE`.',
  },
  ChampionChanged: {
    code: 'MILL3454',
    status: 409,
    message: "'{pipeline}' has another version than the one that was challenged.",
    fix: 'Challenge the version that is current: `millrace challenge NAME --file FILE`.',
  },
  CandidateIsCurrent: {
    code: 'MILL3455',
    status: 409,
    message: "The file says what the current version of '{pipeline}' is already.",
    fix: 'Change the file, and challenge again.',
  },
};
