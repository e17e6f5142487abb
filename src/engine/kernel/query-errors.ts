/**
 * Errors about reading data.
 * @module
 */
import type { EngineErrorEntry } from './error-entry.js';

export type QueryErrorKind =
  | 'QueryRefused'
  | 'QueryTableUnknown'
  | 'QueryFailed'
  | 'QueryTooLong'
  | 'QueryTooLarge'
  | 'DataUnreadable'
  | 'TooManyQueries'
  | 'DatasetVersionUnpublished'
  | 'DiffNothingBefore'
  | 'DiffColumnUnknown'
  | 'DiffStagesDiffer'
  | 'DiffTooLarge'
  | 'DiffTooLong'
  | 'TooManyDiffs';

export const QUERY_ERRORS: { readonly [kind in QueryErrorKind]: Readonly<EngineErrorEntry> } = {
  QueryRefused: {
    code: 'MILL3421',
    status: 400,
    message: 'The query is not run: {cause}.',
    fix: 'Write one query of datasets, such as: FROM "parcels/example" WHERE area > 5. Files cannot be named.',
  },
  QueryTableUnknown: {
    code: 'MILL3422',
    status: 404,
    message: "There is no dataset '{name}' that you may read.{others}",
    fix: 'Put names with a slash in double quotes, those of another team as "team:name", a version as "name@VERSION". `millrace data search` finds datasets.',
  },
  QueryFailed: {
    code: 'MILL3423',
    status: 400,
    message: 'The query fails: {cause}',
    fix: 'See the columns of a dataset with: DESCRIBE "name".',
  },
  QueryTooLong: {
    code: 'MILL3424',
    status: 422,
    message: 'The query was ended: {cause}.',
    fix: 'Ask for less: narrow it with WHERE, or read one version.',
  },
  QueryTooLarge: {
    code: 'MILL3425',
    status: 422,
    message: 'The query needs more memory than it may take, also with what it writes to disk.',
    fix: 'Ask for fewer columns or groups; large results belong into a pipeline.',
  },
  DataUnreadable: {
    code: 'MILL3426',
    status: 422,
    message: 'The data cannot be read: {cause}',
    fix: 'See what lies there: `millrace data show NAME@VERSION`.',
  },
  TooManyQueries: {
    code: 'MILL3427',
    status: 429,
    message: 'So many queries run already that no more is accepted.',
    fix: 'Try again in a moment.',
  },
  DatasetVersionUnpublished: {
    code: 'MILL3428',
    status: 409,
    message: "'{name}' is {state}: queries read what was published, and what test runs wrote.",
    fix: 'Look at its first rows instead: `millrace data preview NAME@VERSION`.',
  },
  DiffNothingBefore: {
    code: 'MILL3440',
    status: 404,
    message:
      "There is nothing to compare version '{version}' of '{name}' with: no version before it is kept.",
    fix: 'Name both: `millrace data diff NAME@VERSION VERSION`. List them with `millrace data versions NAME`.',
  },
  DiffColumnUnknown: {
    code: 'MILL3441',
    status: 400,
    message: 'The versions are not compared like that: {cause}',
    fix: 'Name columns as both versions have them; letters count as they are written.',
  },
  DiffStagesDiffer: {
    code: 'MILL3442',
    status: 400,
    message:
      "'{from}' is {fromStage} and '{to}' is {toStage}: files and rows are not compared with each other.",
    fix: 'Compare two versions of rows, or two of files.',
  },
  DiffTooLarge: {
    code: 'MILL3443',
    status: 422,
    message:
      'Comparing these versions needs more memory than it may take, also with what it writes to disk.',
    fix: 'Say a key (`--key`), or compare fewer columns (`--columns`).',
  },
  DiffTooLong: {
    code: 'MILL3444',
    status: 422,
    message: 'Comparing these versions was ended: {cause}.',
    fix: 'Say a key (`--key`), or compare fewer columns (`--columns`).',
  },
  TooManyDiffs: {
    code: 'MILL3445',
    status: 429,
    message: 'So many versions are compared already that no more is accepted.',
    fix: 'Try again in a moment.',
  },
};
