/**
 * What looks at one kind of things: lists those that there are, and the runs of one since a moment.
 *
 * A collector only asks and translates (src/monitoring/observed says what things mean); when to look, at how many at a time, and
 * what to do about refusals is decided by `looks.ts`.
 * @module
 */

import type { Json } from '../../../../asl/json.js';
import type { AwsAnswer, AwsObject } from '../../../../aws/aws.js';
import type { ObservedKind, SeenRun } from '../../../../monitoring/observed/observed-run.js';
import { objects, type Told, text } from '../../../../monitoring/observed/told.js';

export type Refusal = Extract<AwsAnswer, { type: 'refused' }>;

/** A look that came to nothing. */
export class LookRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.name}: ${refusal.message}`);
    this.refusal = refusal;
  }
}

/** One call to the place that is looked at. Throws LookRefused. */
export type Ask = (service: string, action: string, input: AwsObject) => Promise<AwsObject>;

/** A thing that there is. */
export interface Listed {
  readonly name: string;
  /** What its collector must know to look at it: an ARN, an id. */
  readonly memo?: Json;
  /** Something of it that changes with each of its runs: while it is the same nobody need look. Absent: that is not known. */
  readonly stamp?: string;
}

/** What a look is about. Times in milliseconds since the epoch. */
export interface LookAt {
  readonly name: string;
  readonly memo: Json | undefined;
  readonly since: number;
  readonly now: number;
  /** Ids of runs that are known to be under way. */
  readonly open: readonly string[];
  /** How many looks there were before. */
  readonly round: number;
  /** Whether all that there is to know of a run is known. @param key `runKey` of it */
  isDone(key: string): boolean;
}

export interface Collected {
  readonly runs: readonly SeenRun[];
  /** Everything since then is among them; false: there were too many, and some are left out. */
  readonly isWhole: boolean;
  readonly memo?: Json;
}

export interface Collector {
  readonly kind: ObservedKind;
  /** Milliseconds between two lists. Default: ten minutes. */
  readonly listEvery?: number;
  /** Milliseconds between two looks at a thing, whatever happens. Default: as its runs come. */
  readonly lookEvery?: number;
  /** All things, page by page; some of them twice when a list had to be begun again. */
  list(ask: Ask, isWanted: (name: string) => boolean): AsyncGenerator<readonly Listed[]>;
  /** Runs of a thing; undefined: too little is known of it to look at it. */
  runs(ask: Ask, at: LookAt): Promise<Collected | undefined>;
  /** Runs of all things of the place at once, where its service has a list of those: then `runs` is not asked. */
  all?(ask: Ask, at: Omit<LookAt, 'name' | 'memo'>): Promise<Collected>;
}

/** Pages of one list. */
const MOST_PAGES = 500;
/** A list whose token has expired is begun again so often. */
const MOST_RESTARTS = 2;

/** How a list is asked for. */
export interface PageRequest {
  readonly service: string;
  readonly action: string;
  readonly input: AwsObject;
  /** Its name in the input and in the answer. */
  readonly token?: string;
  /** Default: `MOST_PAGES`. */
  readonly most?: number;
}

/**
 * The pages of a list. When its token is refused on the way, it is begun again from its start.
 * @throws LookRefused
 * @example for await (const page of pagesOf(ask, { service: 'glue', action: 'listJobs', input: {} })) page.JobNames
 */
export async function* pagesOf(
  ask: Ask,
  { service, action, input, token = 'NextToken', most = MOST_PAGES }: PageRequest,
): AsyncGenerator<AwsObject> {
  let next: string | undefined;
  let restarts = 0;
  for (let page = 0; page < most; page += 1) {
    let answer: AwsObject;
    try {
      answer = await ask(service, action, next === undefined ? input : { ...input, [token]: next });
    } catch (error) {
      if (next === undefined || restarts >= MOST_RESTARTS || !isAboutToken(error)) throw error;
      restarts += 1;
      next = undefined;
      continue;
    }
    yield answer;
    next = text(answer[token]);
    if (next === undefined) return;
  }
}

/** Tokens grow old and are refused as any other wrong input is: each service has a name of its own for it. */
function isAboutToken(error: unknown): boolean {
  if (!(error instanceof LookRefused)) return false;
  const { kind, name, message } = error.refusal;
  return kind === 'invalid' && /token|pagination|marker/i.test(`${name} ${message}`);
}

/** Texts of a list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** @example members(answer, 'Jobs') // the objects of the list */
export function members(answer: AwsObject, list: string): Told[] {
  return objects(answer[list]);
}

/** Parts of a list, so many at a time. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}

/** When a run began, or ended: what a list in the order of time is cut by. */
export function timeOf({ startedAt, endedAt }: SeenRun): number {
  return Math.max(startedAt ?? 0, endedAt ?? 0);
}

/** What was deleted since it was listed is looked at no more: that says nothing about the others. */
export async function whereThere<Value>(asked: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked();
  } catch (error) {
    if (error instanceof LookRefused && isAboutNothing(error)) return undefined;
    throw error;
  }
}

/** EMR has no error of its own for what is not there. */
function isAboutNothing({ refusal: { kind, name, message } }: LookRefused): boolean {
  return (
    kind === 'missing' || (/^InvalidRequest/.test(name) && /not valid|not exist/i.test(message))
  );
}

/** Servers that do not have a call are looked at without it. */
export async function whereKnown<Value>(asked: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked();
  } catch (error) {
    if (error instanceof LookRefused && isUnknownCall(error)) return undefined;
    throw error;
  }
}

function isUnknownCall({ refusal }: LookRefused): boolean {
  return /UnknownOperation|InvalidAction|NotImplemented|404|501/i.test(
    `${refusal.name} ${refusal.statusCode ?? ''}`,
  );
}
