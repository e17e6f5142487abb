/**
 * What is wrong in a pipeline file, and the catalogue of everything that can be.
 *
 * The same codes appear in the CLI, the API, the console and the editor.
 * @module
 */

/** Every code with its title and why it matters. A code never changes its meaning. */
export const PROBLEM_CODES = {
  MILL1001: ['file not found', 'Millrace reads the file itself, and files that it names'],
  MILL1002: ['not valid YAML', 'what cannot be read cannot be checked'],
  MILL1003: [
    'too large or too deep',
    'a file is bounded, so that reading it cannot exhaust memory',
  ],
  MILL1004: ['forbidden key', 'the key means something to JavaScript itself'],
  MILL1005: ['duplicate key', 'only one of the two values could count'],
  MILL1101: ['unknown field', 'a field that nobody reads is most likely a misspelling'],
  MILL1102: ['missing field', 'the pipeline cannot be built without it'],
  MILL1103: ['wrong value', 'the value is not of the form that is needed here'],
  MILL1104: ['fields that exclude each other', 'only one of them can count'],
  MILL1105: ['number with leading zeros', 'YAML reads a number, and a number has no leading zeros'],
  MILL1106: ['number that loses digits', 'numbers have 15 to 17 digits; the rest is lost'],
  MILL1107: ['braces without quotes', 'YAML reads unquoted braces as a mapping'],
  MILL1108: [
    'two query languages in one step',
    'a step is written either with $. paths or with {% %}',
  ],
  MILL1201: ['invalid state machine', 'an execution of it would fail'],
  MILL1202: [
    'missing or unreachable state',
    'every way must lead to a state, and to every state a way',
  ],
  MILL1203: ['duplicate state name', 'names of states are unique in a state machine'],
  MILL1204: ['state machine beyond its limits', 'AWS refuses it too'],
  MILL1205: [
    'resource without a binding',
    'nothing on this machine performs the task, so it would fail',
  ],
  MILL1206: ['suspicious state machine', 'it is valid but probably not what was meant'],
  MILL1207: [
    'placeholder without a value',
    'what it stands for is known only when the template is deployed, so that part could not be checked',
  ],
  MILL1208: ['definition that is elsewhere', 'only files on this machine can be checked'],
  MILL1302: ['invalid trigger', 'it would never start anything, or at the wrong time'],
  MILL1303: ['no expectation', 'nothing would be noticed by it'],
  MILL1304: ['no monitor', 'nothing would be watched by it'],
  MILL1305: ["wrong in a team's file", 'people would not be told, or not who should be'],
  MILL1306: ['wrong in datasets', 'nothing would be written, or not what was meant'],
  MILL1307: ['no such pool', 'executions would fail before their first step'],
  MILL1401: [
    'template not found',
    'templates are files in the folder "templates" beside the pipeline file',
  ],
  MILL1402: ['unknown template parameter', 'the template has no use for it'],
  MILL1403: ['missing template parameter', 'the template needs it and has no default'],
  MILL1404: ['template parameter of the wrong type', 'the template says which values it takes'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the placeholder that is explained
  MILL1405: ['bad placeholder', 'placeholders are written ${with.name}'],
  MILL1406: ['invalid template', 'pipelines that use it cannot be built'],
  MILL1501: [
    'mock without a task',
    'only Task states ask for work that a mock can answer, so this one would never be used',
  ],
  MILL1502: ['unknown mocked response', 'the state would have no answer'],
  MILL1503: [
    'attempts of a mocked response',
    'the attempts are counted from 0, and each has exactly one answer',
  ],
  MILL1504: ['expectation about no state', 'it could never be met'],
  MILL1505: ['two tests of one name', 'reports tell tests apart by their names'],
  MILL1506: ['unknown test case', 'it says which mocked responses the states get'],
  MILL1507: [
    'wrong in the data of a test',
    'the pipeline would read something else than was meant, or nothing',
  ],
  MILL1601: ['wrong in settings of SALMON', 'what cannot be read cannot be taken over'],
  MILL1602: ['name that leads nowhere', 'what is told about it would be told to nobody'],
  MILL1701: ['wrong in a contract', 'data could not be checked by it, or not as it was meant'],
  MILL1702: ['not taken over from a data contract', 'nobody checks what was left out'],
  MILL1730: ['older than what was promoted', 'the file would undo a promotion'],
  MILL1720: ['candidate of another pipeline', 'a test run tries another version of one pipeline'],
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** One problem, with everything a person needs to solve it. */
export interface Problem {
  severity: 'error' | 'warning';
  code: ProblemCode;
  message: string;
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** How many characters are meant, at least 1. */
  length: number;
  /** Name of the pipeline, when it could be read. */
  pipeline?: string;
  /** Whose it is, when the file tells. */
  team?: string;
  why: string;
  fix?: string;
  /** A name that was probably meant. */
  suggestion?: string;
}

/** In the order of a file, errors before warnings of the same place. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) =>
      compareText(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compareText(a.severity, b.severity),
  );
}

/** True when nothing hinders the pipeline from being deployed. */
export function isDeployable(problems: readonly Problem[]): boolean {
  return problems.every((problem) => problem.severity === 'warning');
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
