/**
 * Looks for secrets in what a turn is about to write, before it is written.
 *
 * Everything that comes into an execution (its input, results, values of expressions) shows in its history, so new events
 * are all that is looked at. An execution in which a secret was seen carries its values from then on: they are masked
 * wherever they turn up in it, and what the store keeps of it is sealed (sealed-store.ts). What it computes with stays as
 * it is: only what is told of it changes.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import type { HistoryEvent } from '../../../asl/transition.js';
import type { SecretRegistry } from '../../../secrets/secret-registry.js';
import { SecretValues } from '../../../secrets/secret-values.js';
import type { ActiveExecution } from '../active-execution.js';
import type { PendingWrite, Turn } from '../turn.js';

/** Payloads in which nothing was found: the output of a state is the input of the next. */
const harmless = new WeakSet<object>();

/** Details that the engine writes itself: names of states, ARNs, sizes. */
const STRUCTURE: ReadonlySet<string> = new Set(
  ['name', 'resource', 'resourceType', 'region', 'inputDetails', 'outputDetails', 'index'].concat(
    ['assignedVariablesDetails', 'timeoutInSeconds', 'heartbeatInSeconds', 'length', 'mapRunArn'],
    ['roleArn', 'redriveCount', 'stateMachineVersionArn', 'stateMachineAliasArn', 'workerName'],
  ),
);

/** Finds the secrets of a turn's executions, and says how their new events are shown. */
export function maskTurn(turn: Turn, secrets: SecretRegistry): void {
  for (const write of turn.writes.values()) maskWrite(write, secrets);
  for (const pending of turn.rows.values()) {
    if (pending.secretsOf === undefined) continue;
    const execution = turn.writes.get(pending.secretsOf)?.active;
    if (execution?.secrets !== undefined) pending.isSecret = true;
  }
}

/** The same for one execution; again, it finds what has come since. */
export function maskWrite(write: PendingWrite, secrets: SecretRegistry): void {
  const { active, history } = write;
  let isNew = !active.isStored && look(active, beginningOf(active), secrets);
  for (const event of history) if (look(active, event.details, secrets)) isNew = true;
  if (active.secrets === undefined) return;
  const own = active.secrets;
  write.shown = history.map((event) => maskEvent(event, secrets, own));
  if (isNew && active.isStored) rewrite(write);
}

/** The event as it is shown; the same object when nothing in it is secret. */
export function maskEvent(
  event: HistoryEvent,
  secrets: SecretRegistry,
  own: SecretValues | undefined,
): HistoryEvent {
  const details = secrets.json(event.details, own);
  return details === event.details ? event : { ...event, details };
}

/** What an execution that has not begun was given: its history does not tell yet. */
function beginningOf({ creation }: ActiveExecution): JsonObject {
  const { Execution, Map: map } = creation.context;
  return { input: Execution.Input, ...(map === undefined ? {} : { item: map.Item.Value }) };
}

/** Notes the secrets in an event's details. True when the execution had none before. */
function look(active: ActiveExecution, details: JsonObject, secrets: SecretRegistry): boolean {
  let found: string[] | undefined;
  let isThere = false;
  const note = (secret: string): void => {
    found ??= [];
    found.push(secret);
  };
  for (const name in details) {
    if (STRUCTURE.has(name)) continue;
    const value = details[name] as Json;
    const isObject = typeof value === 'object' && value !== null;
    if (isObject && harmless.has(value)) continue;
    if (secrets.find(isObject ? value : { [name]: value }, note)) {
      isThere = true;
    } else if (isObject) harmless.add(value);
  }
  if (!isThere) return false;
  const isFirst = active.secrets === undefined;
  active.secrets ??= new SecretValues();
  for (const secret of found ?? []) active.secrets.add(secret);
  return isFirst;
}

/** What was stored before a secret was seen is written again, sealed. */
function rewrite(write: PendingWrite): void {
  const { active } = write;
  write.progressed = true;
  write.contextChanged = true;
  for (const thread of Object.values(active.state.threads)) {
    if (thread.id !== 0) write.threads.set(thread.id, thread);
  }
}
