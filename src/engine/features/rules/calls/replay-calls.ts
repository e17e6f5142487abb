/**
 * `engine.replays`: the events of an archive once more on its bus.
 * @module
 */
import { EngineError } from '../../../kernel/errors.js';
import { ownResource } from '../../../kernel/event-arns.js';
import { type OneTeam, teamOf } from '../../../kernel/scope.js';
import type { Turn } from '../../../kernel/turn.js';
import type { ReplayRecord, ReplayState } from '../records.js';
import { type CallParts, refused } from './call-parts.js';
import { EVENT_QUOTAS, expectRoom } from './quotas.js';

export type ReplayDetail = ReplayRecord & { name: string; arn: string };

export interface NewReplay {
  name: string;
  description?: string;
  /** ARN of the archive. */
  source: string;
  /** Seconds since the epoch, both included. */
  from: number;
  to: number;
  /** ARN of the archive's bus, and of the only rules that get the events. */
  destination: { Arn: string; FilterArns?: readonly string[] };
}

export interface ReplayCalls {
  /** Throws EventParameterRefused, EventBusNotFound, EventReplayExists, EventQuotaReached. */
  start(scope: OneTeam, replay: NewReplay): Promise<ReplayDetail>;
  /** Throws EventReplayNotFound. */
  describe(scope: OneTeam, name: string): ReplayDetail;
  /** By name. */
  list(scope: OneTeam): ReplayDetail[];
  /** Throws EventReplayNotFound, EventReplayOver. */
  cancel(scope: OneTeam, name: string): Promise<ReplayDetail>;
}

/** The last second of the year 9999: no later time has an ISO 8601 text of four digits. */
const LAST_SECOND = 253_402_300_799;
const ACTIVE: ReadonlySet<ReplayState> = new Set(['STARTING', 'RUNNING', 'CANCELLING']);

export function replayCalls(parts: CallParts): ReplayCalls {
  const { kernel, rules, resources } = parts;
  const { replays, archives, arns } = resources;
  const detailOf = (name: string, replay: ReplayRecord): ReplayDetail => {
    return { ...replay, name, arn: arns.replay(name) };
  };
  const find = (scope: OneTeam, name: string): ReplayRecord => {
    const replay = replays.get(teamOf(scope), name);
    if (replay === undefined) throw new EngineError('EventReplayNotFound', { replay: name });
    return replay;
  };

  return {
    async start(scope, replay) {
      const team = teamOf(scope);
      const { name, description, source, from, to, destination } = replay;
      checkTimes(replay);
      const startedAt = kernel.time.now();
      return parts.change((turn) => {
        const { archive, bus } = placesOf(parts, team, replay);
        if (replays.get(team, name)) throw new EngineError('EventReplayExists', { replay: name });
        makeRoom(parts, turn, team);
        const filters = [...(destination.FilterArns ?? [])];
        const record: ReplayRecord = {
          state: 'STARTING',
          ...(description ? { description } : {}),
          source,
          archive,
          bus,
          destination: {
            Arn: destination.Arn,
            ...(filters.length > 0 ? { FilterArns: filters } : {}),
          },
          from: from * 1000,
          to: to * 1000,
          startedAt,
          position: archives.get(team, archive)?.after ?? 0,
          until: parts.lastEventNumber(),
        };
        replays.put(turn, team, name, record);
        turn.afterCommit(() => rules.replaysChanged());
        return detailOf(name, record);
      });
    },
    describe: (scope, name) => detailOf(name, find(scope, name)),
    list: (scope) => replays.list(teamOf(scope)).map(({ name, value }) => detailOf(name, value)),
    cancel: (scope, name) =>
      parts.change((turn) => {
        const replay = find(scope, name);
        if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') {
          throw new EngineError('EventReplayOver', { replay: name });
        }
        const record: ReplayRecord = { ...replay, state: 'CANCELLING' };
        replays.put(turn, teamOf(scope), name, record);
        return detailOf(name, record);
      }),
  };
}

function checkTimes({ from, to }: NewReplay): void {
  for (const [name, time] of Object.entries({ EventStartTime: from, EventEndTime: to })) {
    if (!(Math.abs(time) <= LAST_SECOND)) throw refused(name, 'It is no time.');
  }
  if (!(from < to)) {
    throw refused('EventEndTime', 'EventStartTime must be before EventEndTime.');
  }
}

/** One more may begin, and the oldest that has ended is forgotten when there are many. Throws EventQuotaReached. */
function makeRoom({ resources: { replays } }: CallParts, turn: Turn, team: string): void {
  const all = replays.list(team);
  expectRoom('activeReplays', all.filter(({ value }) => ACTIVE.has(value.state)).length);
  if (all.length < EVENT_QUOTAS.keptReplays) return;
  const ended = all.filter(({ value }) => !ACTIVE.has(value.state));
  const [oldest] = ended.sort((one, other) => one.value.startedAt - other.value.startedAt);
  if (oldest) replays.put(turn, team, oldest.name, undefined);
}

/** The archive and the bus that are meant. Throws EventParameterRefused, EventBusNotFound. */
function placesOf(
  { kernel, resources }: CallParts,
  team: string,
  { source, destination }: NewReplay,
): { archive: string; bus: string } {
  const { identity } = kernel.arns;
  const [, archive] = /:archive\/(.+)$/.exec(source) ?? [];
  if (archive === undefined) throw refused('EventSourceArn', 'Must contain an archive ARN.');
  const [, bus] = /^arn:.*:event-bus\/(.+)$/.exec(destination.Arn) ?? [];
  if (bus === undefined) throw refused('Destination.Arn', 'Must contain an event bus ARN.');
  const isOwn = ownResource(identity, destination.Arn, 'event-bus') === bus;
  if (!isOwn || !resources.hasBus(team, bus)) throw new EngineError('EventBusNotFound', { bus });
  const isOwnArchive = ownResource(identity, source, 'archive') === archive;
  const record = isOwnArchive ? resources.archives.get(team, archive) : undefined;
  if (record === undefined) throw refused('EventSourceArn', `Archive ${archive} does not exist.`);
  if (record.bus !== bus) {
    throw refused('Destination.Arn', 'Cross event bus replay is not permitted.');
  }
  const filters = destination.FilterArns ?? [];
  const prefix = resources.arns.rule(bus, '');
  const areRules = filters.every((arn) => arn.startsWith(prefix));
  if (filters.length > EVENT_QUOTAS.rulesOfReplay || !areRules) {
    throw refused('Destination.FilterArns', 'Must contain ARNs of rules of the event bus.');
  }
  return { archive, bus };
}
