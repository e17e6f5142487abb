/**
 * The envelope around every event, and how entries of PutEvents become events.
 *
 * A request is refused as a whole when it has too many or too large entries; after that each entry is accepted or refused
 * by itself. Errors and their words are those of the EventBridge API. No clock and no randomness: time and ids come in.
 * @module
 */
import { isObject, type Json, type JsonObject } from './json.js';

/** An event as rules see it and as targets get it. */
export type EventEnvelope = {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** When it happened: ISO 8601 in UTC, whole seconds. */
  time: string;
  region: string;
  resources: string[];
  detail: JsonObject;
};

/** One entry of PutEvents. */
export interface PutEventsEntry {
  readonly Source?: string | undefined;
  readonly DetailType?: string | undefined;
  /** JSON text of an object. */
  readonly Detail?: string | undefined;
  readonly Resources?: readonly string[] | undefined;
  /** ISO 8601; the time of the request when absent. */
  readonly Time?: string | undefined;
  /** Name or ARN of the bus. Chosen before an entry comes here; only shown in errors. */
  readonly EventBusName?: string | undefined;
  readonly TraceHeader?: string | undefined;
}

/** What an event has that its sender does not say. */
export interface EventOrigin {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** When the request came: ISO 8601 in UTC, whole seconds. */
  readonly now: string;
}

/** Why an entry was refused, as PutEvents answers it beside the entries that were accepted. */
export interface EntryError {
  readonly code: 'InvalidArgument' | 'MalformedDetail' | 'NotAuthorizedForSourceException';
  readonly message: string;
}

/** Entries of one request. */
export const MAX_ENTRIES = 10;
/** Bytes of all entries of one request together (see {@link entrySize}). */
export const MAX_REQUEST_SIZE = 262_144;
/** Levels of nesting inside of Detail. */
export const MAX_DETAIL_DEPTH = 1100;

/**
 * Why a request of PutEvents is refused as a whole; undefined when it is not.
 *
 * @example checkPutEvents([]) // { code: 'ValidationException', message: … }
 */
export function checkPutEvents(
  entries: readonly PutEventsEntry[],
): { code: 'ValidationException'; message: string } | undefined {
  if (entries.length === 0 || entries.length > MAX_ENTRIES) {
    const [bound, limit] = entries.length === 0 ? ['greater', 1] : ['less', MAX_ENTRIES];
    return {
      code: 'ValidationException',
      message: `1 validation error detected: Value '[${entries.map(describeEntry).join(', ')}]' at 'entries' failed to satisfy constraint: Member must have length ${bound} than or equal to ${limit}`,
    };
  }
  let size = 0;
  for (const entry of entries) size += entrySize(entry);
  if (size <= MAX_REQUEST_SIZE) return undefined;
  return {
    code: 'ValidationException',
    message: 'Total size of the entries in the request is over the limit.',
  };
}

function describeEntry(entry: PutEventsEntry): string {
  const shown = (value: string | undefined): string => value ?? 'null';
  const resources = entry.Resources === undefined ? 'null' : `[${entry.Resources.join(', ')}]`;
  return `PutEventsRequestEntry(time=${shown(entry.Time)}, source=${shown(entry.Source)}, resources=${resources}, detailType=${shown(entry.DetailType)}, detail=${shown(entry.Detail)}, eventBusName=${shown(entry.EventBusName)}, traceHeader=${shown(entry.TraceHeader)}, kmsKeyIdentifier=null, internalMetadata=null)`;
}

/**
 * Size of an entry in bytes: 14 for a time, and the UTF-8 of all texts (Amazon EventBridge User Guide, "Calculating
 * PutEvents event entry size").
 */
export function entrySize(entry: PutEventsEntry): number {
  let size = entry.Time === undefined ? 0 : 14;
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  for (const text of texts) size += utf8Size(text ?? '');
  return size;
}

function utf8Size(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // Halves of a pair are two bytes each.
    size += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return size;
}

/**
 * The event of an entry, or why there is none.
 *
 * @param entry of a request that {@link checkPutEvents} lets pass.
 * @example
 * toEvent({ Source: 'shop', DetailType: 'Order', Detail: '{"id":7}' }, origin)
 * // { event: { version: '0', source: 'shop', 'detail-type': 'Order', detail: { id: 7 }, … } }
 */
export function toEvent(
  entry: PutEventsEntry,
  origin: EventOrigin,
): { event: EventEnvelope } | { error: EntryError } {
  const { Source, DetailType, Detail } = entry;
  if (isBlank(Source)) return missing('Source');
  if (isBlank(DetailType)) return missing('DetailType');
  if (isBlank(Detail)) return missing('Detail');
  if (Source.startsWith('aws.')) {
    return {
      error: {
        code: 'NotAuthorizedForSourceException',
        message: 'Not authorized for the source.',
      },
    };
  }
  const time = entry.Time === undefined ? origin.now : wholeSeconds(entry.Time);
  if (time === undefined) return invalid('Time', 'Time is not a valid timestamp.');
  const detail = parseDetail(Detail);
  if (detail === undefined) {
    return { error: { code: 'MalformedDetail', message: 'Detail is malformed.' } };
  }
  return {
    event: {
      version: '0',
      id: origin.id,
      'detail-type': DetailType,
      source: Source,
      account: origin.account,
      time,
      region: origin.region,
      resources: [...(entry.Resources ?? [])],
      detail,
    },
  };
}

function isBlank(text: string | undefined): text is undefined | '' {
  return text === undefined || text === '';
}

function missing(name: string): { error: EntryError } {
  return invalid(name, `${name} is a required argument.`);
}

function invalid(name: string, reason: string): { error: EntryError } {
  const message = `Parameter ${name} is not valid. Reason: ${reason}`;
  return { error: { code: 'InvalidArgument', message } };
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z$/;

/** ISO 8601 in UTC without fractions; undefined when the text is no such time. */
function wholeSeconds(text: string): string | undefined {
  const seconds = TIMESTAMP.exec(text)?.[1];
  return seconds === undefined ? undefined : `${seconds}Z`;
}

function parseDetail(text: string): JsonObject | undefined {
  if (depthOf(text) > MAX_DETAIL_DEPTH) return undefined;
  try {
    const detail = JSON.parse(text) as Json;
    return isObject(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** How deep brackets nest in a JSON text. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (isInString) {
      if (character === '\\') i += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') {
      isInString = true;
    } else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (character === '}' || character === ']') {
      depth -= 1;
    }
  }
  return deepest;
}
