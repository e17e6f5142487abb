/**
 * PutEvents and TestEventPattern: events of AWS's clients on Millrace's buses.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { ownResource } from '../../../engine/features/rules/event-arns.js';
import { EngineError } from '../../../engine/kernel/errors.js';
import { checkPutEvents, type PutEventsEntry, toEvent } from '../../../events/envelope.js';
import { testEventPattern } from '../../../events/pattern/test-event-pattern.js';
import type { Call } from '../call.js';
import { WireError } from '../wire-error.js';
import { busNameOf } from './names.js';

/** The last second of the year 9999: no later time has an ISO 8601 text of four digits. */
const LAST_SECOND = 253_402_300_799;

type EntryResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

/** Each entry is durable, and has started what listens, or is refused by itself. */
export async function putEvents(call: Call): Promise<object> {
  const entries = (call.request.Entries as object[]).map(readEntry);
  const refused = checkPutEvents(entries);
  if (refused) throw new WireError(refused.code, refused.message);
  const results = await Promise.all(entries.map((entry) => putEntry(call, entry)));
  return {
    FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
    Entries: results,
  };
}

/** A member that is null is one that is absent. */
function readEntry(given: object): PutEventsEntry {
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  const { Time, ...rest } = Object.fromEntries(entries) as Omit<PutEventsEntry, 'Time'> & {
    Time?: number;
  };
  return Time === undefined ? rest : { ...rest, Time: timeText(Time) };
}

async function putEntry({ engine, caller }: Call, entry: PutEventsEntry): Promise<EntryResult> {
  const { accountId, region } = engine.arns.identity;
  const id = randomUUID();
  const now = `${new Date(engine.now()).toISOString().slice(0, 19)}Z`;
  const made = toEvent(entry, { id, account: accountId, region, now });
  if ('error' in made) return { ErrorCode: made.error.code, ErrorMessage: made.error.message };
  const { event } = made;
  const isForeign =
    entry.EventBusName?.startsWith('arn:') === true &&
    ownResource(engine.arns.identity, entry.EventBusName, 'event-bus') === undefined;
  if (isForeign) {
    const ErrorMessage =
      'Parameter EventBusName is not valid. Reason: It is no event bus of this account and region.';
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  try {
    await engine.putEvents(
      [
        {
          id,
          bus: busNameOf(entry.EventBusName),
          source: event.source,
          detailType: event['detail-type'],
          detail: event.detail,
          time: event.time,
          resources: event.resources,
        },
      ],
      { team: caller.team },
    );
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== 'InvalidEvent') throw error;
    return { ErrorCode: 'InvalidArgument', ErrorMessage: error.message };
  }
  return { EventId: id };
}

/** Seconds since the epoch as ISO 8601; what is no time stays a text that is refused as one. */
function timeText(seconds: number): string {
  if (!(Math.abs(seconds) <= LAST_SECOND)) return String(seconds);
  return new Date(seconds * 1000).toISOString();
}

/** Whether an event matches a pattern; nothing is stored. */
export function testPattern({ request }: Call): object {
  const tested = testEventPattern(request.EventPattern, request.Event);
  if ('error' in tested) throw new WireError(tested.error.code, tested.error.message);
  return { Result: tested.result };
}
