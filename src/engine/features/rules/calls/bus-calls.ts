/**
 * `engine.buses`: event buses of teams, and who may do what with them. A policy is kept and given back: what acts is which
 * team a caller is of.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../../../asl/json.js';
import type { Tags } from '../../../../store/store.js';
import { EngineError } from '../../../kernel/errors.js';
import { DEFAULT_BUS } from '../../../kernel/event-arns.js';
import { type OneTeam, teamOf } from '../../../kernel/scope.js';
import type { BusRecord } from '../records.js';
import { type CallParts, knownBus } from './call-parts.js';
import { checkTagCount, EVENT_QUOTAS, expectRoom } from './quotas.js';

export type BusDetail = BusRecord & { name: string; arn: string };

/** What may be said of a bus when it is made or changed. */
export type BusAttributes = Pick<
  BusRecord,
  'description' | 'kmsKeyIdentifier' | 'deadLetterConfig' | 'logConfig'
>;

/** Lets somebody do something with a bus. */
export interface BusPermission {
  id: string;
  action: string;
  /** Twelve digits, or `*`. */
  principal: string;
  condition?: { type: string; key: string; value: string };
}

/** A bus is named by its name or ARN; without either the default one is meant. All throw EventBusNotFound. */
export interface BusCalls {
  /** Throws EventBusNameRefused, EventTagsRefused, EventBusExists, EventQuotaReached. */
  create(scope: OneTeam, name: string, bus: BusAttributes & { tags: Tags }): Promise<BusDetail>;
  /** What is given takes the place of what was. */
  update(scope: OneTeam, bus: string | undefined, change: BusAttributes): Promise<BusDetail>;
  describe(scope: OneTeam, bus: string | undefined): BusDetail;
  /** By name, the default one among them. */
  list(scope: OneTeam): BusDetail[];
  /** One that is not there stays so. Throws EventBusFixed, EventBusInUse. */
  delete(scope: OneTeam, name: string): Promise<void>;
  /** Adds a statement, or takes a whole document. Throws EventBusPolicyTooLong. */
  putPermission(
    scope: OneTeam,
    bus: string | undefined,
    permission: BusPermission | { policy: JsonObject },
  ): Promise<void>;
  /** @param statement its id, or all of them. Throws EventBusStatementNotFound. */
  removePermission(
    scope: OneTeam,
    bus: string | undefined,
    statement: { id: string } | 'all',
  ): Promise<void>;
}

export function busCalls(parts: CallParts): BusCalls {
  const { kernel, resources } = parts;
  const { buses, rules, arns } = resources;
  const now = (): number => kernel.time.now();
  const detailOf = (name: string, record: BusRecord | undefined): BusDetail => {
    return { ...(record ?? { tags: {} }), name, arn: arns.bus(name) };
  };

  /** Answers the bus as it is then. */
  function change(
    scope: OneTeam,
    named: string | undefined,
    act: (record: BusRecord, bus: string) => BusRecord,
  ): Promise<BusDetail> {
    const team = teamOf(scope);
    return parts.change((turn) => {
      const bus = knownBus(parts, team, named);
      const before = buses.get(team, bus) ?? { tags: {} };
      const after = { ...act(before, bus), updatedAt: now() };
      buses.put(turn, team, bus, after);
      return detailOf(bus, after);
    });
  }

  return {
    async create(scope, name, bus) {
      const team = teamOf(scope);
      if (name.includes('/')) throw new EngineError('EventBusNameRefused', { bus: name });
      checkTagCount(bus.tags);
      return parts.change((turn) => {
        if (resources.hasBus(team, name)) throw new EngineError('EventBusExists', { bus: name });
        expectRoom('buses', buses.count(team));
        const at = now();
        const record = { createdAt: at, updatedAt: at, ...bus };
        buses.put(turn, team, name, record);
        return detailOf(name, record);
      });
    },
    update: (scope, bus, changed) => change(scope, bus, (record) => ({ ...record, ...changed })),
    describe(scope, named) {
      const bus = knownBus(parts, teamOf(scope), named);
      return detailOf(bus, buses.get(teamOf(scope), bus));
    },
    list(scope) {
      const own = buses.list(teamOf(scope)).map(({ name, value }) => detailOf(name, value));
      return own.some(({ name }) => name === DEFAULT_BUS)
        ? own
        : [...own, detailOf(DEFAULT_BUS, undefined)].sort((one, other) =>
            one.name < other.name ? -1 : 1,
          );
    },
    async delete(scope, bus) {
      const team = teamOf(scope);
      if (bus === DEFAULT_BUS) throw new EngineError('EventBusFixed', { bus });
      await parts.change((turn) => {
        if (rules.list(team).some(({ value }) => value.bus === bus)) {
          throw new EngineError('EventBusInUse', { bus });
        }
        if (buses.get(team, bus)) buses.put(turn, team, bus, undefined);
      });
    },
    async putPermission(scope, named, permission) {
      const document = 'policy' in permission ? permission.policy : undefined;
      if (document) checkLength(document);
      await change(scope, named, (record, bus) => {
        const policy =
          'policy' in permission ? permission.policy : added(record, permission, arns.bus(bus));
        checkLength(policy);
        return { ...record, policy };
      });
    },
    async removePermission(scope, named, statement) {
      await change(scope, named, (record) => {
        const { policy, ...bare } = record;
        if (statement === 'all') return bare;
        const before = statementsOf(record);
        const Statement = before.filter(({ Sid }) => Sid !== statement.id);
        if (Statement.length === before.length) throw new EngineError('EventBusStatementNotFound');
        return Statement.length === 0 ? bare : { ...bare, policy: { ...policy, Statement } };
      });
    },
  };
}

/** The policy with one more statement, which takes the place of the one of that id. */
function added(
  record: BusRecord,
  { id, action, principal, condition }: BusPermission,
  arn: string,
): JsonObject {
  return {
    Version: '2012-10-17',
    Statement: [
      ...statementsOf(record).filter(({ Sid }) => Sid !== id),
      {
        Sid: id,
        Effect: 'Allow',
        Principal: principal === '*' ? '*' : { AWS: `arn:aws:iam::${principal}:root` },
        Action: action,
        Resource: arn,
        ...(condition
          ? { Condition: { [condition.type]: { [condition.key]: condition.value } } }
          : {}),
      },
    ],
  };
}

function statementsOf({ policy }: BusRecord): JsonObject[] {
  const statements: Json | undefined = policy?.Statement;
  return (Array.isArray(statements) ? statements : []).filter(isObject);
}

function checkLength(policy: JsonObject): void {
  const limit = EVENT_QUOTAS.policyBytes;
  if (Buffer.byteLength(JSON.stringify(policy)) > limit) {
    throw new EngineError('EventBusPolicyTooLong', { limit });
  }
}
