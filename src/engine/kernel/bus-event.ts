/**
 * Events of buses: as they are put, as they are stored, and what comes of them.
 * @module
 */
import type { JsonObject } from '../../asl/json.js';
import { EngineError } from './errors.js';
import { checkPayload } from './payload.js';

/** The owner of facts of Millrace itself, each about something of one team. No team has this name. */
export const ANY_TEAM = '*';

/** Starts that follow from starts, and buses that an event comes through: more than this is a circle. */
export const MAX_DEPTH = 50;

/** An event on a bus. */
export interface EventRecord {
  number: number;
  bus: string;
  /** Unique on its team's bus. */
  id: string;
  /** `*`: a fact of Millrace itself, for all teams. */
  team: string;
  source: string;
  detailType: string;
  /** Milliseconds since the epoch. */
  storedAt: number;
  /** As EventBridge writes it. */
  envelope: JsonObject;
  /** Pipelines that it started. */
  matched: string[];
  /** Pipelines that it waits for in a batch. */
  batched?: string[];
}

/** An event as somebody puts it on a bus. */
export interface NewEvent {
  /** Default: `default`. */
  bus?: string;
  /** Events of a team that have the same id on a bus are one event. Default: a new one. */
  id?: string;
  source: string;
  detailType: string;
  detail: JsonObject;
  /** When it happened: ISO 8601. Default: now. */
  time?: string;
  resources?: string[];
}

/** What came of an event. */
export interface PutResult {
  id: string;
  /** It was there already: nothing was started again. */
  duplicate: boolean;
  /** Pipelines that it started an execution of, and the executions' names. */
  started: { pipeline: string; name: string }[];
  /** Pipelines in whose batch it waits: how many wait with it, of how many, and when it is started at the latest. */
  batched?: { pipeline: string; waiting: number; size: number; closesAt: number }[];
}

/** Bytes of an event as it is stored. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const MAX_EVENT_BYTES = 262_144;
const NAME = /^[A-Za-z0-9._/-]{1,256}$/;

/** Throws InvalidEvent. */
export function checkEvent(event: NewEvent): void {
  const refuse = (problem: string): never => {
    throw new EngineError('InvalidEvent', { problem });
  };
  const { bus = 'default', id = 'x', source, detailType, detail, time } = event;
  if (!NAME.test(bus)) refuse(`'${bus.slice(0, 100)}' is no name of a bus`);
  if (id === '' || id.length > 256) refuse('its id has 1 to 256 characters');
  if (source === '' || source.length > 256) refuse('its source has 1 to 256 characters');
  if (detailType === '' || detailType.length > 128)
    refuse('its detailType has 1 to 128 characters');
  if (time !== undefined && Number.isNaN(Date.parse(time)))
    refuse(`'${time.slice(0, 100)}' is no time`);
  checkPayload(detail, 'detail');
  if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES)
    refuse('it is larger than 256 KiB');
}
