/**
 * `engine.archives`: views on the stored events of a bus, as a client wants them kept.
 * @module
 */
import { EngineError } from '../../../kernel/errors.js';
import { type OneTeam, teamOf } from '../../../kernel/scope.js';
import type { ArchiveRecord } from '../records.js';
import { type CallParts, knownBus, refused } from './call-parts.js';
import { expectRoom } from './quotas.js';
import { checkPattern } from './rule-calls.js';

export type ArchiveDetail = ArchiveRecord & { name: string; arn: string; busArn: string };

/** What may be said of an archive when it is made or changed. */
export type ArchiveAttributes = Partial<
  Pick<ArchiveRecord, 'description' | 'eventPattern' | 'retentionDays' | 'kmsKeyIdentifier'>
>;

/** All throw EventArchiveNotFound where an archive is named. A source is the ARN of a bus: EventParameterRefused, EventBusNotFound. */
export interface ArchiveCalls {
  /** Throws EventPatternRefused, EventArchiveExists, EventQuotaReached. */
  create(
    scope: OneTeam,
    name: string,
    source: string,
    archive: ArchiveAttributes,
  ): Promise<ArchiveDetail>;
  /** What is given takes the place of what was. Throws EventPatternRefused. */
  update(scope: OneTeam, name: string, change: ArchiveAttributes): Promise<ArchiveDetail>;
  describe(scope: OneTeam, name: string): ArchiveDetail;
  /** By name. @param source only those of this bus */
  list(scope: OneTeam, source?: string): ArchiveDetail[];
  /** How many of the stored events it holds, and their bytes; counted up to some bound. */
  measure(scope: OneTeam, name: string): Promise<{ count: number; bytes: number }>;
  delete(scope: OneTeam, name: string): Promise<void>;
}

export function archiveCalls(parts: CallParts): ArchiveCalls {
  const { kernel, rules, resources } = parts;
  const { archives, arns } = resources;
  const detailOf = (name: string, archive: ArchiveRecord): ArchiveDetail => {
    return { ...archive, name, arn: arns.archive(name), busArn: arns.bus(archive.bus) };
  };
  const find = (scope: OneTeam, name: string): ArchiveRecord => {
    const archive = archives.get(teamOf(scope), name);
    if (archive === undefined) throw new EngineError('EventArchiveNotFound', { archive: name });
    return archive;
  };
  const busOf = (scope: OneTeam, source: string): string => {
    if (!/:event-bus\/(.+)$/.test(source)) {
      throw refused('EventSourceArn', 'Must contain an event bus ARN.');
    }
    return knownBus(parts, teamOf(scope), source);
  };

  return {
    async create(scope, name, source, { retentionDays = 0, ...archive }) {
      const team = teamOf(scope);
      if (archive.eventPattern) checkPattern(archive.eventPattern);
      const createdAt = kernel.time.now();
      return parts.change((turn) => {
        const bus = busOf(scope, source);
        if (archives.get(team, name))
          throw new EngineError('EventArchiveExists', { archive: name });
        expectRoom('archives', archives.count(team));
        const after = parts.lastEventNumber();
        const record = { bus, ...archive, retentionDays, createdAt, after };
        archives.put(turn, team, name, record);
        return detailOf(name, record);
      });
    },
    async update(scope, name, changed) {
      if (changed.eventPattern) checkPattern(changed.eventPattern);
      return parts.change((turn) => {
        const record = { ...find(scope, name), ...changed };
        archives.put(turn, teamOf(scope), name, record);
        return detailOf(name, record);
      });
    },
    describe: (scope, name) => detailOf(name, find(scope, name)),
    list(scope, source) {
      const bus = source === undefined ? undefined : busOf(scope, source);
      return archives
        .list(teamOf(scope))
        .filter(({ value }) => bus === undefined || value.bus === bus)
        .map(({ name, value }) => detailOf(name, value));
    },
    measure: (scope, name) => rules.measureArchive(teamOf(scope), name),
    async delete(scope, name) {
      await parts.change((turn) => {
        find(scope, name);
        archives.put(turn, teamOf(scope), name, undefined);
      });
    },
  };
}
