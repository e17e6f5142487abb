/**
 * Notes in the audit log what clients of AWS's APIs ask for.
 * @module
 */
import type { AuditCalls } from '../../engine/features/audit/audit-log.js';
import { type Role, reaches } from '../../engine/kernel/roles.js';
import { teamOf } from '../../engine/kernel/scope.js';
import type { Caller } from './caller.js';

/** Signs of life, and polls of workers: they come for ever and change nothing. */
const QUIET: ReadonlySet<string> = new Set(['SendTaskHeartbeat', 'GetActivityTask']);
/** Members that name what is acted on. Never a value. */
const NAMING = /^(name|[a-z]+[A-Za-z]*Arn|[A-Z][A-Za-z]*Name|Name|[A-Z][A-Za-z]*Arn|member)$/;

/** Whether an operation is noted when it is done; refusals always are. */
export function isNoted(operation: string, needs: Role): boolean {
  return reaches(needs, 'operator') && !QUIET.has(operation);
}

/** What notes a call of an operation with its outcome. A failure is heard by whoever waits. */
export function noteOf(
  audit: AuditCalls,
  { accessKeyId, own }: Caller,
  address: string,
  act: string,
  request: { readonly [name: string]: unknown },
): (outcome: string) => Promise<void> {
  const named = Object.entries(request).flatMap(([name, value]) =>
    NAMING.test(name) && typeof value === 'string' ? [value] : [],
  );
  return (outcome) => {
    const noted = audit.note({
      actor: accessKeyId,
      team: teamOf(own),
      act,
      what: named.join(' '),
      outcome,
      address,
    });
    noted.catch(() => undefined);
    return noted;
  };
}
