/**
 * Event buses and who may do what with them.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import { type BusRecord, DEFAULT_BUS } from '../../../engine/features/rules/records.js';
import { type Call, timestamp } from '../call.js';
import { WireError } from '../wire-error.js';
import {
  alreadyExists,
  busNameOf,
  hasBus,
  invalid,
  knownBus,
  noBus,
  notFound,
  present,
  tooMany,
  withoutNulls,
} from './names.js';
import { pageOf } from './pages.js';
import { readTags } from './tags.js';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_BUSES = 100;
const MAX_POLICY_BYTES = 10_240;

export async function createEventBus({ engine, caller, request }: Call): Promise<object> {
  const { Name: bus } = request;
  const { buses, arns } = engine.eventResources;
  if (request.EventSourceName) {
    throw notFound(`Event source ${request.EventSourceName} does not exist.`);
  }
  if (bus.includes('/')) throw invalid("Event bus name must not contain '/'.");
  if (request.EventSourceName)
    throw notFound(`Event source ${request.EventSourceName} does not exist.`);
  const tags = readTags(request.Tags ?? []);
  await engine.changeEvents((turn) => {
    if (hasBus(engine.eventResources, caller.team, bus)) {
      throw alreadyExists(`Event bus ${bus} already exists.`);
    }
    if (buses.count(caller.team) >= MAX_BUSES) throw tooMany();
    const now = engine.now();
    const record = { createdAt: now, updatedAt: now, tags, ...attributesOf(request) };
    buses.put(turn, caller.team, bus, record);
  });
  return { EventBusArn: arns.bus(bus), ...shownAttributes(attributesOf(request)) };
}

export async function updateEventBus(call: Call): Promise<object> {
  const { engine, request } = call;
  const changed = attributesOf(request);
  const bus = await change(call, request.Name, (record) => ({ ...record, ...changed }));
  const record = engine.eventResources.buses.get(call.caller.team, bus);
  return { Arn: engine.eventResources.arns.bus(bus), Name: bus, ...shownAttributes(record ?? {}) };
}

export function describeEventBus(call: Call): object {
  const { engine, caller, request } = call;
  const bus = knownBus(call, request.Name);
  const { buses, arns } = engine.eventResources;
  const record = buses.get(caller.team, bus);
  return { Name: bus, Arn: arns.bus(bus), ...shownAttributes(record ?? {}), ...shown(record) };
}

export function listEventBuses({ engine, caller, request }: Call): object {
  const { buses, arns } = engine.eventResources;
  const own = buses.list(caller.team).map(({ name, value }) => ({ name, value }));
  const all: { name: string; value?: BusRecord }[] = own.some(({ name }) => name === DEFAULT_BUS)
    ? own
    : [...own, { name: DEFAULT_BUS }].sort((one, other) => (one.name < other.name ? -1 : 1));
  const wanted = all.filter(({ name }) => name.startsWith(request.NamePrefix ?? ''));
  const { items, rest } = pageOf('buses', wanted, ({ name }) => name, request);
  return {
    EventBuses: items.map(({ name, value }) => ({
      Name: name,
      Arn: arns.bus(name),
      ...present({ Description: value?.description }),
      ...shown(value),
    })),
    ...rest,
  };
}

export async function deleteEventBus({ engine, caller, request }: Call): Promise<object> {
  const bus = request.Name;
  const { buses, rules } = engine.eventResources;
  if (bus === DEFAULT_BUS) throw invalid('Cannot delete event bus default.');
  await engine.changeEvents((turn) => {
    if (rules.list(caller.team).some(({ value }) => value.bus === bus)) {
      throw invalid(`Event bus ${bus} can't be deleted since it has rules.`);
    }
    if (buses.get(caller.team, bus)) buses.put(turn, caller.team, bus, undefined);
  });
  return {};
}

/** Adds a statement, or takes a whole document. It is kept and given back: what acts is which team a key belongs to. */
export async function putPermission(call: Call): Promise<object> {
  const { engine, request } = call;
  const { Policy, StatementId, Action, Principal, Condition } = request;
  const given = [StatementId, Action, Principal].filter((member) => member);
  if (Policy ? given.length > 0 || Condition : given.length < 3) {
    throw invalid('Provide either a policy or the parameters action, principal and statementId.');
  }
  const document = Policy ? readPolicy(Policy) : undefined;
  await change(call, request.EventBusName, (record, bus) => {
    const policy = document ?? {
      Version: '2012-10-17',
      Statement: [
        ...statementsOf(record).filter(({ Sid }) => Sid !== StatementId),
        {
          Sid: StatementId,
          Effect: 'Allow',
          Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
          Action,
          Resource: engine.eventResources.arns.bus(bus),
          ...(Condition
            ? { Condition: { [Condition.Type]: { [Condition.Key]: Condition.Value } } }
            : {}),
        },
      ],
    };
    checkPolicyLength(policy);
    return { ...record, policy };
  });
  return {};
}

export async function removePermission(call: Call): Promise<object> {
  const { StatementId, RemoveAllPermissions } = call.request;
  if (!RemoveAllPermissions && !StatementId) throw invalid('Parameter StatementId is required.');
  await change(call, call.request.EventBusName, (record) => {
    const { policy, ...bare } = record;
    if (RemoveAllPermissions) return bare;
    const before = statementsOf(record);
    const Statement = before.filter(({ Sid }) => Sid !== StatementId);
    if (Statement.length === before.length) {
      throw notFound('Statement with the provided id does not exist.');
    }
    return Statement.length === 0 ? bare : { ...bare, policy: { ...policy, Statement } };
  });
  return {};
}

/** Answers the name of the bus. */
async function change(
  { engine, caller }: Call,
  nameOrArn: string | null | undefined,
  act: (record: BusRecord, bus: string) => BusRecord,
): Promise<string> {
  const bus = busNameOf(nameOrArn);
  const { buses } = engine.eventResources;
  await engine.changeEvents((turn) => {
    if (!hasBus(engine.eventResources, caller.team, bus)) throw noBus(bus);
    const record = buses.get(caller.team, bus) ?? { tags: {} };
    buses.put(turn, caller.team, bus, { ...act(record, bus), updatedAt: engine.now() });
  });
  return bus;
}

function attributesOf(request: Call['request']): Partial<BusRecord> {
  const { Description, KmsKeyIdentifier, DeadLetterConfig, LogConfig } = request;
  return withoutNulls({
    ...(Description ? { description: Description } : {}),
    ...(KmsKeyIdentifier ? { kmsKeyIdentifier: KmsKeyIdentifier } : {}),
    ...(DeadLetterConfig ? { deadLetterConfig: DeadLetterConfig } : {}),
    ...(LogConfig ? { logConfig: LogConfig } : {}),
  });
}

function shownAttributes(record: Partial<BusRecord>): object {
  return present({
    Description: record.description,
    KmsKeyIdentifier: record.kmsKeyIdentifier,
    DeadLetterConfig: record.deadLetterConfig,
    LogConfig: record.logConfig,
  });
}

function shown({ createdAt, updatedAt, policy }: BusRecord = { tags: {} }): object {
  return present({
    Policy: policy && JSON.stringify(policy),
    CreationTime: createdAt && timestamp(createdAt),
    LastModifiedTime: updatedAt && timestamp(updatedAt),
  });
}

function statementsOf({ policy }: BusRecord): JsonObject[] {
  const statements = policy?.Statement;
  return (Array.isArray(statements) ? statements : []).filter(isStatement);
}

function isStatement(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readPolicy(text: string): JsonObject {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    throw invalid('Parameter Policy is not valid. Reason: it is not JSON.');
  }
  const statements = isStatement(parsed) ? parsed.Statement : undefined;
  if (!isStatement(parsed) || !Array.isArray(statements) || !statements.every(isStatement)) {
    throw invalid('Parameter Policy is not valid. Reason: it has no list of statements.');
  }
  checkPolicyLength(parsed);
  return parsed;
}

function checkPolicyLength(policy: JsonObject): void {
  if (Buffer.byteLength(JSON.stringify(policy)) > MAX_POLICY_BYTES) {
    throw new WireError(
      'PolicyLengthExceededException',
      `The event bus policy is too long: at most ${MAX_POLICY_BYTES} bytes.`,
    );
  }
}
