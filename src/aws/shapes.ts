/**
 * AWS's JSON with capitals ⇄ the values of AWS's JavaScript clients, member by member, by the schemas that the clients carry.
 *
 * Members of structures have a capital on our side and the model's spelling on theirs; keys of maps are data and stay. Times
 * are text or numbers here and `Date` there; binary values are text here and bytes there. What a schema does not know is
 * refused in the words of Step Functions.
 *
 * Binary values: bodies (of objects, functions, models) are text; others are base64, as AWS's JSON APIs show them. Text that
 * is given for a binary value is its bytes in UTF-8; of DynamoDB it is base64.
 * @module
 */
import type { NormalizedSchema } from '@smithy/core/schema';
import type { AwsJson, AwsObject, AwsStyle } from './aws.js';
import { javaName } from './services.js';

/** Deeper input means nothing to any service. */
const DEEPEST = 100;
/** Problems that are told of one input. */
const MOST_PROBLEMS = 20;

type Schema = NormalizedSchema;

export type Converted =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'problems'; readonly problems: readonly string[] };

/**
 * The value of AWS's client for what resources write.
 * @param service its word: DynamoDB's binary values are base64
 * @example toClient(schemaOf('batch', 'submitJob'), { JobName: 'load' }, 'batch') // { type: 'value', value: { jobName: 'load' } }
 */
export function toClient(schema: Schema, input: AwsJson, service: string): Converted {
  const problems: string[] = [];
  const value = into(schema, input, { name: '', problems, service, depth: 0 });
  if (problems.length === 0) return { type: 'value', value };
  return { type: 'problems', problems: problems.slice(0, MOST_PROBLEMS) };
}

interface Inward {
  readonly name: string;
  readonly problems: string[];
  readonly service: string;
  readonly depth: number;
}

function into(schema: Schema, value: AwsJson, at: Inward): unknown {
  if (at.problems.length >= MOST_PROBLEMS) return undefined;
  const wrong = (what: string): undefined => {
    at.problems.push(`The value for the field '${at.name}' must be ${what}`);
  };
  if (at.depth > DEEPEST) return wrong('less deep');
  const below = { ...at, depth: at.depth + 1 };
  if (schema.isUnitSchema()) return {};
  if (schema.isDocumentSchema()) return value;
  if (schema.isStructSchema()) {
    if (schema.isStreaming()) return wrong('no stream of events');
    if (!isObject(value)) return wrong('an object');
    return structureInto(schema, value, below);
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return wrong('an array');
    const item = schema.getValueSchema();
    return value.map((one) => (one === null ? null : into(item, one, below)));
  }
  if (schema.isMapSchema()) {
    if (!isObject(value)) return wrong('an object');
    const item = schema.getValueSchema();
    const pairs = Object.entries(value).map(([key, one]) => [
      key,
      one === null ? null : into(item, one, { ...below, name: key }),
    ]);
    return Object.fromEntries(pairs);
  }
  if (schema.isBlobSchema()) return bytesOf(value, at.service);
  if (schema.isTimestampSchema()) return timeOf(value) ?? wrong('a time');
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? value : wrong('a boolean');
  if (schema.isBigIntegerSchema()) {
    const isWhole = Number.isInteger(value) || /^-?\d{1,400}$/.test(String(value));
    return isWhole ? BigInt(value as number | string) : wrong('a whole number');
  }
  if (schema.isNumericSchema() || schema.isBigDecimalSchema()) {
    return typeof value === 'number' ? value : wrong('a number');
  }
  return typeof value === 'string' ? value : wrong('a string');
}

function structureInto(schema: Schema, value: AwsObject, at: Inward): unknown {
  const members = membersOf(schema);
  const made: { [name: string]: unknown } = {};
  for (const [name, one] of Object.entries(value)) {
    const member = members.byName.get(name);
    if (member === undefined) {
      at.problems.push(`The field "${name}" is not supported by Step Functions`);
    } else if (one !== null) {
      made[member.name] = into(member.schema, one, { ...at, name });
    }
  }
  return made;
}

/** Text is its own bytes, other JSON is its text's. */
function bytesOf(value: AwsJson, service: string): Uint8Array {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text, service === 'dynamodb' && typeof value === 'string' ? 'base64' : 'utf8');
}

/** Text as ISO 8601; numbers are milliseconds since the epoch, as optimized integrations show them, or seconds. */
function timeOf(value: AwsJson): Date | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  // The year 5138 in seconds, 1973 in milliseconds: nobody means either.
  const isSeconds = typeof value === 'number' && Math.abs(value) < 100_000_000_000;
  const time = new Date(isSeconds ? value * 1000 : value);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/**
 * What resources show of a client's answer.
 * @param bodies the bytes of streams, by their member, which whoever called has read
 * @param encoding how they are written
 * @example await toAws(schema, { jobId: '1' }, 'model') // { JobId: '1' }
 */
export function toAws(
  schema: Schema,
  value: unknown,
  style: AwsStyle,
  bodies?: ReadonlyMap<string, Uint8Array>,
  encoding: 'utf8' | 'base64' = 'utf8',
): AwsObject {
  const made = from(schema, value, { style, bodies, encoding });
  return isObject(made) ? made : {};
}

interface Outward {
  readonly style: AwsStyle;
  readonly bodies: ReadonlyMap<string, Uint8Array> | undefined;
  /** Of bodies. */
  readonly encoding: 'utf8' | 'base64';
}

function from(schema: Schema, value: unknown, at: Outward): AwsJson {
  if (value === undefined || value === null) return null;
  if (schema.isUnitSchema()) return {};
  if (schema.isStructSchema()) {
    const made: AwsObject = {};
    for (const { name, schema: member, shown } of membersOf(schema).all) {
      const body = at.bodies?.get(name);
      const one = body ?? (value as { [name: string]: unknown })[name];
      if (one !== undefined && one !== null) made[shown[at.style]] = from(member, one, at);
    }
    return made;
  }
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    return [...(value as Iterable<unknown>)].map((one) => from(item, one, at));
  }
  if (schema.isMapSchema()) {
    const item = schema.getValueSchema();
    const pairs = Object.entries(value).map(([key, one]) => [key, from(item, one, at)]);
    return Object.fromEntries(pairs);
  }
  if (schema.isBlobSchema() && value instanceof Uint8Array) {
    const { httpPayload } = schema.getMergedTraits();
    const isBody = schema.isStreaming() || Boolean(httpPayload);
    return Buffer.from(value).toString(isBody ? at.encoding : 'base64');
  }
  return scalarOf(value, at.style);
}

function scalarOf(value: unknown, style: AwsStyle): AwsJson {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return shownTime(value, style);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one) => scalarOf(one ?? null, style));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  // Text that is lazily parsed, and numbers beyond what a number holds, are objects of the clients with a text of their own.
  if (value instanceof String || Object.hasOwn(value as object, 'string')) return String(value);
  if (typeof value !== 'object') return null;
  const pairs = Object.entries(value).map(([key, one]) => [key, scalarOf(one ?? null, style)]);
  return Object.fromEntries(pairs);
}

function shownTime(time: Date, style: AwsStyle): AwsJson {
  if (Number.isNaN(time.getTime())) return null;
  return style === 'optimized' ? time.getTime() : time.toISOString().replace('.000Z', 'Z');
}

interface Member {
  /** In the spelling of AWS's model. */
  readonly name: string;
  readonly schema: Schema;
  readonly shown: { readonly [style in AwsStyle]: string };
}

interface Members {
  readonly all: readonly Member[];
  readonly byName: ReadonlyMap<string, Member>;
}

const known = new WeakMap<object, Members>();

function membersOf(schema: Schema): Members {
  const key = schema.getSchema() as object;
  const before = known.get(key);
  if (before !== undefined) return before;
  const all = [...schema.structIterator()].map(([name, member]): Member => {
    const capital = capitalized(name);
    return {
      name,
      schema: member,
      shown: { model: capital, optimized: capital, sdk: javaName(name) },
    };
  });
  const byName = new Map(
    all.flatMap((member) => [
      [member.shown.sdk, member] as const,
      [member.shown.model, member] as const,
    ]),
  );
  const members = { all, byName };
  known.set(key, members);
  return members;
}

/** @example capitalized('jobName') // 'JobName' */
export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Members of structures that are maps, by the word of a service whose client carries no schemas. */
const UNTYPED_MAPS: { readonly [service: string]: ReadonlySet<string> } = {
  emrcontainers: new Set(['tags', 'properties', 'parameterConfiguration']),
};

/**
 * The same for a client that carries no schemas: all names, but below members that are known to be maps.
 * @example untypedToClient({ Tags: { Team: 'a' } }, 'emrcontainers') // { tags: { Team: 'a' } }
 */
export function untypedToClient(value: AwsJson, service: string): unknown {
  if (Array.isArray(value)) return value.map((one) => untypedToClient(one, service));
  if (!isObject(value)) return value;
  const pairs = Object.entries(value).map(([shown, one]) => {
    const name = shown.charAt(0).toLowerCase() + shown.slice(1);
    return [name, UNTYPED_MAPS[service]?.has(name) ? one : untypedToClient(one, service)];
  });
  return Object.fromEntries(pairs);
}

/** @example untypedToAws({ tags: { team: 'a' } }, 'emrcontainers', 'model') // { Tags: { team: 'a' } } */
export function untypedToAws(value: unknown, service: string, style: AwsStyle): AwsJson {
  if (Array.isArray(value)) return value.map((one) => untypedToAws(one, service, style));
  if (value === null || typeof value !== 'object' || value instanceof Date) {
    return scalarOf(value ?? null, style);
  }
  const pairs = Object.entries(value)
    .filter(([name, one]) => one !== undefined && !name.startsWith('$'))
    .map(([name, one]) => [
      capitalized(name),
      UNTYPED_MAPS[service]?.has(name) ? one : untypedToAws(one, service, style),
    ]);
  return Object.fromEntries(pairs);
}

function isObject(value: unknown): value is AwsObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
