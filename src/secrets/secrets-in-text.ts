/**
 * Secrets in text that nobody has parsed: lines of logs, causes, addresses, command lines, JSON inside of a text.
 *
 * | looks like | masked |
 * | --- | --- |
 * | `https://USER:PASSWORD@host` (any scheme) | what stands before the `@` |
 * | `?api_key=VALUE`, `/path?sig=VALUE` | the values of parameters that are known to carry secrets |
 * | `password=VALUE`, `"password": "VALUE"`, `--password VALUE` | the value |
 * | `Authorization: SCHEME VALUE`, `Cookie: VALUES` | everything after the colon |
 * | `Bearer VALUE`, `Basic VALUE` | the value, when it looks like one |
 *
 * Names such as `token` stand in many sentences ("Unexpected token: foo"), so what follows them must look like a secret.
 * @module
 */
import { isSecretName, isSecretParameter, isWeakName } from './names.js';
import { MASK } from './secret-values.js';

/** What must be in a text at the least; most texts are done with after this. */
const HINT =
  /passw|passphrase|passcode|pwd|secret|token|authoriz|bearer\s|basic\s|cookie|credential|signature|\bsig\b|_sig\b|key|jwt|otp|[?&](?:code|auth|pass|pw|sid|session|sessionid|ticket)=|:\\?\/\\?\/[^\s/]*@|connection.?string/i;
const SHORTEST_TEXT = 8;

/** After `://` up to the last `@` before the path. */
const USER_INFO = /([a-z][a-z0-9+.-]{0,20}:\\?\/\\?\/)([^\s/?#"'<>\\]{1,2000})@/gi;
const PARAMETER = /([?&;])([A-Za-z0-9_.~%[\]-]{1,80})=([^&#;\s"'<>\\]{1,4000})/g;
/** A name, perhaps in quotes, then `:` or `=`, or a flag of a command line. Begins where a word does: time is linear. */
const NAMED =
  /(?<![A-Za-z0-9_.-])(-{0,2}[A-Za-z][A-Za-z0-9_.-]{0,79})((?:\\*["'])?\s{0,4}(?::|=>?)\s{0,4}|(?<=--[A-Za-z0-9_.-]{1,80})\s{1,4})/g;
const SCHEMED = /\b(Bearer|Basic)(\s+)([A-Za-z0-9._~+/=-]{8,4000})/gi;

/**
 * The text with `***` in place of what looks like a secret.
 * @param found called with each of them, as it is when it is decoded
 * @example maskText('GET /a?sig=4fe1c0ffee') // 'GET /a?sig=***'
 */
export function maskText(text: string, found?: (secret: string) => void): string {
  if (text.length < SHORTEST_TEXT || !HINT.test(text)) return text;
  let masked = text.replace(USER_INFO, (_whole, scheme: string, info: string) => {
    tellUserInfo(info, found);
    return `${scheme}${MASK}@`;
  });
  masked = masked.replace(PARAMETER, (whole, mark: string, name: string, value: string) => {
    if (value === MASK || !isSecretParameter(decoded(name))) return whole;
    // `?key=orders` may be a place: it is masked here, but no secret elsewhere.
    if (!isWeakName(decoded(name)) || looksRandom(value)) tell(value, found);
    return `${mark}${name}=${MASK}`;
  });
  masked = maskNamed(masked, found);
  return masked.replace(SCHEMED, (whole, scheme: string, gap: string, value: string) => {
    if (!looksRandom(value)) return whole;
    tellCredential(`${scheme} ${value}`, found);
    return `${scheme}${gap}${MASK}`;
  });
}

/** True for what nobody would write as a word: long, or with digits among letters. */
export function looksRandom(value: string): boolean {
  if (value.length < 8) return false;
  return (
    (/\d/.test(value) && /[A-Za-z]/.test(value)) || value.length >= 24 || /^\d{8,}$/.test(value)
  );
}

/** Tells a header's value, without its scheme, and the password that `Basic` wraps. */
export function tellCredential(value: string, found: ((secret: string) => void) | undefined): void {
  if (found === undefined) return;
  found(value);
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9-]*)\s+(\S.*)$/.exec(value) ?? [];
  if (rest === '') return;
  found(rest);
  if (scheme.toLowerCase() !== 'basic') return;
  const opened = Buffer.from(rest, 'base64').toString();
  const cut = opened.indexOf(':');
  if (cut >= 0) found(opened.slice(cut + 1));
}

function maskNamed(text: string, found: ((secret: string) => void) | undefined): string {
  NAMED.lastIndex = 0;
  let masked = '';
  let from = 0;
  for (let match = NAMED.exec(text); match !== null; match = NAMED.exec(text)) {
    const [whole, name = '', join = ''] = match;
    if (!isSecretName(name)) continue;
    const start = match.index + whole.length;
    const value = valueAt(text, start, name, join);
    if (value === undefined) continue;
    tellCredential(value.text, found);
    masked += `${text.slice(from, value.start)}${MASK}`;
    from = value.end;
    NAMED.lastIndex = value.end;
  }
  return masked + text.slice(from);
}

interface Found {
  start: number;
  end: number;
  text: string;
}

/** The value that begins here; undefined when it does not look like a secret. */
function valueAt(text: string, start: number, name: string, join: string): Found | undefined {
  const [quote = ''] = /^\\*["'`]/.exec(text.slice(start, start + 12)) ?? [];
  if (quote !== '') {
    const begin = start + quote.length;
    const end = endOfQuoted(text, begin, quote);
    const inside = text.slice(begin, end);
    if (inside === '' || inside === MASK || isReference(inside)) return undefined;
    return { start: begin, end, text: quote.length === 1 ? unescaped(inside) : inside };
  }
  const isHeader = /(authorization|cookie)s?$/i.test(name);
  const rest = text.slice(start, start + 4_200);
  const [value = ''] = (isHeader ? /^[^\r\n"'`<>]+/ : /^[^\s"'`<>,;&)}\]\\]+/).exec(rest) ?? [];
  const trimmed = value.trimEnd();
  if (trimmed.length < 3 || trimmed.startsWith(MASK) || isReference(trimmed)) return undefined;
  if (/^(null|none|true|false|undefined|\[|\{)/i.test(trimmed)) return undefined;
  if (isWeakName(name) && !looksRandom(trimmed)) return undefined;
  // A sentence goes on after a colon: "The password: it was wrong".
  const isSentence = join.includes(': ') && !/[^a-z.]/.test(trimmed) && trimmed.length < 6;
  if (isSentence) return undefined;
  return { start, end: start + trimmed.length, text: trimmed };
}

function endOfQuoted(text: string, begin: number, quote: string): number {
  const mark = quote.at(-1) ?? '"';
  const depth = quote.length - 1;
  for (let at = text.indexOf(mark, begin); at >= 0; at = text.indexOf(mark, at + 1)) {
    let slashes = 0;
    while (at - slashes - 1 >= begin && text[at - slashes - 1] === '\\') slashes += 1;
    // As many backslashes as before the first quote, or an even number without one: it ends here.
    if (depth === 0 ? slashes % 2 === 0 : slashes === depth) return at - (depth === 0 ? 0 : depth);
  }
  return text.length;
}

/** What stands for a value is no secret: `{% $x %}`, `${TOKEN}`, `$TOKEN`, `{{ token }}`, ARNs. */
export function isReference(text: string): boolean {
  return /^(\{%[\s\S]*%\}|\$\{[^}]*\}|\$[A-Z_][A-Z0-9_]*|\{\{[^}]*\}\}|arn:[a-z-]+:\S*)$/.test(
    text,
  );
}

function tellUserInfo(info: string, found: ((secret: string) => void) | undefined): void {
  if (info === MASK) return;
  const cut = info.indexOf(':');
  tell(cut < 0 ? info : info.slice(cut + 1), found);
}

function tell(value: string, found: ((secret: string) => void) | undefined): void {
  if (found === undefined) return;
  found(value);
  const plain = decoded(value);
  if (plain !== value) found(plain);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}
