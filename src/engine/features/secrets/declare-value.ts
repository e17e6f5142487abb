/**
 * Telling the registry a secret, with the parts of it that turn up alone: lines of a key, since logs are read by lines, the
 * texts in a secret that is JSON, since programs take them out, and what an address holds that only its owner knows.
 * @module
 */
import type { SecretRegistry } from '../../../secrets/secret-registry.js';

/** Shorter lines and members of JSON are no secrets of their own: `{`, a port, a region. */
const SHORTEST_PART = 8;
const MOST_PARTS = 100;
/** The first and last line of a PEM file are the same in all of them. */
const FENCE = /^-----/;

/** @example declareValue(secrets, '{"user":"county","password":"correct horse"}') // that, and `correct horse` */
export function declareValue(secrets: Pick<SecretRegistry, 'declare'>, value: string): void {
  secrets.declare(value);
  const parts = [...linesOf(value), ...textsOf(value), ...partsOfAddress(value)];
  for (const part of parts.slice(0, MOST_PARTS)) {
    if (part.length >= SHORTEST_PART && !FENCE.test(part)) secrets.declare(part);
  }
}

function linesOf(value: string): string[] {
  return value.includes('\n') ? value.split(/\r?\n/).map((line) => line.trim()) : [];
}

/** Long parts of a path and values of parameters that look made by chance: `/hooks/T0/B7/x9Kd8…`; and what logs in. */
function partsOfAddress(value: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || !URL.canParse(value)) return [];
  const { pathname, searchParams, username, password } = new URL(value);
  const parts = [...pathname.split('/'), ...searchParams.values(), username, password];
  return parts.map(decoded).filter((part) => part.length >= 12 || /\d/.test(part));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Members beside a secret that only say which one it is. */
const LABELS = /^(user(name)?|host|db(name|cluster.*)?|engine|port|region)$/i;

/** Texts in JSON, but for those that are no secrets: a host, the name of a user. */
function textsOf(value: string): string[] {
  if (!value.startsWith('{')) return [];
  const texts: string[] = [];
  try {
    JSON.parse(value, (key, member: unknown) => {
      if (typeof member === 'string' && !LABELS.test(key)) texts.push(member);
      return member;
    });
  } catch {
    return [];
  }
  return texts;
}
