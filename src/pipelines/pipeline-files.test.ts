import { describe, expect, it } from 'vitest';
import { fileKind, isYamlOfOurs, TEST_FILE } from './pipeline-files.js';

describe('a file is a pipeline however it is written', () => {
  it.each([
    ['as usual', 'pipeline: a\nsteps: []\n'],
    ['after a byte order mark', '\uFEFFpipeline: a\r\nsteps: []\r\n'],
    ['after a mark and a comment', '\uFEFF# note\npipeline: a\n'],
    ['after a comment and a document mark', '# note\n%YAML 1.2\n---\npipeline: a\n'],
    ['on the line of the document mark', '--- { pipeline: a, steps: [] }\n'],
    ['with a quoted key', '"pipeline": a\nsteps: []\n'],
    ['with a key in single quotes', "steps: []\n'pipeline': a\n"],
    ['in braces', '{ pipeline: a, steps: [] }'],
    ['in braces over lines', '{\n  steps: [],\n  pipeline: a\n}\n'],
    ['as JSON', '{"steps": [], "pipeline": "a"}'],
    ['as JSON after a mark', '\uFEFF{"pipeline":"a"}'],
    ['indented', '  pipeline: a\n  steps: []\n'],
    ['with an explicit key', '? pipeline\n: a\n? "steps"\n: []\n'],
    ['with a mistake that loading tells', '{ "pipeline": "a", "steps": [ }'],
    ['with old line ends', 'owner: me\rpipeline: a\r'],
  ])('%s', (_way, text) => {
    expect(fileKind('a.yaml', text)).toBe('pipeline');
  });
});

describe('a file is something else', () => {
  it.each([
    ['a list', '- pipeline: a\n'],
    ['a key within', 'services:\n  pipeline: a\n'],
    ['a value', 'kind: pipeline\n'],
    ['a text about it', 'note: |\n  our pipeline: is long\n'],
    ['nothing', ''],
  ])('%s', (_what, text) => {
    expect(fileKind('a.yaml', text)).toBe('other');
  });
});

describe('a file that was probably meant to be one', () => {
  it('is told when it has steps and no name', () => {
    expect(fileKind('a.yaml', 'Pipeline: a\nsteps: []\n')).toMatchObject({
      severity: 'warning',
      code: 'MILL1102',
      file: 'a.yaml',
      message: expect.stringContaining('no "pipeline"'),
    });
  });

  it('is told when it is in UTF-16', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('pipeline: a', 'utf16le')]);
    expect(fileKind('a.yaml', bytes.toString('utf8'))).toMatchObject({
      code: 'MILL1002',
      message: expect.stringContaining('UTF-16'),
    });
  });
});

describe('names', () => {
  it.each(['a.yaml', 'a.yml', 'A.YAML', 'teams/b.yml', 'a.test.yaml', 'teams\\b.yaml'])(
    '%s is looked into',
    (path) => {
      expect(isYamlOfOurs(path)).toBe(true);
    },
  );

  it.each(['a.json', 'templates/a.yaml', '.git/a.yaml', 'x/node_modules/y/a.yaml', 'a.yaml.bak'])(
    '%s is not',
    (path) => {
      expect(isYamlOfOurs(path)).toBe(false);
    },
  );

  it('of test files end in .test.yaml, in any case', () => {
    expect(['a.test.yaml', 'A.Test.YML'].every((name) => TEST_FILE.test(name))).toBe(true);
    expect(TEST_FILE.test('test.yaml')).toBe(false);
  });
});
