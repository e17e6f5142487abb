/**
 * Replays: the events of an archive once more on its bus.
 * @module
 */
import { ownResource } from '../../../engine/features/rules/event-arns.js';
import type { ReplayRecord } from '../../../engine/features/rules/records.js';
import { type Call, timestamp } from '../call.js';
import { WireError } from '../wire-error.js';
import {
  alreadyExists,
  hasBus,
  invalid,
  invalidParameter,
  noBus,
  notFound,
  present,
  tooMany,
} from './names.js';
import { pageOf } from './pages.js';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_ACTIVE = 10;
/** Replays that are kept of a team: the oldest that have ended make room. */
const MAX_KEPT = 1_000;
/** The last second of the year 9999. */
const LAST_SECOND = 253_402_300_799;
/** Rules that a replay may be for. */
const MAX_FILTERS = 300;
const ACTIVE: ReadonlySet<string> = new Set(['STARTING', 'RUNNING', 'CANCELLING']);

export async function startReplay(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { ReplayName: name, Description, EventStartTime, EventEndTime, Destination } = request;
  const { replays, arns } = engine.eventResources;
  for (const [name, time] of Object.entries({ EventStartTime, EventEndTime })) {
    if (!(Math.abs(time) <= LAST_SECOND)) throw invalidParameter(name, 'It is no time.');
  }
  if (!(EventStartTime < EventEndTime)) {
    throw invalidParameter('EventEndTime', 'EventStartTime must be before EventEndTime.');
  }
  const startedAt = engine.now();
  await engine.changeEvents((turn) => {
    const { archive, bus } = readPlaces(call);
    if (replays.get(caller.team, name)) throw alreadyExists(`Replay ${name} already exists.`);
    const all = replays.list(caller.team);
    if (all.filter(({ value }) => ACTIVE.has(value.state)).length >= MAX_ACTIVE) throw tooMany();
    if (all.length >= MAX_KEPT) {
      const ended = all.filter(({ value }) => !ACTIVE.has(value.state));
      const [oldest] = ended.sort((one, other) => one.value.startedAt - other.value.startedAt);
      if (oldest) replays.put(turn, caller.team, oldest.name, undefined);
    }
    const filters: string[] = Destination.FilterArns ?? [];
    const position = engine.eventResources.archives.get(caller.team, archive)?.after ?? 0;
    replays.put(turn, caller.team, name, {
      state: 'STARTING',
      ...(Description ? { description: Description } : {}),
      source: request.EventSourceArn,
      archive,
      bus,
      destination: { Arn: Destination.Arn, ...(filters.length > 0 ? { FilterArns: filters } : {}) },
      from: EventStartTime * 1000,
      to: EventEndTime * 1000,
      startedAt,
      position,
      until: engine.lastEventNumber(),
    });
    engine.replayStarted(turn);
  });
  return {
    ReplayArn: arns.replay(name),
    State: 'STARTING',
    ReplayStartTime: timestamp(startedAt),
  };
}

/** The archive and the bus that the request means. Throws ValidationException, ResourceNotFoundException. */
function readPlaces({ engine, caller, request }: Call): { archive: string; bus: string } {
  const { identity } = engine.arns;
  const { archives, arns } = engine.eventResources;
  const { EventSourceArn, Destination } = request;
  const [, archive] = /:archive\/(.+)$/.exec(EventSourceArn) ?? [];
  if (archive === undefined) {
    throw invalidParameter('EventSourceArn', 'Must contain an archive ARN.');
  }
  const [, bus] = /^arn:.*:event-bus\/(.+)$/.exec(Destination.Arn) ?? [];
  if (bus === undefined) {
    throw invalidParameter('Destination.Arn', 'Must contain an event bus ARN.');
  }
  const isOwn = ownResource(identity, Destination.Arn, 'event-bus') === bus;
  if (!isOwn || !hasBus(engine.eventResources, caller.team, bus)) throw noBus(bus);
  const isOwnArchive = ownResource(identity, EventSourceArn, 'archive') === archive;
  const record = isOwnArchive ? archives.get(caller.team, archive) : undefined;
  if (record === undefined) {
    throw invalidParameter('EventSourceArn', `Archive ${archive} does not exist.`);
  }
  if (record.bus !== bus) {
    throw invalidParameter('Destination.Arn', 'Cross event bus replay is not permitted.');
  }
  const filters: string[] = Destination.FilterArns ?? [];
  const prefix = arns.rule(bus, '');
  if (filters.length > MAX_FILTERS || !filters.every((arn) => arn.startsWith(prefix))) {
    throw invalidParameter(
      'Destination.FilterArns',
      'Must contain ARNs of rules of the event bus.',
    );
  }
  return { archive, bus };
}

export function describeReplay(call: Call): object {
  const { ReplayName: name } = call.request;
  const replay = knownReplay(call, name);
  return {
    ReplayArn: call.engine.eventResources.arns.replay(name),
    ...present({ Description: replay.description }),
    Destination: replay.destination,
    ...shown(name, replay),
  };
}

export function listReplays({ engine, caller, request }: Call): object {
  const { NamePrefix, EventSourceArn, State } = request;
  if ([NamePrefix, EventSourceArn, State].filter((filter) => filter).length > 1) {
    throw invalid(
      'At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix.',
    );
  }
  const wanted = engine.eventResources.replays.list(caller.team).filter(({ name, value }) => {
    if (State && State !== value.state) return false;
    if (EventSourceArn && EventSourceArn !== value.source) return false;
    return name.startsWith(NamePrefix ?? '');
  });
  const { items, rest } = pageOf('replays', wanted, ({ name }) => name, request);
  return { Replays: items.map(({ name, value }) => shown(name, value)), ...rest };
}

export async function cancelReplay(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { ReplayName: name } = request;
  await engine.changeEvents((turn) => {
    const replay = knownReplay(call, name);
    if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') {
      throw new WireError(
        'IllegalStatusException',
        `Replay ${name} is not in a valid state for this operation.`,
      );
    }
    engine.eventResources.replays.put(turn, caller.team, name, { ...replay, state: 'CANCELLING' });
  });
  return { ReplayArn: engine.eventResources.arns.replay(name), State: 'CANCELLING' };
}

/** Throws ResourceNotFoundException. */
function knownReplay({ engine, caller }: Call, name: string): ReplayRecord {
  const replay = engine.eventResources.replays.get(caller.team, name);
  if (replay === undefined) throw notFound(`Replay ${name} does not exist.`);
  return replay;
}

function shown(name: string, replay: ReplayRecord): object {
  return present({
    ReplayName: name,
    EventSourceArn: replay.source,
    State: replay.state,
    StateReason: replay.reason,
    EventStartTime: timestamp(replay.from),
    EventEndTime: timestamp(replay.to),
    EventLastReplayedTime: replay.lastReplayed && timestamp(replay.lastReplayed),
    ReplayStartTime: timestamp(replay.startedAt),
    ReplayEndTime: replay.endedAt && timestamp(replay.endedAt),
  });
}
