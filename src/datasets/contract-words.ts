/**
 * What came of a contract, as the cause of a failure says it: each broken rule, with rows that break it and what to do.
 * @module
 */
import type { ContractResult } from './contract.js';

/** Most characters, well below what a cause may have. */
const MOST = 16_000;

/**
 * @param version that is not published
 * @param current that stays; undefined: there is none
 * @example blockedWords(result, '20261130T063000Z-0000abcd', undefined)
 */
export function blockedWords(
  result: ContractResult,
  version: string,
  current: string | undefined,
): string {
  const broken = result.rules.filter(({ status }) => status !== 'OK');
  const blocking = broken.filter(({ status }) => status === 'CRITICAL');
  const stays = current === undefined ? 'Nothing is published yet' : `${current} stays current`;
  const lines = [
    `${result.dataset}: ${version} is not published, for ${blocking.length === 1 ? 'a rule' : `${blocking.length} rules`} of its contract ${blocking.length === 1 ? 'is' : 'are'} broken. ${stays}.`,
  ];
  for (const { status, rule, words, rows, fix } of [
    ...blocking,
    ...broken.filter(({ status }) => status !== 'CRITICAL'),
  ]) {
    lines.push(`${status === 'CRITICAL' ? '✗' : '!'} ${words} [${rule}]`);
    for (const row of rows) lines.push(`    ${JSON.stringify(row)}`);
    if (fix !== undefined) lines.push(`    fix: ${fix}`);
  }
  const text = lines.join('\n');
  return text.length <= MOST ? text : `${text.slice(0, MOST)}\n… and more`;
}

/**
 * One line of it, for results, lists and notifications.
 * @example brokenWords(result) // 'zip pattern: 3 of 100 rows …'
 */
export function brokenWords({ rules }: ContractResult): string {
  const broken = rules.filter(({ status }) => status !== 'OK');
  const [first] = broken.toSorted((a, b) => rank(a.status) - rank(b.status));
  if (first === undefined) return '';
  return broken.length === 1
    ? first.words
    : `${first.words}, and ${broken.length - 1} more ${broken.length === 2 ? 'rule' : 'rules'}`;
}

function rank(status: string): number {
  return status === 'CRITICAL' ? 0 : 1;
}
