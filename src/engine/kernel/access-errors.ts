/**
 * Errors about who may do what: secrets, users and accounts.
 * @module
 */
import type { EngineErrorEntry } from './error-entry.js';

export type AccessErrorKind =
  | 'SecretNotFound'
  | 'SecretAmbiguous'
  | 'InvalidSecret'
  | 'TooManySecrets'
  | 'UserNotFound'
  | 'UserWithoutRole'
  | 'UserTaken'
  | 'TooManyUsers'
  | 'AccountNotFound';

export const ACCESS_ERRORS: { readonly [kind in AccessErrorKind]: Readonly<EngineErrorEntry> } = {
  SecretNotFound: {
    code: 'MILL3300',
    status: 404,
    message: "There is no secret '{secret}'.",
    fix: 'List them with `millrace secret list`.',
  },
  SecretAmbiguous: {
    code: 'MILL3301',
    status: 409,
    message: "Several teams have a secret '{secret}': {teams}.",
    fix: 'Name the team: `--team NAME`, or `?team=NAME` in the address.',
  },
  InvalidSecret: {
    code: 'MILL3302',
    status: 400,
    message: "The value of '{secret}' {problem}.",
    fix: 'Give a text of 8 to 65,536 bytes, for example a token as its service has issued it.',
  },
  TooManySecrets: {
    code: 'MILL3303',
    status: 409,
    message:
      "The team '{team}' has {limit} secrets, or the server has 5,000: no more are possible.",
    fix: 'Remove those that nobody uses: `millrace secret remove NAME`.',
  },
  UserNotFound: {
    code: 'MILL3310',
    status: 404,
    message: "There is no user '{user}'.",
    fix: 'List them with `millrace user list`.',
  },
  UserWithoutRole: {
    code: 'MILL3311',
    status: 400,
    message: "The user '{user}' would have no role in any team.",
    fix: 'Give one, or remove the user: `millrace user remove NAME`.',
  },
  UserTaken: {
    code: 'MILL3312',
    status: 403,
    message: "There is another user '{user}' already, who does not log in by this provider.",
    fix: 'Ask somebody who administers this server to remove that user, then log in again.',
  },
  TooManyUsers: {
    code: 'MILL3313',
    status: 409,
    message: 'There are {limit} users, and no more are possible.',
    fix: 'Remove those who are gone: `millrace user remove NAME`.',
  },
  AccountNotFound: {
    code: 'MILL3320',
    status: 404,
    message: "There is no account '{account}'.",
    fix: 'List them with `millrace accounts list`; the accounts file says which teams may use one.',
  },
};
