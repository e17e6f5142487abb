/**
 * PutEvents and TestEventPattern: events of AWS's clients on Millrace's buses.
 * @module
 */
import type { PutEventsEntry } from '../../../events/envelope.js';
import { testEventPattern } from '../../../events/pattern/test-event-pattern.js';
import type { Call } from '../call.js';
import { WireError } from '../wire-error.js';

/** The last second of the year 9999: no later time has an ISO 8601 text of four digits. */
const LAST_SECOND = 253_402_300_799;

/** Each entry is durable, and has started what listens, or is refused by itself. */
export async function putEvents({ engine, caller, request }: Call): Promise<object> {
  const entries = (request.Entries as object[]).map(readEntry);
  const results = await engine.events.putEntries(caller.own, entries);
  return {
    FailedEntryCount: results.filter((result) => 'refused' in result).length,
    Entries: results.map((result) =>
      'refused' in result
        ? { ErrorCode: result.refused.code, ErrorMessage: result.refused.message }
        : { EventId: result.id },
    ),
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
