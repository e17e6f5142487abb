import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { promtoolFiles } from '../../../test/metrics/promtool.js';
import { requirement } from '../../../test/requirements.js';
import { convertRules } from './convert-rules.js';

const tool = requirement('promtool');

interface Written {
  groups: {
    name: string;
    rules: {
      alert?: string;
      record?: string;
      expr: string;
      for?: string;
      [more: string]: unknown;
    }[];
  }[];
}

function yamlOf(text: string): string {
  const result = convertRules(text, 'jobs');
  if (result.type === 'failed') throw new Error(JSON.stringify(result.problems));
  return result.yaml;
}

const rulesOf = (text: string): Written['groups'][0]['rules'] =>
  (parse(yamlOf(text)) as Written).groups[0]?.rules ?? [];
const problemsOf = (text: string): string[] => {
  const result = convertRules(text, 'jobs');
  if (result.type === 'converted') return [];
  return result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

it('converts the alert of the talk, with its labels and annotations', () => {
  const rule = `
    # Nothing has succeeded for three hours.
    ALERT JobStale
      IF time() - job_last_success_unixtime > 3*60*60
      FOR 15m
      LABELS { severity="high", owner="data-platform" }
      ANNOTATIONS {
        summary = "{{ $labels.job }} is stale",
        description = "The last success of {{ $labels.job }} was {{ $value }} s ago.",
      }`;
  expect(rulesOf(rule)).toEqual([
    {
      alert: 'JobStale',
      expr: 'time() - job_last_success_unixtime > 3*60*60',
      for: '15m',
      labels: { severity: 'high', owner: 'data-platform' },
      annotations: {
        summary: '{{ $labels.job }} is stale',
        description: 'The last success of {{ $labels.job }} was {{ $value }} s ago.',
      },
    },
  ]);
  expect(yamlOf(rule)).toContain(
    '# Nothing has succeeded for three hours.\n      - alert: JobStale',
  );
});

it('converts recording rules, on one line after another and over several', () => {
  const text = `a:b{team="x"} = sum by (job) (
      rate(errors[5m]) # of all
    ) c = up == 1 permanent d = -c`;
  expect(rulesOf(text)).toEqual([
    {
      record: 'a:b',
      expr: 'sum by (job) (\n  rate(errors[5m]) # of all\n)',
      labels: { team: 'x' },
    },
    { record: 'c', expr: 'up == 1' },
    { record: 'd', expr: '-c' },
  ]);
});

it('reads what 0.x wrote, and keywords in any case', () => {
  const text = `alert Down if up{job='a', x=~"b|c"} == 0 for 5m with {severity="page"}
    summary "S" description 'it\\'s "D"' runbook \`http://x/{{$labels.job}}\\n\``;
  expect(rulesOf(text)).toEqual([
    {
      alert: 'Down',
      expr: `up{job='a', x=~"b|c"} == 0`,
      for: '5m',
      labels: { severity: 'page' },
      annotations: {
        summary: 'S',
        description: `it's "D"`,
        runbook: 'http://x/{{$labels.job}}\\n',
      },
    },
  ]);
});

it('tells everything that is wrong at once, each with its place and what to do', () => {
  const text = [
    'ALERT IF x',
    'ALERT a IF (x FOR 5m',
    'ALERT b IF count_scalar(x) > 1',
    'b = ',
    'ALERT c IF x FOR soon',
    'ALERT d IF x LABELS { 1 = "x" }',
    'ALERT e IF x > 1 ANNOTATIONS { s = "{{ $labels" }',
    'ALERT f IF x FOR 1m FOR 2m',
    'ALERT g IF x LABELS { a = "1", a = "2" }',
    'ALERT h IF x) > 1',
    'ALERT i IF [x) > 1',
    'ALERT j IF x FOR 5m1h',
    'ALERT k IF x keep_common',
    'ALERT l IF x ANNOTATIONS { a = "\\q" }',
    'ALERT good IF x',
  ].join('\n');
  expect(problemsOf(text)).toEqual([
    '1:10 The alert IF says no condition.',
    '2:12 This ( is never closed.',
    '3:12 Prometheus 2 has no count_scalar.',
    '5:1 b has no expression.',
    '5:18 soon is no duration.',
    '6:23 1 is no name of a label.',
    '7:36 A template {{ in this text is never closed.',
    '8:21 f says FOR twice.',
    '9:32 a is there twice.',
    '10:13 This ) closes nothing.',
    '11:14 ) stands where ] would close [.',
    '12:18 5m1h is no duration.',
    '13:14 Prometheus 2 has no keep_common.',
    '14:33 There is no escape \\q.',
  ]);
});

it.each([
  ['', '1:1 There is no rule in this file.'],
  ['# only this', '1:1 There is no rule in this file.'],
  ['groups:\n  - name: x', '1:1 No rule begins with groups:.'],
  ['ALERT a IF x == "b', '1:17 This string has no end.'],
  ['\nALERT a IF x ; y', '2:14 Nothing begins with ;.'],
])('refuses %j', (text, problem) => {
  expect(problemsOf(text)[0]).toBe(problem);
});

it('refuses a file of megabytes', () => {
  const text = 'x = 1\n'.repeat(2_000_000);
  expect(problemsOf(text)).toEqual(['1:1 The file is larger than 8388608 characters.']);
});

/** A file in 1.x form, with what it says. */
interface Generated {
  text: string;
  rules: object[];
}

const space = fc.constantFrom(' ', '\n', '\t', '  \n  ', ' # a comment "{(\n');
const word = fc.stringMatching(/^[a-z_][a-zA-Z0-9_]{0,8}$/).filter((name) => !/^__/.test(name));
const label = word.filter((name) => !['on', 'le'].includes(name));
const metric = fc.constantFrom('up', 'job_last_success_unixtime', 'a:b:rate5m', 'x_total');
const free = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .map((text) => text.replaceAll('{{', '{').replaceAll(/[\0\uFFFE\uFFFF]/g, ''));
const value = fc.oneof(
  free,
  fc.constantFrom(
    '{{ $labels.job }}',
    '{{$value}} of {{ $labels.instance }}',
    'a\nb',
    '"\'`\\',
    '1',
    'true',
  ),
);
/** The text in one of the three kinds of quotes. */
const quoted = (text: string, kind: number): string => {
  if (kind === 0 && !text.includes('`') && !text.includes('\r')) return `\`${text}\``;
  const quote = kind === 1 ? "'" : '"';
  const inner = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
  return quote + inner + quote;
};
const kind = fc.integer({ min: 0, max: 2 });
const duration = fc
  .tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom(...'smhdwy'))
  .map((d) => d.join(''));
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small' },
    metric,
    fc.tuple(metric, label, value, kind).map(([m, l, v, k]) => `${m}{${l}=${quoted(v, k)},}`),
    fc.tuple(metric, duration).map(([m, d]) => `rate(${m}[${d}] offset ${d})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '/', '> bool', 'and', 'unless'),
        tie('expression'),
      )
      .map(([a, op, b]) => `(${a})\n${op} # why (\n  (${b})`),
    fc.tuple(label, tie('expression')).map(([l, e]) => `sum(${e}) by (${l})`),
    fc.tuple(tie('expression')).map(([e]) => `time() - ${e} > 3*60*60`),
  ),
}));
const labelSet = fc.dictionary(label, value, { maxKeys: 3, noNullPrototype: true });
const setText = (labels: { [name: string]: string }, k: number, comma: boolean): string =>
  `{${Object.entries(labels)
    .map(([name, text]) => ` ${name} = ${quoted(text, k)}`)
    .join(',')}${comma && Object.keys(labels).length > 0 ? ',' : ''} }`;
const some = (name: string, labels: object): object =>
  Object.keys(labels).length > 0 ? { [name]: labels } : {};
const cased = (text: string): fc.Arbitrary<string> => fc.constantFrom(text, text.toLowerCase());

const alert = fc
  .record({
    ...{
      name: word.filter((text) => text.toLowerCase() !== 'if'),
      expression,
      space,
      kind,
      comma: fc.boolean(),
    },
    ...{ duration: fc.option(duration), labels: labelSet, annotations: labelSet },
    words: fc.tuple(
      cased('ALERT'),
      cased('IF'),
      cased('FOR'),
      cased('LABELS'),
      cased('ANNOTATIONS'),
    ),
  })
  .map((one): Generated => {
    const [ALERT, IF, FOR, LABELS, ANNOTATIONS] = one.words;
    const { space: _, name, labels, annotations, duration: time } = one;
    const parts = [ALERT, name, IF, one.expression];
    if (time !== null) parts.push(FOR, time);
    if (Object.keys(labels).length > 0) parts.push(LABELS, setText(labels, one.kind, one.comma));
    if (Object.keys(annotations).length > 0) {
      parts.push(ANNOTATIONS, setText(annotations, one.kind, one.comma));
    }
    const rule = {
      ...{ alert: name, expr: one.expression },
      ...(time === null ? {} : { for: time }),
      ...some('labels', labels),
      ...some('annotations', annotations),
    };
    return { text: parts.join(one.space), rules: [rule] };
  });
const record = fc
  .record({ name: metric, labels: labelSet, expression, space, kind })
  .map((one): Generated => {
    const set = Object.keys(one.labels).length > 0 ? setText(one.labels, one.kind, false) : '';
    const rule = { record: one.name, expr: one.expression, ...some('labels', one.labels) };
    return { text: `${one.name}${set}${one.space}=${one.space}${one.expression}`, rules: [rule] };
  });
const file = fc.tuple(fc.array(fc.oneof(alert, record), { minLength: 1, maxLength: 5 }), space).map(
  ([rules, between]): Generated => ({
    text: rules.map(({ text }) => text).join(between),
    rules: rules.flatMap((one) => one.rules),
  }),
);

it('keeps whatever a 1.x file says', () => {
  fc.assert(
    fc.property(file, ({ text, rules }) => {
      expect(rulesOf(text)).toEqual(rules);
    }),
    { numRuns: 500 },
  );
});

it('never throws, whatever the file is', () => {
  const pieces = fc.constantFrom(
    'ALERT',
    'a',
    'IF',
    '=',
    '{',
    '}',
    '(',
    ')',
    '"',
    "'",
    '`',
    'FOR',
    '5m',
    '\n',
    '#',
    '\\',
    '{{',
    ',',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
      const result = convertRules(parts.join(' '), 'x');
      if (result.type === 'failed') expect(result.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 2_000 },
  );
});

it.skipIf(tool.missing)(
  'promtool accepts whatever was a 1.x file',
  () => {
    const files = fc.sample(file, { numRuns: 300, seed: 11 });
    const written = Object.fromEntries(files.map(({ text }, at) => [`${at}.yaml`, yamlOf(text)]));
    const { isGood, said } = promtoolFiles(['check', 'rules', '--lint=none'], written);
    expect(
      isGood,
      said
        .split('\n')
        .filter((line) => !/Checking|SUCCESS/.test(line))
        .slice(0, 20)
        .join('\n'),
    ).toBe(true);
  },
  60_000,
);
