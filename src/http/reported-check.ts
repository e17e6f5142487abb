/**
 * A check as the engine takes it, of what somebody reports: by the API, or by a step of a pipeline.
 * @module
 */
import type { CheckReport } from '../api/checks.js';
import type { Engine } from '../engine/engine.js';
import { ownSubject } from '../monitoring/subject.js';

/** @example checkOf(engine, 'parcels', { name: 'permits', status: 'OK' }) */
export function checkOf(
  { arns }: Pick<Engine, 'arns'>,
  team: string,
  { name, subject, tags = {}, ...told }: CheckReport,
): Parameters<Engine['checks']['report']>[1] {
  const { accountId: account, region } = arns.identity;
  const own = ownSubject({ account, region }, 'check', team, name);
  return { subject: subject === undefined ? own : { ...subject, name }, tags, ...told };
}
