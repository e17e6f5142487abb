/**
 * Archives: views on the stored events of a bus, as a client wants them kept.
 * @module
 */
import type {
  ArchiveAttributes,
  ArchiveDetail,
} from '../../../engine/features/rules/calls/archive-calls.js';
import { type Call, timestamp } from '../call.js';
import { invalid, present } from './names.js';
import { pageOf } from './pages.js';

export async function createArchive({ engine, caller, request }: Call): Promise<object> {
  const { ArchiveName, EventSourceArn } = request;
  const attributes = attributesOf(request);
  return shownState(
    await engine.archives.create(caller.own, ArchiveName, EventSourceArn, attributes),
  );
}

export async function describeArchive(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const archive = engine.archives.describe(caller.own, request.ArchiveName);
  return present({
    ArchiveArn: archive.arn,
    ...(await shown(call, archive)),
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
  const wanted = engine.archives
    .list(caller.own, EventSourceArn || undefined)
    .filter(({ name }) => (!State || State === 'ENABLED') && name.startsWith(NamePrefix ?? ''));
  const { items, rest } = pageOf('archives', wanted, ({ name }) => name, request);
  const shownItems: object[] = [];
  for (const archive of items) shownItems.push(await shown(call, archive));
  return { Archives: shownItems, ...rest };
}

export async function updateArchive({ engine, caller, request }: Call): Promise<object> {
  return shownState(
    await engine.archives.update(caller.own, request.ArchiveName, attributesOf(request)),
  );
}

export async function deleteArchive({ engine, caller, request }: Call): Promise<object> {
  await engine.archives.delete(caller.own, request.ArchiveName);
  return {};
}

function attributesOf(request: Call['request']): ArchiveAttributes {
  const { Description, EventPattern, RetentionDays, KmsKeyIdentifier } = request;
  return {
    ...(Description ? { description: Description } : {}),
    ...(EventPattern ? { eventPattern: EventPattern } : {}),
    ...(KmsKeyIdentifier ? { kmsKeyIdentifier: KmsKeyIdentifier } : {}),
    ...(typeof RetentionDays === 'number' ? { retentionDays: RetentionDays } : {}),
  };
}

function shownState({ arn, createdAt }: ArchiveDetail): object {
  return { ArchiveArn: arn, State: 'ENABLED', CreationTime: timestamp(createdAt) };
}

async function shown({ engine, caller }: Call, archive: ArchiveDetail): Promise<object> {
  const { count, bytes } = await engine.archives.measure(caller.own, archive.name);
  return {
    ArchiveName: archive.name,
    EventSourceArn: archive.busArn,
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: bytes,
    EventCount: count,
    CreationTime: timestamp(archive.createdAt),
  };
}
