/**
 * Archives: views on the stored events of a bus, as a client wants them kept.
 * @module
 */
import type { ArchiveRecord } from '../../../engine/features/rules/records.js';
import { type Call, timestamp } from '../call.js';
import type { WireError } from '../wire-error.js';
import {
  alreadyExists,
  invalid,
  invalidParameter,
  knownBus,
  notFound,
  present,
  tooMany,
} from './names.js';
import { pageOf } from './pages.js';
import { checkPattern } from './rules.js';

/** Archives of a team. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_ARCHIVES = 100;

export async function createArchive(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { ArchiveName: name, Description, EventPattern, RetentionDays, KmsKeyIdentifier } = request;
  const { archives, arns } = engine.eventResources;
  if (EventPattern) checkPattern(EventPattern);
  const createdAt = engine.now();
  await engine.changeEvents((turn) => {
    const bus = sourceBus(call);
    if (archives.get(caller.team, name)) throw alreadyExists(`Archive ${name} already exists.`);
    if (archives.count(caller.team) >= MAX_ARCHIVES) throw tooMany();
    archives.put(turn, caller.team, name, {
      bus,
      ...(Description ? { description: Description } : {}),
      ...(EventPattern ? { eventPattern: EventPattern } : {}),
      ...(KmsKeyIdentifier ? { kmsKeyIdentifier: KmsKeyIdentifier } : {}),
      retentionDays: RetentionDays ?? 0,
      createdAt,
      after: engine.lastEventNumber(),
    });
  });
  return { ArchiveArn: arns.archive(name), State: 'ENABLED', CreationTime: timestamp(createdAt) };
}

/** The bus that EventSourceArn names. Throws ResourceNotFoundException. */
function sourceBus(call: Call): string {
  const arn: string = call.request.EventSourceArn;
  const [, name] = /:event-bus\/(.+)$/.exec(arn) ?? [];
  if (name === undefined) {
    throw invalidParameter('EventSourceArn', 'Must contain an event bus ARN.');
  }
  return knownBus(call, arn);
}

export async function describeArchive(call: Call): Promise<object> {
  const { ArchiveName: name } = call.request;
  const archive = knownArchive(call, name);
  return present({
    ArchiveArn: call.engine.eventResources.arns.archive(name),
    ...(await shown(call, name, archive)),
    Description: archive.description,
    EventPattern: archive.eventPattern,
    KmsKeyIdentifier: archive.kmsKeyIdentifier,
  });
}

export async function listArchives(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { NamePrefix, EventSourceArn, State } = request;
  if ([NamePrefix, EventSourceArn, State].filter((filter) => filter).length > 1) {
    throw invalid(
      'At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.',
    );
  }
  const bus = EventSourceArn ? sourceBus(call) : undefined;
  const wanted = engine.eventResources.archives.list(caller.team).filter(({ name, value }) => {
    if (State && State !== 'ENABLED') return false;
    return name.startsWith(NamePrefix ?? '') && (bus === undefined || value.bus === bus);
  });
  const { items, rest } = pageOf('archives', wanted, ({ name }) => name, request);
  const shownItems: object[] = [];
  for (const { name, value } of items) shownItems.push(await shown(call, name, value));
  return { Archives: shownItems, ...rest };
}

export async function updateArchive(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { ArchiveName: name, Description, EventPattern, RetentionDays, KmsKeyIdentifier } = request;
  if (EventPattern) checkPattern(EventPattern);
  const createdAt = await engine.changeEvents((turn) => {
    const archive = knownArchive(call, name);
    engine.eventResources.archives.put(turn, caller.team, name, {
      ...archive,
      ...(Description ? { description: Description } : {}),
      ...(EventPattern ? { eventPattern: EventPattern } : {}),
      ...(KmsKeyIdentifier ? { kmsKeyIdentifier: KmsKeyIdentifier } : {}),
      ...(typeof RetentionDays === 'number' ? { retentionDays: RetentionDays } : {}),
    });
    return archive.createdAt;
  });
  const ArchiveArn = engine.eventResources.arns.archive(name);
  return { ArchiveArn, State: 'ENABLED', CreationTime: timestamp(createdAt) };
}

export async function deleteArchive(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  await engine.changeEvents((turn) => {
    knownArchive(call, request.ArchiveName);
    engine.eventResources.archives.put(turn, caller.team, request.ArchiveName, undefined);
  });
  return {};
}

/** Throws ResourceNotFoundException. */
function knownArchive({ engine, caller }: Call, name: string): ArchiveRecord {
  const archive = engine.eventResources.archives.get(caller.team, name);
  if (archive === undefined) throw noArchive(name);
  return archive;
}

function noArchive(name: string): WireError {
  return notFound(`Archive ${name} does not exist.`);
}

async function shown(
  { engine, caller }: Call,
  name: string,
  archive: ArchiveRecord,
): Promise<object> {
  const { count, bytes } = await engine.measureArchive(caller.team, name);
  return {
    ArchiveName: name,
    EventSourceArn: engine.eventResources.arns.bus(archive.bus),
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: bytes,
    EventCount: count,
    CreationTime: timestamp(archive.createdAt),
  };
}
