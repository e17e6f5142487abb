/**
 * A digest as plain text: the twin of its HTML, and what channels without HTML tell.
 * @module
 */
import { oneLine } from '../../../channels/plain-text.js';
import type { Digest, DigestIncident } from '../../../monitoring/digest/digest.js';
import {
  commentWords,
  costWords,
  count,
  type DigestReader,
  lengthWords,
  meansWords,
  timeWords,
  windowWords,
} from './digest-words.js';

/** Characters: channels tell no more of a text. */
const MOST = 7_500;

/**
 * @example textOf(digest, reader) // '2026-11-28 08:00 to 2026-11-29 08:00 UTC\n\nAlpine, pipeline: 3 executions …'
 */
export function textOf(digest: Digest, reader: DigestReader): string {
  for (let most = 50; ; most = Math.floor(most / 2)) {
    const text = written(digest, reader, most);
    if (text.length <= MOST || most <= 1) return text.slice(0, MOST);
  }
}

function written(digest: Digest, reader: DigestReader, most: number): string {
  const { zone, late } = reader;
  const { sums, lines, incidents, outlooks, watcher, good, to, cut } = digest;
  const parts: string[] = [windowWords(digest, zone)];
  if (late !== undefined) parts.push(`Late: ${late}.`);
  if (cut !== undefined) {
    parts.push(`Only the last ${cut.toLocaleString('en-US')} results are counted.`);
  }
  parts.push(
    section(
      'What ran',
      sums.map(({ group, service, executions, successes, failures, warnings, cost }) =>
        [
          `${group}, ${service}: ${count(executions, 'execution')}`,
          ...[`${successes} succeeded`, `${failures} failed`, `${warnings} warned`],
          ...[costWords(cost, digest)].filter((words) => words !== ''),
        ].join(', '),
      ),
      most,
    ),
    section(
      'What is wrong',
      lines.map(({ group, name, failures, warnings, comments, more }) =>
        [
          `${name} (${group}): ${count(failures, 'failure')}, ${count(warnings, 'warning')}`,
          ...comments.map((one) => `    ${one.level}: ${oneLine(commentWords(one), 140)}`),
          ...(more > 0 ? [`    and ${more} more`] : []),
        ].join('\n'),
      ),
      most,
    ),
    ...(good > 0
      ? [
          `Of ${good.toLocaleString('en-US')} more there is nothing to say: they ran as they should.`,
        ]
      : []),
    section(
      'Open incidents',
      incidents.map((one) => incidentText(one, to)),
      most,
    ),
    section(
      'What gets worse',
      outlooks.map(
        ({ name, sentence, words, crossesAt }) =>
          `${name}: ${sentence}${crossesAt === undefined ? '' : `, crossed about ${timeWords(crossesAt, zone).slice(0, 10)}`}: ${oneLine(words, 200)}`,
      ),
      most,
    ),
    section('What watches, and does not work', watcher, most),
    meansWords(digest),
  );
  return parts.filter((part) => part !== '').join('\n\n');
}

/** An incident in one line. */
export function incidentText(incident: DigestIncident, now: number): string {
  const { number, name, words, owner, since, acknowledged, snoozedSince } = incident;
  const whose = owner === undefined ? 'nobody owns it' : `${owner}'s`;
  return [
    `#${number} ${name}: ${words}; ${whose}, open for ${lengthWords(Math.max(0, now - since))}`,
    ...(acknowledged ? ['acknowledged'] : []),
    ...(snoozedSince === undefined ? [] : [`snoozed for ${lengthWords(now - snoozedSince)}`]),
  ].join(', ');
}

function section(title: string, all: readonly string[], most: number): string {
  if (all.length === 0) return '';
  const shown = all.slice(0, most).map((line) => `- ${line}`);
  const left = all.length - shown.length;
  return [title, ...shown, ...(left > 0 ? [`and ${left.toLocaleString('en-US')} more`] : [])].join(
    '\n',
  );
}
