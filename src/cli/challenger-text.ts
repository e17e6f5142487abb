/**
 * Challengers on a terminal.
 * @module
 */
import colors from 'picocolors';
import type { Challenge, ChallengeDetail, Comparison } from '../api/challengers.js';
import type { ComparedDataset, RuleOutcome } from '../datasets/challenger/judge.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';
import { duration, printable, table, time } from './text.js';

type Verdict = NonNullable<Comparison['verdict']>;

const VERDICTS: { readonly [verdict in Verdict]: string } = {
  won: colors.green('✔ won'),
  lost: colors.red('✖ lost'),
  undecided: colors.yellow('? undecided'),
};

/** One line for each. */
export function challengeTable(challenges: readonly Challenge[]): string {
  return table(
    [
      'number',
      'pipeline',
      'team',
      'versions',
      'state',
      'decided',
      'won',
      'lost',
      'undecided',
      'since',
    ],
    challenges.map((one) => [
      ...[String(one.number), printable(one.pipeline), one.team, versions(one), state(one)],
      ...[`${one.won + one.lost} of ${one.target}`, String(one.won), String(one.lost)],
      ...[String(one.undecided), time(one.at)],
    ]),
  );
}

function versions({ championVersion, candidateVersion }: Challenge): string {
  return `${championVersion} → ${candidateVersion}`;
}

function state({ state: now, verdict, reason, promotedVersion }: Challenge): string {
  if (now !== 'ended') return now;
  const said = verdict === undefined ? (reason ?? 'ended') : VERDICTS[verdict];
  return promotedVersion === undefined ? said : `${said}, promoted as ${promotedVersion}`;
}

/** One challenge in a few lines. */
export function challengeText(one: Challenge): string {
  const { number, pipeline, team, target, begun, won, lost, undecided } = one;
  return [
    `Challenge ${number} of ${printable(pipeline)} (team ${team}), version ${one.candidateVersion} beside ${one.championVersion}: ${state(one)}`,
    `decided  ${won + lost} of ${target}: ${won} won, ${lost} lost; ${undecided} undecided; ${begun} begun`,
    `rules    ${one.rules.join('; ')}`,
    `promote  ${one.promote}${one.backfills === 'with' ? '; executions of backfills, too' : ''}`,
    `started  ${time(one.at)} by ${printable(one.startedBy)}`,
    ...(one.reason === undefined ? [] : [`reason   ${printable(one.reason)}`]),
  ].join('\n');
}

/** With every comparison, the newest first. */
export function challengeDetailText(one: ChallengeDetail): string {
  return [challengeText(one), ...one.comparisons.map(comparisonText)].join('\n\n');
}

function comparisonText(one: Comparison): string {
  const { championOutcome: champion, challengerOutcome: challenger, result } = one;
  const head = one.verdict === undefined ? colors.dim(one.state) : VERDICTS[one.verdict];
  const { rules = [], datasets = [] } = (result ?? {}) as {
    rules?: readonly RuleOutcome[];
    datasets?: readonly ComparedDataset[];
  };
  const ran = (outcome: typeof champion): string =>
    outcome === undefined ? 'runs' : `${outcome.status} in ${duration(outcome.durationMs)}`;
  return [
    `${head}  ${time(one.at)}${one.interval === undefined ? '' : `, of ${one.interval}`}`,
    `  champion   ${one.championId}  ${ran(champion)}`,
    `  challenger ${one.challengerId ?? '–'}  ${ran(challenger)}`,
    ...datasets.map((dataset) => `  ${datasetWords(dataset)}`),
    ...rules.map((rule) => `  ${ruleWords(rule)}`),
  ].join('\n');
}

function datasetWords({ dataset, champion, challenger, diff, problem }: ComparedDataset): string {
  if (diff === undefined) {
    const before = champion === undefined ? 'not written' : champion.version;
    const now = challenger === undefined ? 'not written' : challenger.version;
    const why = problem === undefined ? '' : `: ${printable(problem)}`;
    return `${dataset}  ${before} → ${now}${why}`;
  }
  const { from, to, added, removed, changed, same } = diff.rows;
  const columns = diff.changed
    .slice(0, 5)
    .map((one) => `${printable(one.name)} ${one.changed}`)
    .join(', ');
  const more = columns === '' ? '' : ` (${columns})`;
  return `${dataset}  ${from} → ${to} rows: ${added} added, ${removed} removed, ${changed} changed${more}, ${same} the same`;
}

const SIGNS: { readonly [outcome in RuleOutcome['outcome']]: string } = {
  met: colors.green('✔'),
  broken: colors.red('✖'),
  undecided: colors.yellow('?'),
};

function ruleWords({ rule, dataset, outcome, words }: RuleOutcome): string {
  const of = dataset === undefined || rule.includes(' of ') ? '' : ` (${dataset})`;
  return `${SIGNS[outcome]} ${rule}${of}: ${printable(words)}`;
}

/** @throws CommandFailure when it is no number of a challenge */
export function challengeNumber(text: string): string {
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  throw new CommandFailure(`'${printable(text)}' is no number of a challenge.`, {
    exitCode: EXIT.usage,
    code: 'MILL5761',
    fix: 'List them with: millrace challenger list',
  });
}
