/**
 * Results of tests as a person reads them: a tick for each, and for one that failed what differs and the path it took.
 * @module
 */
import { relative } from 'node:path';
import colors from 'picocolors';
import type { TestResult } from '../testing/run-test.js';
import type { Summary } from '../testing/run-tests.js';
import { duration, printable } from './text.js';

/** One line, or for a failure several. `isFirst` puts the file's name above. */
export function resultText(result: TestResult, isFirst: boolean): string {
  const { name, file, line, status, realMs, virtualMs, failures, path, kind, updated } = result;
  const here = relative(process.cwd(), file) || file;
  const head = isFirst ? [`\n${colors.bold(printable(here))}`] : [];
  const took = colors.dim(
    `${duration(realMs)}${virtualMs > 0 ? `, virtually ${duration(virtualMs)}` : ''}`,
  );
  const fresh = updated.map((what) => `      ${colors.yellow('wrote')} ${printable(what)}`);
  if (status === 'passed') {
    return [...head, `  ${colors.green('✔')} ${printable(name)}  ${took}`, ...fresh].join('\n');
  }
  const lines = [...head, `  ${colors.red('✖')} ${printable(name)}  ${took}`, ...fresh];
  for (const { message, details, fix } of failures) {
    lines.push(`      ${colors.red(printable(message))}`);
    for (const detail of details) lines.push(`        ${coloured(printable(detail))}`);
    if (fix !== undefined) lines.push(`        ${colors.dim('fix:')} ${printable(fix)}`);
  }
  const isTold = failures.some(({ details }) =>
    details.some((text) => text.startsWith('path taken')),
  );
  if (path !== '' && !isTold) {
    const label = kind === 'simulation' ? 'started:' : 'path taken:';
    lines.push(`      ${colors.dim(label)} ${printable(path)}`);
  }
  lines.push(`      ${colors.dim(`${printable(here)}:${line}`)}`);
  return lines.join('\n');
}

function coloured(line: string): string {
  if (/^\s*- /.test(line)) return colors.green(line);
  if (/^\s*\+ /.test(line)) return colors.red(line);
  return line;
}

/** The last line. */
export function summaryText({
  passed,
  failed,
  skipped,
  realMs,
  virtualMs,
  updated,
}: Summary): string {
  const parts = [
    ...(failed > 0 ? [colors.red(`${failed} failed`)] : []),
    colors.green(`${passed} passed`),
    ...(updated.length > 0
      ? [
          colors.yellow(
            `${updated.length} golden ${updated.length === 1 ? 'output' : 'outputs'} written`,
          ),
        ]
      : []),
    ...(skipped > 0 ? [colors.yellow(`${skipped} not run`)] : []),
  ];
  const time = virtualMs > 0 ? ` ${colors.dim(`for ${duration(virtualMs)} of virtual time`)}` : '';
  return `\n${parts.join(', ')} in ${duration(realMs)}${time}`;
}
