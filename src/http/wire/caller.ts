/**
 * Who calls an operation of AWS's APIs, and whose things it sees: the one place where an access key becomes a scope.
 * @module
 */
import type { View } from '../../engine/engine.js';
import type { Role } from '../../engine/kernel/roles.js';
import { type OneTeam, ofTeam, type Scope } from '../../engine/kernel/scope.js';

export interface Caller {
  /** Empty for this server's own tasks, which sign nothing. */
  accessKeyId: string;
  role: Role;
  /** The team that it is of, which AWS calls its account: what it makes belongs to it. */
  own: OneTeam;
  /** What it sees of what is found by its ARN alone: Step Functions. */
  scope: Scope;
}

/** @param scope default: the things of its team, and no others */
export function callerOf(
  { team, accessKeyId, role }: { team: string; accessKeyId: string; role: Role },
  scope: Scope = ofTeam(team),
): Caller {
  return { accessKeyId, role, own: ofTeam(team), scope };
}

/** Programs compute with what they read; who may only look sees no secrets. */
export function viewOf({ role }: Caller): View {
  return role === 'viewer' ? 'masked' : 'original';
}
