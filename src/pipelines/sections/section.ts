/**
 * A section of a pipeline file: its shape, and what it means to whoever acts on it.
 *
 *     file ──schema──▶ as written, in the deployment ──store──▶ parse, once ──▶ a value with a type ──▶ feature
 *
 * A deployment is stored as it was written, so that a later version may read more in it. What it means is decided in the
 * section's own file and nowhere else.
 * @module
 */
import type { z } from 'zod';
import { isObject, type Json, type JsonObject } from '../../asl/json.js';

/** The form in which this version stores sections; earlier ones go on being read. */
export const FORMAT = 1;

export interface Section<Value> {
  /** Where it is written in a pipeline file: `['trigger', 'schedule']`. */
  readonly path: readonly string[];
  /** Its shape in a file. */
  readonly schema: z.ZodType;
  /**
   * What a stored one means; undefined when nothing can be made of it (a newer version's, a damaged one), and then nothing
   * comes of it.
   * @param json as it was written
   * @param format the FORMAT of the version that stored it
   * @param pipeline name of the pipeline
   */
  parse(json: Json, format: number, pipeline: string): Value | undefined;
}

/** What has sections. */
export interface Sectioned {
  readonly name: string;
  readonly sections?: JsonObject;
  /** Default: 1. */
  readonly format?: number;
}

/** Read once for each deployment: it never changes. */
const known = new WeakMap<Sectioned, Map<Section<unknown>, unknown>>();

/**
 * What a section of a deployment means; undefined when it has none.
 * @example sectionOf(CONCURRENCY, deployment)?.limit // 1
 */
export function sectionOf<Value>(section: Section<Value>, of: Sectioned): Value | undefined {
  const read = known.get(of) ?? new Map<Section<unknown>, unknown>();
  known.set(of, read);
  if (!read.has(section)) read.set(section, parsed(section, of));
  return read.get(section) as Value | undefined;
}

function parsed<Value>(section: Section<Value>, of: Sectioned): Value | undefined {
  const { name, sections, format = FORMAT } = of;
  let json: Json | undefined = sections;
  for (const part of section.path) json = isObject(json) ? json[part] : undefined;
  return json === undefined ? undefined : section.parse(json, format, name);
}

/**
 * Reads by the shape in files first, so that only what would be taken from a file is acted on.
 * @example parse: (json) => whenShaped(schema, json, ({ size }) => size)
 */
export function whenShaped<Written, Value>(
  schema: z.ZodType<Written>,
  json: Json,
  read: (written: Written) => Value | undefined,
): Value | undefined {
  const checked = schema.safeParse(json);
  return checked.success ? read(checked.data) : undefined;
}
