/**
 * Errors about test runs and candidates.
 * @module
 */
import type { EngineErrorEntry } from './error-entry.js';

export type TestRunErrorKind = 'TestRunName' | 'CandidateOfAnother' | 'NoTestRun';

export const TEST_RUN_ERRORS: { readonly [kind in TestRunErrorKind]: Readonly<EngineErrorEntry> } =
  {
    TestRunName: {
      code: 'MILL3430',
      status: 400,
      message: "'{name}' is no name for a test run: it could be the one that a trigger gives.",
      fix: 'Leave the name out, or begin it with `test-`.',
    },
    CandidateOfAnother: {
      code: 'MILL3431',
      status: 409,
      message: "What is to be tried is no version of '{pipeline}'.",
      fix: 'Try it as the pipeline that its file names.',
    },
    NoTestRun: {
      code: 'MILL3433',
      status: 409,
      message: "Execution '{execution}' is no test run.",
      fix: 'Start one: `millrace run NAME --test-run`.',
    },
  };
