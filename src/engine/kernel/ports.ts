/**
 * The ports through which everything that the engine does to the world goes: Clock, Random, Store, Runner, Sink, Evaluator,
 * ItemSource and Destinations here, TaskMocks in `mocked-tasks.ts`, SecretSource in `secret-source.ts`, FileSource in
 * `features/files/`.
 *
 * Nothing else in the kernel and its features reads the time, draws a random number, starts a process or sends anything, so the simulation
 * in `test/simulation` can drive the real engine on virtual time and hurt it at will.
 * @module
 */
import type { Json, JsonObject } from '../../asl/json.js';
import type { Evaluate } from '../../asl/transition.js';
import type {
  LogRecord,
  SecretArguments,
  TaskOutcome,
  TaskRequest,
} from '../../connectors/connector.js';
import type { FeedChange } from './feed-change.js';

export type {
  DestinationAnswer,
  DestinationRequest,
  Destinations,
} from '../../connectors/http/destinations.js';
export type { Store } from '../../store/store.js';

export interface Clock {
  /** Milliseconds since the epoch; may jump either way. */
  now(): number;
  /** Milliseconds since some fixed moment; never jumps. */
  monotonic(): number;
  /** Calls back once after `ms` (at most 60,000); the answer cancels it. */
  setTimer(callback: () => void, ms: number): () => void;
  /** Calls back on a later turn of the event loop, after waiting input was read. */
  soon(callback: () => void): void;
}

export interface Random {
  /** A new identifier whose text order follows `at` (milliseconds since the epoch): UUID version 7. */
  id(at: number): string;
  /** An unguessable text, new each time: seeds transitions and so task tokens and jitter. */
  seed(): string;
}

/** One attempt of a task, as a runner gets it: what its connector needs, and the connector's kind. */
export type AttemptRequest = TaskRequest & { kind: string };

export type AttemptOutcome = TaskOutcome;

/** One line of output of an attempt. */
export type AttemptLogRecord = LogRecord;

/** What a runner tells while an attempt runs. After `settled` nothing more is heard. */
export interface AttemptListener {
  log(record: AttemptLogRecord): void;
  heartbeat(): void;
  settled(outcome: AttemptOutcome): void;
}

export interface Runner {
  /** The kinds that it can run, with the number of attempts of each that may run at a time. */
  readonly kinds: ReadonlyMap<string, number>;
  /** The kinds that run code, each with those of its arguments that are nothing but data. */
  readonly code: ReadonlyMap<string, readonly string[]>;
  /** Arguments in which secrets may stand, by kind. Default: nowhere. */
  readonly secretArguments?: ReadonlyMap<string, SecretArguments>;
  /** Called once in the life of an attempt, after its start is durable. */
  start(request: AttemptRequest, listener: AttemptListener): void;
  /** Ends the attempt's processes; `settled` follows when they are gone. No-op for one that is unknown or has settled. */
  kill(attemptId: string): void;
  /** Removes the work folder of something that is not kept. Never rejects. */
  forget(workFolder: string): Promise<void>;
  /** Ends everything that runs; resolves when it is gone. */
  close(): Promise<void>;
}

/** A task's request to a service that this server is itself: Step Functions, EventBridge. */
export interface ServiceRequest {
  /** As resources name it: `aws-sdk:sfn`, `events`. */
  service: string;
  /** `sendTaskSuccess`, `putEvents`, …. */
  action: string;
  parameters: Json;
  /** Whose execution asks: nothing of other teams is seen or changed. */
  team: string;
  /** ARNs of the execution and of its state machine. */
  executionArn: string;
  stateMachineArn: string;
  /** Nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** The services that this server is itself, as its own tasks call them; see `http/wire/from-within.ts`. */
export interface OwnServices {
  has(service: string, action: string): boolean;
  /** Never rejects: refusals are the outcome of the task. */
  call(request: ServiceRequest): Promise<AttemptOutcome>;
}

/** Receives every committed change, in order. */
export interface Sink {
  publish(changes: readonly FeedChange[]): void;
}

/** Where JSONata is evaluated; see `adapters/evaluation/pool.ts`. */
export interface Evaluator {
  evaluate: Evaluate;
  close(): Promise<void>;
}

/** Where an execution's files lie. */
export interface FilePlace {
  /** The pipeline's folder: items are read from under it. */
  folder: string;
  /** The execution's work folder: results are written under it. */
  workFolder: string;
  /** Folder of the map run for what is fetched and what is on its way. */
  spool: string;
}

/** Some items of a distributed Map, in their order. */
export interface ItemPage {
  items: Json[];
  /** Where they come from, as `$$.Map.Item.Source` tells it. */
  source?: string;
}

/** Items that are being read. Whatever goes wrong rejects with an error whose message tells the fix. */
export interface OpenedItems {
  /** Another text when what is read has become something else. */
  readonly version: string;
  /** Reads everything once. */
  count(): Promise<number>;
  /** The next items; none at the end. */
  next(): Promise<ItemPage>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Reads the items of a distributed Map's ItemReader and writes its ResultWriter's files. */
export interface ItemSource {
  /** @param from items to leave out at the beginning */
  open(reader: JsonObject, place: FilePlace, from: number): Promise<OpenedItems>;
  /** Begins to write the results of a map run. */
  openResults(writer: JsonObject, place: FilePlace, mapRunArn: string): Promise<OpenedResults>;
  /** The map run is over. Never rejects. */
  forget(place: FilePlace): Promise<void>;
}

/** Results of a map run that are being written. */
export interface OpenedResults {
  add(kind: 'SUCCEEDED' | 'FAILED' | 'PENDING', rows: readonly Json[]): Promise<void>;
  /** Writes the manifest; the answer becomes the state's result. */
  finish(): Promise<Json>;
}
