/**
 * A message as HTML that mail programs show: tables and inline styles, nothing that is fetched, all texts escaped.
 * @module
 */
import type { Message, MessageLevel } from '../message.js';
import { oneLine, severalLines, webLinks } from '../plain-text.js';

const COLOURS: { readonly [Level in MessageLevel]: string } = {
  critical: '#b42318',
  warning: '#b54708',
  info: '#175cd3',
  good: '#067647',
};

/**
 * Escapes a text for HTML, in an element or a quoted attribute.
 * @example escapeHtml('<b>"x"') // '&lt;b&gt;&quot;x&quot;'
 */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * The HTML of a mail; a digest brings its own.
 * @example mailHtml(message) // '<!doctype html>…'
 */
export function mailHtml(message: Message): string {
  if (message.html !== undefined) return message.html;
  const { title, text, facts, links, actions, level } = message;
  const colour = COLOURS[level];
  const rows = facts.map(
    ({ name, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#667085;vertical-align:top">${escapeHtml(oneLine(name, 60))}</td><td style="padding:2px 0">${escapeHtml(oneLine(value, 500))}</td></tr>`,
  );
  const link = ({ name, url }: { name: string; url: string }, style: string): string =>
    `<a href="${escapeHtml(url)}" style="${style}">${escapeHtml(name)}</a>`;
  const button = `display:inline-block;padding:8px 14px;margin:0 8px 8px 0;border-radius:6px;background:${colour};color:#ffffff;text-decoration:none`;
  const buttons = webLinks(actions).map((one) => link(one, button));
  const places = webLinks(links).map((one) => link(one, 'color:#175cd3;margin-right:16px'));
  const paragraph = severalLines(text, 8_000).split('\n').map(escapeHtml).join('<br>');
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>',
    '<body style="margin:0;padding:24px;background:#f9fafb;font-family:Arial,Helvetica,sans-serif;font-size:14px;color:#101828">',
    `<table role="presentation" width="100%" style="max-width:640px;margin:0 auto;background:#ffffff;border-top:4px solid ${colour}"><tr><td style="padding:24px">`,
    `<h1 style="margin:0 0 12px;font-size:18px">${escapeHtml(oneLine(title, 300))}</h1>`,
    paragraph === '' ? '' : `<p style="margin:0 0 16px">${paragraph}</p>`,
    rows.length === 0
      ? ''
      : `<table role="presentation" style="margin:0 0 16px">${rows.join('')}</table>`,
    buttons.length === 0 ? '' : `<p style="margin:0 0 8px">${buttons.join('')}</p>`,
    places.length === 0 ? '' : `<p style="margin:0">${places.join('')}</p>`,
    '</td></tr></table></body></html>',
  ].join('');
}
