/**
 * The report of a test run on a terminal.
 * @module
 */
import colors from 'picocolors';
import type { RecordedEffect, TestReport } from '../api/test-runs.js';
import type { ContractResult } from '../datasets/contract.js';
import { contractText } from './contract-text.js';
import { size } from './data-text.js';
import { diffText } from './diff-text.js';
import { money } from './money.js';
import { printable, status, table, time } from './text.js';

type Tried = TestReport['versions'][number];

/** Characters of what would have been sent. */
const WIDTH = 100;

/** All of it. @example reportText(report) */
export function reportText(report: TestReport): string {
  const { execution, versions, effects, read, notifications, isCut } = report;
  const { number, pipeline, version, testRun, usage } = execution;
  const tried =
    testRun?.candidate === true ? `version ${version}, a candidate` : `version ${version}`;
  const { cost, currency } = usage;
  return [
    `Test run #${number} of ${pipeline} (${tried}): ${status(execution.status)}`,
    ...(read.length === 0
      ? []
      : [`read  ${read.map((one) => `${one.dataset}@${one.version}`).join(', ')}`]),
    ...(cost === undefined || currency === undefined ? [] : [`cost  ${money(cost, currency)}`]),
    ...versions.flatMap((one) => ['', ...triedLines(one)]),
    ...(versions.length === 0 ? ['', 'It wrote no dataset.'] : []),
    '',
    ...effectLines(effects),
    ...(notifications.length === 0
      ? []
      : [
          `Told of its end: ${notifications.map(({ channel, address }) => `${channel} ${printable(address)}`).join(', ')}`,
        ]),
    ...(isCut ? [colors.dim('… and more than is shown here')] : []),
  ].join('\n');
}

function triedLines({ dataset, version, published, diff, problem, ...one }: Tried): string[] {
  const rows = one.rows === undefined ? `${one.files} files` : `${one.rows} rows`;
  const held = one.quarantined === undefined ? '' : `, ${one.quarantined} held back`;
  const would = one.would === 'be blocked' ? colors.red('would be blocked') : 'would be published';
  return [
    `${colors.bold(dataset)}@${version}  ${rows}, ${size(one.bytes)}${held}: ${would}`,
    ...(one.contract === undefined
      ? []
      : [contractText(one.contract as unknown as ContractResult, [])]),
    ...publishedLines(one.removedAt, published),
    ...(diff === undefined ? [] : [diffText(diff)]),
    ...(problem === undefined ? [] : [colors.yellow(`Not compared: ${printable(problem)}`)]),
  ];
}

/** What it is compared with, where that is not what readers see now. */
function publishedLines(removedAt: Tried['removedAt'], published: Tried['published']): string[] {
  if (removedAt !== undefined) return [`Its files were kept until ${time(removedAt)}.`];
  if (published === undefined) return ['Nothing of it was published when it was written.'];
  if (published.isCurrent) return [];
  return [
    `Compared with ${published.version}, which was published then; another version is current now.`,
  ];
}

function effectLines(effects: readonly RecordedEffect[]): string[] {
  if (effects.length === 0) return ['Nothing else would have happened outside.'];
  return [
    'Recorded instead of done:',
    table(
      ['state', 'pipeline', 'performer', 'resource', 'with'],
      effects.map(({ state, pipeline, performer, resource, sent }) => [
        printable(state),
        pipeline,
        performer,
        printable(resource),
        shortened(sent),
      ]),
    ),
  ];
}

function shortened(sent: unknown): string {
  const text = printable(JSON.stringify(sent));
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
}
