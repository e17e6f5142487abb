/**
 * A file of expectations, for things that no pipeline file describes: checks that scripts report, jobs elsewhere, files, sites.
 *
 *     team: parcels
 *     expectations:
 *       - { check: deeds, tags: { county: alpine }, expect: [new data within 2 days] }
 *       - { expect: [site https://county.example/ is reachable] }
 *
 * @module
 */
import { z } from 'zod';
import { isTimeZone } from '../../events/schedules/time-zone.js';
import { checkSubject } from '../../monitoring/subject.js';
import { isDeployable, type Problem, sortProblems } from '../problem.js';
import { NAME_MESSAGE, NAME_PATTERN } from '../schema.js';
import { checked, type FileKind } from '../schema-problems.js';
import {
  readExpectation,
  type WrittenExpectation,
  writtenExpectation,
} from '../sections/expect-section.js';
import { problemAt, readSource, type ValuePath } from '../source-file.js';

/** Entries of one file at most. */
const MOST = 1_000;
const TEAM = 'default';

export interface WrittenSubject {
  provider: string;
  account: string;
  region: string;
  kind: string;
  name: string;
}

/** What is watched, and what is expected of it, as a file says it. */
export interface WrittenWatch {
  /** Name of a check that is reported here. */
  check?: string | undefined;
  /** Something elsewhere. */
  subject?: WrittenSubject | undefined;
  tags?: { [tag: string]: string } | undefined;
  owner?: string | undefined;
  timezone?: string | undefined;
  expect: WrittenExpectation[];
}

const text = z.string().min(1).max(512);
const watch: z.ZodType<WrittenWatch> = z.strictObject({
  check: text.optional(),
  subject: z
    .strictObject({ provider: text, account: text, region: text, kind: text, name: text })
    .optional(),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).optional(),
  owner: text.optional(),
  timezone: text.optional(),
  expect: z.array(writtenExpectation).min(1).max(100),
});
const schema = z.strictObject({
  team: z.string().regex(NAME_PATTERN, NAME_MESSAGE).optional(),
  expectations: z.array(watch).max(MOST),
});

const KIND: FileKind = {
  name: 'expectation',
  begin: 'expectations: [...]',
  fields: (path) => {
    if (path.length === 0) return ['team', 'expectations'];
    if (path.length === 2) return ['check', 'subject', 'tags', 'owner', 'timezone', 'expect'];
    if (path.at(-1) === 'subject') return ['provider', 'account', 'region', 'kind', 'name'];
    if (path.at(-1) === 'tags') return [];
    return ['that', 'timezone', 'days', 'except', 'also', 'grace'];
  },
};

/**
 * Reads a file of expectations.
 * @returns none when anything in it is wrong, and everything that is wrong, each at its place
 * @example loadExpectations('watch.yaml', 'expectations: [{ check: deeds, expect: [succeeded] }]').watches?.length // 1
 */
export function loadExpectations(
  file: string,
  content: string,
): { team?: string; watches?: readonly WrittenWatch[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const source = readSource(file, content, problems);
  if (source === undefined) return { problems };
  const { team = TEAM, expectations = [] } = checked(schema, source, KIND, problems);
  const report = (
    path: ValuePath,
    message: string,
    fix: string,
    part?: { at: number; length: number },
  ) =>
    problems.push(
      problemAt(source, ['expectations', ...path], 'MILL1303', message, {
        fix,
        ...(part === undefined ? {} : { part }),
      }),
    );
  for (const [index, one] of (isDeployable(problems) ? expectations : []).entries()) {
    const { check, subject, timezone = 'UTC', expect } = one;
    if (check !== undefined && subject !== undefined) {
      report([index, 'subject'], 'give "check" or "subject", not both', 'leave one of them out');
    }
    const wrong = subject && checkSubject(subject);
    if (wrong !== undefined) report([index, 'subject'], `no subject: ${wrong}`, 'change that part');
    if (!isTimeZone(timezone)) {
      report([index, 'timezone'], `'${timezone}' is no time zone`, 'write Europe/Berlin or UTC');
    }
    for (const [at, written] of expect.entries()) {
      const read = readExpectation(written, isTimeZone(timezone) ? timezone : 'UTC');
      if ('problem' in read) {
        const { message, fix, field = [], ...part } = read.problem;
        report([index, 'expect', at, ...field], message, fix, part);
      } else if (read.about === undefined && check === undefined && subject === undefined) {
        const fix =
          'add "check: NAME" for what a script reports, or "subject" for something elsewhere';
        report([index, 'expect', at], 'it is not said of what this is expected', fix);
      }
    }
  }
  const told = sortProblems(problems).map((problem) => ({ ...problem, team }));
  if (!isDeployable(problems)) return { problems: told };
  return { team, watches: expectations, problems: told };
}
