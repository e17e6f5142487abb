/**
 * What clients declare of EventBridge: buses, rules with their targets, archives, replays, connections and API destinations.
 *
 * Every record belongs to one team and is kept as plain JSON. Times are milliseconds since the epoch.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import type { Tags } from '../../../store/store.js';

/** A bus of a team. The one named `default` is always there; it has a record only when something of it was changed. */
export type BusRecord = {
  createdAt?: number;
  updatedAt?: number;
  description?: string;
  tags: Tags;
  /** Statements of who may do what, kept and given back. */
  policy?: JsonObject;
  deadLetterConfig?: JsonObject;
  logConfig?: JsonObject;
  kmsKeyIdentifier?: string;
};

/** A target as a client wrote it: `Id`, `Arn` and what else AWS's Target has. */
export type TargetRecord = JsonObject & { Id: string; Arn: string };

export type RuleState = 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

export type RuleRecord = {
  bus: string;
  name: string;
  state: RuleState;
  /** The pattern's JSON text, as it was written. */
  eventPattern?: string;
  scheduleExpression?: string;
  description?: string;
  roleArn?: string;
  tags: Tags;
  targets: TargetRecord[];
  /** When its schedule began: a rate counts from here. */
  scheduledFrom?: number;
  /** Up to when fire times of its schedule were served. */
  served?: number;
};

/** A view on the stored events of a bus. */
export type ArchiveRecord = {
  bus: string;
  description?: string;
  eventPattern?: string;
  /** 0: for ever. */
  retentionDays: number;
  createdAt: number;
  kmsKeyIdentifier?: string;
  /** The last event that was stored before the archive was made: it holds those after it. */
  after: number;
};

export type ReplayState =
  | 'STARTING'
  | 'RUNNING'
  | 'CANCELLING'
  | 'COMPLETED'
  | 'CANCELLED'
  | 'FAILED';

export type ReplayRecord = {
  state: ReplayState;
  reason?: string;
  description?: string;
  /** ARN of the archive. */
  source: string;
  /** Name of the archive and of its bus. */
  archive: string;
  bus: string;
  /** ARN of the bus as it was given, and ARNs of the only rules that get the events. */
  destination: { Arn: string; FilterArns?: string[] };
  /** Events that happened from here to there, both included. */
  from: number;
  to: number;
  startedAt: number;
  endedAt?: number;
  /** Events up to this number were looked at. */
  position: number;
  /** Events after this number came after the start. */
  until: number;
  /** Time of the last event that was replayed. */
  lastReplayed?: number;
};

export type ConnectionRecord = {
  id: string;
  /** Part of the ARN under which AWS would keep the secret. */
  secretId: string;
  description?: string;
  authorizationType: string;
  state: string;
  reason?: string;
  /** What may be shown of AuthParameters. */
  parameters: JsonObject;
  /** All of AuthParameters, sealed: the store never sees the text. */
  sealed: string;
  createdAt: number;
  updatedAt: number;
  authorizedAt: number;
};

export type ApiDestinationRecord = {
  id: string;
  /** ARN of its connection. */
  connection: string;
  description?: string;
  endpoint: string;
  method: string;
  ratePerSecond: number;
  createdAt: number;
  updatedAt: number;
};

/** How a rule is found among those of its team. Names of rules have no slash, names of buses may. */
export function ruleKey(bus: string, rule: string): string {
  return `${bus}/${rule}`;
}
