import { describe, expect, it } from 'vitest';
import { escaped, junitOf } from './junit.js';
import type { TestResult } from './run-test.js';

const result = (more: Partial<TestResult>): TestResult => ({
  name: 'works',
  file: 'orders.test.yaml',
  line: 3,
  pipeline: 'orders',
  status: 'passed',
  realMs: 12,
  virtualMs: 60_000,
  failures: [],
  path: 'a → b',
  kind: 'execution',
  updated: [],
  ...more,
});

function xmlOf(results: TestResult[]): string {
  const failed = results.filter(({ status }) => status === 'failed').length;
  const passed = results.length - failed;
  return junitOf({ results, passed, failed, skipped: 0, realMs: 24, virtualMs: 0, updated: [] });
}

describe('JUnit XML', () => {
  it('counts tests and failures of each file', () => {
    const failure = { message: 'differs', details: ['- a', '+ b'], fix: 'mend it' };
    const xml = xmlOf([
      result({}),
      result({ file: 'other.test.yaml', status: 'failed', failures: [failure] }),
    ]);
    expect(xml).toContain('<testsuites name="millrace test" tests="2" failures="1"');
    expect(xml).toContain('<testsuite name="other.test.yaml" tests="1" failures="1"');
    expect(xml).toContain('<failure message="differs">differs\n- a\n+ b\nfix: mend it</failure>');
    expect(xml).toContain('name="virtualSeconds" value="60"');
  });

  it('holds no character that XML does not have, and no markup of others', () => {
    const nasty = '\u0000\u001b[31m<b attr="x">&amp;\ud800\uffff😀\u000b]]>';
    const name = escaped(nasty);
    expect(name).toBe(
      '\ufffd\ufffd[31m&lt;b attr=&quot;x&quot;&gt;&amp;amp;\ufffd\ufffd😀\ufffd]]&gt;',
    );
    const failures = [{ message: nasty, details: [nasty] }];
    const xml = xmlOf([result({ name: nasty, path: nasty, status: 'failed', failures })]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\uffff]/);
  });
});
