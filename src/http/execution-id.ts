/**
 * The ways to name an execution: its id, the first characters of it, its number, `PIPELINE/NAME`, `latest`,
 * `latest-failed`, and both of these for one pipeline (`orders@latest`).
 * @module
 */
import type { Engine, ExecutionDetail, ListExecutions } from '../engine/engine.js';
import { EngineError } from '../engine/kernel/errors.js';
import type { Scope } from '../engine/kernel/scope.js';
import { HttpError } from './errors.js';

const FULL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PREFIX = /^[0-9a-f-]{4,35}$/;

/**
 * Finds an execution that the scope sees.
 * @throws EngineError ExecutionNotFound, also for one of another team
 * @throws HttpError AmbiguousId
 */
export async function findExecution(
  engine: Engine,
  scope: Scope,
  text: string,
): Promise<ExecutionDetail> {
  const id = await resolve(engine, scope, text);
  try {
    return await engine.executions.describe(scope, id);
  } catch (error) {
    // Told as it was asked: what a short form stands for is for those who may see it.
    const isMissing = error instanceof EngineError && error.kind === 'ExecutionNotFound';
    throw isMissing ? new EngineError('ExecutionNotFound', { execution: text }) : error;
  }
}

async function resolve(engine: Engine, scope: Scope, text: string): Promise<string> {
  const [, pipeline, alias] = /^(?:(.+)@)?(latest|latest-failed)$/.exec(text) ?? [];
  if (alias !== undefined) {
    const filter: ListExecutions = { limit: 1 };
    if (pipeline !== undefined) filter.pipeline = pipeline;
    if (alias === 'latest-failed') filter.status = 'FAILED';
    const { items } = await engine.executions.list(scope, filter);
    const found = items[0];
    if (found === undefined) throw new EngineError('ExecutionNotFound', { execution: text });
    return found.id;
  }
  if (FULL_ID.test(text) || text.includes('/')) return text;
  if (/^#?\d{1,15}$/.test(text)) return `#${text.replace('#', '')}`;
  if (!PREFIX.test(text)) throw new EngineError('ExecutionNotFound', { execution: text });
  const { items } = await engine.executions.list(scope, { limit: 1000, testRuns: 'with' });
  const matching = items.filter((item) => item.id.startsWith(text) || item.id.endsWith(text));
  if (matching.length > 1) throw new HttpError('AmbiguousId', { id: text });
  const found = matching[0];
  if (found === undefined) throw new EngineError('ExecutionNotFound', { execution: text });
  return found.id;
}
