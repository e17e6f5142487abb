/**
 * What a pipeline's file expects: of itself, of files that come, and of sites.
 * @module
 */
import { isObject, type JsonObject } from '../../../asl/json.js';
import {
  matchesPath,
  type PathPattern,
  parsePathPattern,
} from '../../../events/pattern/path-pattern.js';
import type { Expectation } from '../../../monitoring/expectations/expectation.js';
import { type Home, ownSubject, type Subject } from '../../../monitoring/subject.js';
import { EXPECT } from '../../../pipelines/sections/expect-section.js';
import { SCHEDULE } from '../../../pipelines/sections/schedule-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import type { PipelineRef } from '../../../store/store.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { EventRecord } from '../../kernel/bus-event.js';

/** Expectations about one subject. */
export interface Declared {
  readonly team: string;
  readonly subject: Subject;
  readonly tags: { readonly [tag: string]: string };
  readonly pipeline?: PipelineRef;
  readonly owner?: string;
  /** The pattern, when the subject is a file that comes. */
  readonly file?: string;
  readonly site?: string;
  readonly expectations: readonly Expectation[];
}

/** What a version of a pipeline declares, subject by subject. */
export function declaredBy({ ref, deployment }: LoadedMachine, home: Home): Declared[] {
  const section = sectionOf(EXPECT, deployment);
  if (section === undefined) return [];
  const zone = sectionOf(SCHEDULE, deployment)?.schedule.timezone ?? 'UTC';
  const { team, name } = ref;
  const { tags, sections } = deployment;
  const owner = typeof sections?.owner === 'string' ? { owner: sections.owner } : {};
  const shared = { team, tags, pipeline: ref, ...owner };
  const all = new Map<string, Declared & { expectations: Expectation[] }>();
  for (const { about, expectation } of section(zone)) {
    const file = about !== undefined && 'file' in about ? about.file : undefined;
    const site = about !== undefined && 'site' in about ? about.site : undefined;
    // Two pipelines may expect the same file, each in its own way.
    const [kind, named] =
      file !== undefined
        ? ['file', `${name}: ${file}`]
        : site !== undefined
          ? ['site', `${name}: ${site}`]
          : ['pipeline', name];
    const key = `${kind} ${named}`;
    const known = all.get(key) ?? {
      ...shared,
      subject: ownSubject(home, kind, team, named),
      ...(file === undefined ? {} : { file }),
      ...(site === undefined ? {} : { site }),
      expectations: [],
    };
    known.expectations.push(expectation);
    all.set(key, known);
  }
  return [...all.values()];
}

/** A file that has come. */
export interface ArrivedFile {
  readonly key: string;
  readonly bytes?: number;
}

/** Hears of files among the events of teams: those that triggers find, and those that S3 tells of. */
export class FileArrivalsExpected {
  readonly #patterns: Map<string, { declared: Declared; pattern: PathPattern }> = new Map();

  set(place: string, declared: Declared): void {
    if (declared.file === undefined) return;
    const parsed = parsePathPattern(declared.file);
    if ('pattern' in parsed) this.#patterns.set(place, { declared, pattern: parsed.pattern });
  }

  delete(place: string): void {
    this.#patterns.delete(place);
  }

  heard(
    { team, envelope }: EventRecord,
    arrived: (declared: Declared, file: ArrivedFile) => void,
  ): void {
    if (this.#patterns.size === 0) return;
    const file = fileIn(envelope);
    if (file === undefined) return;
    for (const { declared, pattern } of this.#patterns.values()) {
      if (declared.team === team && matchesPath(pattern, file.key)) arrived(declared, file);
    }
  }
}

/** The file that an event tells of. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html */
function fileIn({ source, 'detail-type': type, detail }: JsonObject): ArrivedFile | undefined {
  const isS3 = source === 'aws.s3' && type === 'Object Created';
  if (!isS3 && type !== 'File Arrived') return undefined;
  const { object, file } = isObject(detail) ? detail : {};
  const told = isS3 ? object : file;
  if (!isObject(told) || typeof told.key !== 'string') return undefined;
  const { key, size } = told;
  return { key, ...(typeof size === 'number' ? { bytes: size } : {}) };
}
