/**
 * What a request to start a test run asks for: a text that is to be tried becomes a candidate, an execution its number.
 *
 * A pipeline file says which programs run on this machine, so whoever sends one must be able to deploy one: who administers the
 * server.
 * @module
 */

import type { TestRunRequest } from '../engine/kernel/requests.js';
import { roleIn } from '../engine/kernel/roles.js';
import type { Problem } from '../pipelines/problem.js';
import type { Principal } from './authorize.js';
import { HttpError } from './errors.js';
import { findExecution } from './execution-id.js';
import { FieldProblems } from './problem.js';
import type { HttpServices } from './services.js';

/** As it is written in the body of a start. */
export interface WrittenTestRun {
  readonly pipeline: string;
  readonly candidate?: { readonly text: string } | undefined;
  readonly readsOf?: string | undefined;
}

/** Problems of a candidate that are told. */
const MOST_PROBLEMS = 50;

/**
 * @throws HttpError ServerForbidden; FieldProblems when the text is no version of the pipeline; EngineError when there is none
 */
export async function readTestRun(
  { engine, folder }: Pick<HttpServices, 'engine' | 'folder'>,
  principal: Principal,
  { pipeline, candidate, readsOf }: WrittenTestRun,
): Promise<TestRunRequest> {
  const { scope } = principal;
  const of = readsOf === undefined ? undefined : await findExecution(engine, scope, readsOf);
  const reads = of === undefined ? {} : { readsOf: of.number };
  if (candidate === undefined) return reads;
  const { team, name } = await engine.pipelines.describe(scope, pipeline);
  if (roleIn(principal.grants, '*') !== 'admin') throw new HttpError('ServerForbidden');
  if (folder === undefined) throw new HttpError('NoPipelineFolder');
  const read = await folder.readCandidate({ team, name }, candidate.text);
  if ('problems' in read) {
    throw new FieldProblems('CandidateRefused', read.problems.slice(0, MOST_PROBLEMS).map(fieldOf));
  }
  const { number } = await engine.pipelines.keepCandidate(read.deployment);
  return { ...reads, candidate: number };
}

function fieldOf({ file, line, column, code, message, fix }: Problem): {
  path: string;
  message: string;
} {
  const what = `${code} ${message}`;
  return {
    path: `${file}:${line}:${column}`,
    message: fix === undefined ? what : `${what} (${fix})`,
  };
}
