/**
 * What came of a contract, on a terminal: each rule with its sign, rows that break it below, the verdict at the end.
 * @module
 */
import colors from 'picocolors';
import type { ContractResult, RuleResult, RuleStatus } from '../datasets/contract.js';
import { count } from '../datasets/judge-contract.js';
import { printable } from './text.js';

const SIGNS: { readonly [status in RuleStatus]: string } = {
  OK: colors.green('✓'),
  WARNING: colors.yellow('!'),
  CRITICAL: colors.red('✗'),
};

/**
 * @param warnings what reading the files has said
 * @example contractText(result, []) // '✓ columns: all 2 are …'
 */
export function contractText(result: ContractResult, warnings: readonly string[]): string {
  const lines = warnings.map((one) => `${SIGNS.WARNING} ${printable(one)}`);
  for (const rule of result.rules) lines.push(...ruleLines(rule));
  const { leftOff } = result;
  if (leftOff !== undefined) {
    lines.push(`${leftOff.rules} more rules and ${leftOff.rows} more rows are not shown`);
  }
  const verdict =
    result.verdict === 'block'
      ? colors.red('must not be published')
      : colors.green('may be published');
  const aside = result.quarantined === 0 ? '' : `, ${count(result.quarantined)} set aside`;
  lines.push(`${result.dataset}: ${result.status}, ${verdict} (${count(result.rows)}${aside})`);
  return lines.join('\n');
}

function ruleLines(rule: RuleResult): string[] {
  const holds = rule.status === 'OK';
  const does = holds ? '' : ` ${colors.dim(`[${printable(rule.rule)}: ${effect(rule)}]`)}`;
  const lines = [`${SIGNS[rule.status]} ${printable(rule.words)}${does}`];
  if (rule.fix !== undefined && !holds)
    lines.push(`    ${colors.dim('fix:')} ${printable(rule.fix)}`);
  for (const row of rule.rows) lines.push(`    ${printable(JSON.stringify(row))}`);
  return lines;
}

function effect({ severity, status }: RuleResult): string {
  if (status === 'CRITICAL') return 'blocks';
  return severity === 'quarantine' ? 'set aside' : 'warns';
}
