/**
 * Errors about datasets.
 * @module
 */
import type { EngineErrorEntry } from './error-entry.js';

export type DataErrorKind =
  | 'DatasetNotFound'
  | 'DatasetAmbiguous'
  | 'DatasetVersionNotFound'
  | 'DatasetVersionRemoved'
  | 'DatasetVersionRefused'
  | 'TestRunVersionRemoved'
  | 'LineageEventRefused';

export const DATA_ERRORS: { readonly [kind in DataErrorKind]: Readonly<EngineErrorEntry> } = {
  DatasetNotFound: {
    code: 'MILL3401',
    status: 404,
    message: "There is no dataset '{name}'.",
    fix: 'List the datasets with `millrace data`.',
  },
  DatasetAmbiguous: {
    code: 'MILL3402',
    status: 409,
    message: "Several teams have a dataset '{name}': {teams}.",
    fix: 'Say which one: `--team NAME`, or `?team=NAME` in a request.',
  },
  DatasetVersionNotFound: {
    code: 'MILL3403',
    status: 404,
    message: "The dataset '{name}' has no version '{version}'.",
    fix: 'List its versions with `millrace data versions {name}`.',
  },
  DatasetVersionRemoved: {
    code: 'MILL3404',
    status: 410,
    message: "The files of version '{version}' of '{name}' are not kept any more.",
    fix: 'Keep more of them: `datasets: { {name}: { keep: { versions: 30 } } }`.',
  },
  DatasetVersionRefused: {
    code: 'MILL3405',
    status: 409,
    message: "Version '{version}' of '{name}' is {state}: it cannot be made current.",
    fix: 'Choose one that was published: `millrace data versions {name}`.',
  },
  TestRunVersionRemoved: {
    code: 'MILL3460',
    status: 410,
    message:
      "A test run wrote version '{version}' of '{name}': its files were kept for seven days, and are gone.",
    fix: 'Run it again: `millrace run {pipeline} --test-run`.',
  },
  LineageEventRefused: {
    code: 'MILL3406',
    status: 400,
    message: 'This is no event of OpenLineage that could be kept: {problems}.',
    fix: 'Send a RunEvent: https://openlineage.io/docs/spec/object-model',
  },
};
