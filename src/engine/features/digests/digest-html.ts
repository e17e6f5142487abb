/**
 * A digest as HTML that mail programs show: one column of tables, styles in the elements, nothing that is fetched, every text
 * escaped, at most 100 KB. Programs that know dark mode are told their colours; the others turn light ones round by themselves.
 * https://www.rfc-editor.org/rfc/rfc2557 (MHTML) · https://drafts.csswg.org/css-color-adjust/#color-scheme-meta
 * @module
 */
import { escapeHtml } from '../../../channels/email/mail-html.js';
import { oneLine } from '../../../channels/plain-text.js';
import type { Digest, DigestIncident, DigestSum } from '../../../monitoring/digest/digest.js';
import type { Comment, DigestLine } from '../../../monitoring/digest/tally.js';
import {
  commentWords,
  costWords,
  type DigestReader,
  lengthWords,
  meansWords,
  PLACES,
  timeWords,
  titleOf,
  windowWords,
} from './digest-words.js';

/** Bytes of UTF-8: what is longer is cut by some programs. */
const MOST_BYTES = 100_000;
/** Entries of each list, before any is left out for its size. */
const MOST = 100;

const RED = '#b42318';
const AMBER = '#93370d';
const GREEN = '#067647';
const GREY = '#475467';
const CELL = 'padding:6px 8px;border-bottom:1px solid #d0d5dd;vertical-align:top';
const NUMBER =
  'padding:6px 3px;border-bottom:1px solid #d0d5dd;vertical-align:top;text-align:right;white-space:nowrap';
const DARK = [
  '.page{background:#101418!important;color:#f2f4f7!important}',
  '.card{background:#181d24!important}',
  '.grey{color:#a4b0c0!important}.red{color:#ff9c92!important}.amber{color:#f5b971!important}',
  '.green{color:#6ed3a3!important}.link{color:#8cc4ff!important}.line{border-color:#39424e!important}',
].join('');

/**
 * The HTML of a digest.
 * @example htmlOf(digest, { whose: 'parcels', zone: 'UTC', url: undefined }) // '<!doctype html>…'
 */
export function htmlOf(digest: Digest, reader: DigestReader): string {
  for (let most = MOST; ; most = Math.floor(most / 2)) {
    const html = page(digest, reader, most);
    if (Buffer.byteLength(html) <= MOST_BYTES || most <= 1) return html;
  }
}

function page(digest: Digest, reader: DigestReader, most: number): string {
  const { zone, url, late } = reader;
  const { sums, lines, incidents, outlooks, watcher, good, to, cut } = digest;
  const title = escapeHtml(oneLine(titleOf(digest, reader), 300));
  const means = meansWords(digest);
  const parts = [
    `<h1 style="margin:0 0 4px;font-size:19px;line-height:26px">${title}</h1>`,
    grey(windowWords(digest, zone)),
    late === undefined ? '' : note(`This digest is late: ${late}.`),
    cut === undefined
      ? ''
      : note(`Only the last ${cut.toLocaleString('en-US')} results are counted: there were more.`),
    heading('What ran', sums.length),
    sums.length === 0 ? '' : sumTable(digest, most),
    left(sums.length - most, url),
    heading('What is wrong', lines.length),
    ...lines.slice(0, most).map((line) => lineBlock(line, url)),
    left(lines.length - most, url),
    good === 0
      ? ''
      : grey(
          `Of ${good.toLocaleString('en-US')}${lines.length === 0 ? '' : ' more'} there is nothing to say: they ran as they should.`,
        ),
    heading('Open incidents', incidents.length),
    ...incidents.slice(0, most).map((one) => incidentBlock(one, to, url)),
    left(incidents.length - most, url, 'incidents'),
    means === '' ? '' : grey(`${means}.`),
    heading('What gets worse', outlooks.length),
    ...outlooks
      .slice(0, most)
      .map(({ team, name, sentence, words, crossesAt }) =>
        block(
          link(name, url && PLACES.pipeline(url, team, name)),
          `${paint('amber', AMBER, `${sentence}${crossesAt === undefined ? '' : `: crossed about ${timeWords(crossesAt, zone).slice(0, 10)}`}`)}<br>${text(words, 300)}`,
        ),
      ),
    left(outlooks.length - most, url),
    heading('What watches, and does not work', watcher.length),
    ...watcher.slice(0, most).map((words) => block('', text(words, 300))),
    left(watcher.length - most, url),
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    `<title>${title}</title><style>@media (prefers-color-scheme:dark){${DARK}}</style></head>`,
    '<body class="page" style="margin:0;padding:0;background:#f2f4f7;color:#101828;font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px">',
    '<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f7;color:#101828"><tr><td align="center" style="padding:12px">',
    '<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:680px;background:#ffffff;text-align:left"><tr><td style="padding:20px 16px;overflow-wrap:anywhere;word-break:break-word">',
    parts.join(''),
    '</td></tr></table></td></tr></table></body></html>',
  ].join('');
}

function text(words: string, most: number): string {
  return escapeHtml(oneLine(words, most));
}

function paint(name: string, colour: string, words: string): string {
  return `<span class="${name}" style="color:${colour}">${text(words, 300)}</span>`;
}

function grey(words: string): string {
  return `<p class="grey" style="margin:8px 0;color:${GREY};font-size:13px">${text(words, 400)}</p>`;
}

function note(words: string): string {
  return `<p class="amber" style="margin:8px 0;color:${AMBER};font-weight:bold">${text(words, 400)}</p>`;
}

function heading(title: string, entries: number): string {
  if (entries === 0) return '';
  return `<h2 style="margin:22px 0 6px;font-size:15px;line-height:20px">${escapeHtml(title)}</h2>`;
}

function link(words: string, url: string | undefined): string {
  const shown = text(words, 200);
  if (url === undefined) return shown;
  return `<a class="link" href="${escapeHtml(url)}" style="color:#175cd3">${shown}</a>`;
}

function block(title: string, body: string): string {
  const head = title === '' ? '' : `<strong>${title}</strong><br>`;
  return `<div class="line" style="padding:8px 0;border-bottom:1px solid #d0d5dd">${head}${body}</div>`;
}

function left(entries: number, url: string | undefined, place = ''): string {
  if (entries <= 0) return '';
  const words = `and ${entries.toLocaleString('en-US')} more`;
  return `<p style="margin:8px 0">${link(words, url && `${url}/${place}`)}</p>`;
}

function sumTable(digest: Digest, most: number): string {
  const sums = digest.sums.slice(0, most);
  const isPriced = sums.some(({ cost }) => costWords(cost, digest) !== '');
  const head = ['Ran', 'Good', 'Failed', 'Warned', ...(isPriced ? ['Cost'] : [])]
    .map((name) => `<th scope="col" class="grey line" style="${NUMBER};color:${GREY}">${name}</th>`)
    .join('');
  const number = (value: number, name: string, colour: string): string =>
    `<td class="line ${value === 0 ? 'grey' : name}" style="${NUMBER};color:${value === 0 ? GREY : colour}">${value.toLocaleString('en-US')}</td>`;
  const spent = ({ cost }: Pick<DigestSum, 'cost'>): string =>
    isPriced
      ? `<td class="grey line" style="${NUMBER};color:${GREY}">${text(costWords(cost, digest), 40)}</td>`
      : '';
  const rows = sums.map(
    ({ group, service, executions, successes, failures, warnings, ...one }) =>
      `<tr><td class="line" style="${CELL};padding-left:0;overflow-wrap:break-word;word-break:normal"><strong>${text(group, 80)}</strong><br><span class="grey" style="color:${GREY}">${text(service, 80)}</span></td><td class="line" style="${NUMBER}">${executions.toLocaleString('en-US')}</td>${number(successes, 'green', GREEN)}${number(failures, 'red', RED)}${number(warnings, 'amber', AMBER)}${spent(one)}</tr>`,
  );
  return `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:13px"><tr><th scope="col" class="line" style="${CELL};padding-left:0;text-align:left"><span class="grey" style="color:${GREY}">Group</span></th>${head}</tr>${rows.join('')}</table>`;
}

function lineBlock(line: DigestLine, url: string | undefined): string {
  const { name, team, group, service, pipeline, executions, failures, warnings, more } = line;
  const place = url && pipeline && PLACES.pipeline(url, team, pipeline);
  const counts = [
    ...(failures > 0 ? [paint('red', RED, `${failures} failed`)] : []),
    ...(warnings > 0 ? [paint('amber', AMBER, `${warnings} warned`)] : []),
    `<span class="grey" style="color:${GREY}">of ${executions.toLocaleString('en-US')}, ${text(`${group}, ${service}`, 170)}</span>`,
  ].join(' &middot; ');
  const comments = line.comments.map((one) => commentBlock(one, url)).join('');
  return block(
    link(name, place === '' ? undefined : place),
    `${counts}${comments}${more > 0 ? `<br><span class="grey" style="color:${GREY}">and ${more} more</span>` : ''}`,
  );
}

function commentBlock(comment: Comment, url: string | undefined): string {
  const { level, execution } = comment;
  // What ran elsewhere is shown there.
  const place = (url && execution && PLACES.execution(url, execution)) || comment.link;
  const mark = level === 'error' ? paint('red', RED, '✕') : paint('amber', AMBER, '!');
  return `<br>${mark} ${link(commentWords(comment), place === '' ? undefined : place)}`;
}

function incidentBlock(one: DigestIncident, now: number, url: string | undefined): string {
  const { number, name, words, owner, since, acknowledged, snoozedSince } = one;
  const whose =
    owner === undefined
      ? paint('red', RED, 'nobody owns it')
      : `<span>${text(`${owner}'s`, 100)}</span>`;
  const told = [
    whose,
    `open for ${lengthWords(Math.max(0, now - since))}`,
    ...(acknowledged ? ['acknowledged'] : []),
    ...(snoozedSince === undefined
      ? []
      : [paint('amber', AMBER, `snoozed for ${lengthWords(now - snoozedSince)}`)]),
  ].join(' &middot; ');
  return block(
    link(`#${number} ${name}`, url && PLACES.incident(url, number)),
    `${text(words, 140)}<br>${told}`,
  );
}
