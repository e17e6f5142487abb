/**
 * Results as JUnit XML, which build servers read: one suite for each test file, one case for each test.
 * Format: https://github.com/testmoapp/junitxml
 * @module
 */

import type { TestResult } from './run-test.js';
import type { Summary } from './run-tests.js';

/** The whole document. Times are real seconds; the virtual duration is a property of each case. */
export function junitOf({ results, failed, realMs }: Summary): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) =>
    suite(
      file,
      results.filter((result) => result.file === file),
    ),
  );
  const head = `tests="${results.length}" failures="${failed}" errors="0" time="${seconds(realMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="millrace test" ${head}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(file: string, results: readonly TestResult[]): string {
  const failed = results.filter(({ status }) => status === 'failed').length;
  const took = results.reduce((sum, { realMs }) => sum + realMs, 0);
  const head = `tests="${results.length}" failures="${failed}" errors="0" time="${seconds(took)}"`;
  return [
    `  <testsuite name="${escaped(file)}" ${head}>`,
    ...results.map(testCase),
    '  </testsuite>',
  ].join('\n');
}

function testCase(result: TestResult): string {
  const { name, file, line, pipeline, realMs, virtualMs, failures, path } = result;
  const lines = [
    `    <testcase classname="${escaped(pipeline)}" name="${escaped(name)}" file="${escaped(file)}" line="${line}" time="${seconds(realMs)}">`,
    '      <properties>',
    `        <property name="virtualSeconds" value="${virtualMs / 1000}"/>`,
    `        <property name="path" value="${escaped(path)}"/>`,
    '      </properties>',
  ];
  const [first] = failures;
  if (first !== undefined) {
    const text = failures
      .flatMap(({ message, details, fix }) => [
        message,
        ...details,
        ...(fix ? [`fix: ${fix}`] : []),
      ])
      .join('\n');
    lines.push(`      <failure message="${escaped(first.message)}">${escaped(text)}</failure>`);
  }
  return [...lines, '    </testcase>'].join('\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Text for XML 1.0, which has no way to write most control characters and no lone surrogates. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
