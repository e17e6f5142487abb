/**
 * Which files of a folder are pipeline files: one answer for the server, `validate` and `test`.
 *
 * A pipeline file is YAML (or JSON in a file with YAML's ending) whose top level has `pipeline`, however that is written: after a
 * byte order mark, comments or `---`, quoted, in braces. What looks like one and is none is a problem that says why, so no file
 * is left out without a word. One that has `monitors` or `expectations` instead is a file of
 * these (monitors/monitor-file.ts, expectations/expectation-file.ts), and one that has `team` with sections of a team is that
 * team's (team-file/team-file.ts).
 * @module
 */
import { isMap, isScalar, parseDocument } from 'yaml';
import { PROBLEM_CODES, type Problem, type ProblemCode } from './problem.js';
import { MAX_FILE_SIZE } from './source-file.js';
import { SECTION_NAMES } from './team-file/team-file.js';

const YAML_FILE = /\.ya?ml$/i;
/** What a test file is called. */
export const TEST_FILE: RegExp = /\.test\.ya?ml$/i;
/** Folders whose files are somebody else's, or are asked for by name. */
const NOT_OURS = /(^|\/)(node_modules|templates|\.[^/]+)(\/|$)/;

/** The usual way to begin one: nothing has to be parsed to see it. */
const USUAL = /^pipeline\s*:/m;
/** The usual way to begin a file of monitors. */
const USUAL_MONITORS = /^monitors\s*:/m;
/** The usual way to begin a file of expectations. */
const USUAL_EXPECTATIONS = /^expectations\s*:/m;
/** Any way to write a key that makes a pipeline, a file of monitors or expectations, or a team's. */
const MENTIONED: RegExp = new RegExp(
  `(^|[\\s"'{,])(pipeline|steps|monitors|expectations|${SECTION_NAMES.join('|')})["']?\\s*:`,
);

/**
 * Whether a file of a folder may be a pipeline or test file by its name.
 * @param path relative to the folder
 */
export function isYamlOfOurs(path: string): boolean {
  const inside = path.replaceAll('\\', '/');
  return YAML_FILE.test(inside) && !NOT_OURS.test(inside);
}

export type FileKind = 'pipeline' | 'monitors' | 'expectations' | 'team' | 'other';

/**
 * What a file is by its text: a pipeline file (right or wrong: loading it tells), something else, or something that was
 * probably meant to be one.
 * @example fileKind('a.yaml', '{ "pipeline": "a", "steps": [] }') // 'pipeline'
 */
export function fileKind(file: string, text: string): FileKind | Problem {
  if (isUtf16(text)) {
    return told(
      file,
      'MILL1002',
      'the file is in UTF-16, so it cannot be read',
      'save it as UTF-8',
    );
  }
  if (USUAL.test(withoutMark(text))) return 'pipeline';
  if (USUAL_MONITORS.test(withoutMark(text))) return 'monitors';
  if (USUAL_EXPECTATIONS.test(withoutMark(text))) return 'expectations';
  if (!MENTIONED.test(text) || text.length > MAX_FILE_SIZE) return 'other';
  const keys = topLevelKeys(text);
  // What cannot be read may be one: loading it tells what is wrong.
  if (keys === undefined) return /\bpipeline\b/.test(text) ? 'pipeline' : 'other';
  if (keys.includes('pipeline')) return 'pipeline';
  if (keys.includes('monitors')) return 'monitors';
  if (keys.includes('expectations')) return 'expectations';
  if (keys.includes('team') && SECTION_NAMES.some((name) => keys.includes(name))) return 'team';
  if (!keys.includes('steps')) return 'other';
  return told(
    file,
    'MILL1102',
    'the file has "steps" and no "pipeline", so it is not taken as a pipeline',
    'begin it with "pipeline: NAME", or move it out of this folder',
  );
}

/**
 * A link in a folder of pipelines that is not followed. Those that lead to a file in the folder count as that file: Kubernetes
 * mounts files as such links.
 */
export function strayLink(file: string): Problem {
  const message =
    'the link leads nowhere, or out of the folder, so it is not taken as a pipeline or test file';
  const fix = 'put the file itself here, or let the link lead to one in this folder';
  return told(file, 'MILL1001', message, fix);
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Read as UTF-8, its byte order mark is no text and every other character a NUL. */
function isUtf16(text: string): boolean {
  return /^\uFFFD\uFFFD/.test(text) && text.slice(0, 64).includes('\0');
}

/** Undefined when the file is no YAML. */
function topLevelKeys(text: string): string[] | undefined {
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'error' });
  if (document.errors.length > 0) return undefined;
  const { contents } = document;
  if (!isMap(contents)) return [];
  return contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
}

function told(file: string, code: ProblemCode, message: string, fix: string): Problem {
  return {
    severity: 'warning',
    code,
    message,
    file,
    line: 1,
    column: 1,
    length: 1,
    why: PROBLEM_CODES[code][1],
    fix,
  };
}
