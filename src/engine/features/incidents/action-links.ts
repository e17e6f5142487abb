/**
 * Clicks that act: in a message each is a link that does one thing to one incident, once, until a time.
 *
 * What it does is sealed in it (AES-256-GCM under the server's key), so nobody can make one or read another incident out of it.
 * It is kept that it was used, not that it was made: a message costs no row. A mail scanner that opens every link changes nothing:
 * opening shows what it does, and a button does it.
 * @module
 */
import { isObject, type Json } from '../../../asl/json.js';
import type { MessageLink } from '../../../channels/message.js';
import type { Incident } from '../../../monitoring/incidents/incident.js';
import type { IncidentAct } from '../../../monitoring/incidents/lifecycle.js';
import type { Encryption } from '../../kernel/masking/encryption.js';

const HOUR = 3_600_000;
/** So long a link is good. */
export const GOOD_FOR: number = 3 * 24 * HOUR;
const SNOOZE = 2 * HOUR;
/** Characters of one at most. */
const MOST = 600;
/** What tells a link from other things that are sealed under the same key. */
const PURPOSE = 'incident act';

export type LinkAct = 'acknowledge' | 'snooze';

/** What a link does. */
export interface ActionLink {
  /** The same for each copy of it. */
  readonly id: string;
  readonly team: string;
  readonly incident: number;
  readonly act: LinkAct;
  /** Whom it was sent to, as far as that is one. */
  readonly to?: string;
  readonly expiresAt: number;
}

/**
 * The clicks of a message.
 * @param key of the message: makes each link one of its own
 * @example linksFor(incident, 'incident-42-1', now, encryption, 'https://millrace.example').map(({ name }) => name) // ['Acknowledge', 'Snooze 2 h']
 */
export function linksFor(
  { number, team, owner, status }: Incident,
  key: string,
  now: number,
  encryption: Encryption,
  url: string,
): MessageLink[] {
  if (status === 'RESOLVED') return [];
  const link = (act: LinkAct, name: string): MessageLink => {
    const what = { for: PURPOSE, k: key, n: number, t: team, a: act, x: now + GOOD_FOR };
    const sealed = encryption.close(
      JSON.stringify({ ...what, ...(owner === undefined ? {} : { o: owner }) }),
    );
    const token = Buffer.from(sealed, 'base64').toString('base64url');
    return { name, url: `${url.replace(/\/$/, '')}/act?token=${token}` };
  };
  return [
    ...(status === 'OPEN' ? [link('acknowledge', 'Acknowledge')] : []),
    link('snooze', 'Snooze 2 h'),
  ];
}

/**
 * Reads a link; undefined: it is none of ours, or was changed.
 * @example readLink(token, encryption)?.act // 'acknowledge'
 */
export function readLink(token: string, encryption: Encryption): ActionLink | undefined {
  if (token.length > MOST || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  let json: Json;
  try {
    json = JSON.parse(encryption.open(Buffer.from(token, 'base64url').toString('base64'))) as Json;
  } catch {
    return undefined;
  }
  if (!isObject(json) || json.for !== PURPOSE) return undefined;
  const { k, n, t, a, x, o } = json;
  if (a !== 'acknowledge' && a !== 'snooze') return undefined;
  return {
    ...{ id: `${String(k)} ${a}`, team: String(t), incident: Number(n), act: a },
    expiresAt: Number(x),
    ...(typeof o === 'string' ? { to: o } : {}),
  };
}

/** @param now when it is clicked */
export function actOf({ act }: ActionLink, now: number): IncidentAct {
  return act === 'acknowledge' ? { type: act } : { type: act, until: now + SNOOZE };
}

/** In words, for the page and the timeline. */
export const WORDS: { readonly [act in LinkAct]: string } = {
  acknowledge: 'Acknowledge',
  snooze: 'Snooze for two hours',
};
