/**
 * E-mail over SMTP: HTML and text, one thread for what belongs together.
 *
 * Addresses are taken only where they are plain (`somebody@example.org`), and every header is one line without control characters, so nothing
 * that others have written can add a recipient. The id of a mail follows from the message's key, so a repetition is known by it.
 * https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4 (Message-ID, In-Reply-To, References)
 * @module
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Channel, ConfigSchema, MailServer } from '../channel.js';
import { oneLine, plainText } from '../plain-text.js';
import { mailHtml } from './mail-html.js';

export interface EmailConfig {
  host: string;
  port: number;
  security: MailServer['security'];
  user?: string | undefined;
  password?: string | undefined;
  from: string;
  to: string[];
}

/** Local parts without quotes and comments; a domain of letters, digits, dots and hyphens. */
export const MAIL_ADDRESS: RegExp =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const address = z.string().regex(MAIL_ADDRESS, 'expected an address such as team@example.org');

const config: ConfigSchema<EmailConfig> = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9.:[\]-]{1,253}$/, 'expected the name of a host'),
  port: z.int().min(1).max(65_535).default(587),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  user: z.string().min(1).max(300).optional(),
  password: z.string().min(1).max(1_000).optional(),
  from: address,
  to: z.array(address).max(50).default([]),
});

/** Recipients of one mail. */
const MOST = 50;

export const EMAIL: Channel<EmailConfig> = {
  type: 'email',
  description: 'sends mails through an SMTP server',
  config,
  secrets: ['password'],
  incomplete({ user, password, security }) {
    if ((user === undefined) !== (password === undefined))
      return 'give "user" and "password", or none';
    if (user !== undefined && security === 'none')
      return 'a password is not sent without encryption';
    return undefined;
  },
  perSecond: 5,
  storms: 'folded',
  addresses: { pattern: MAIL_ADDRESS, like: 'team@example.org' },
  async send(message, written, { ports, address: own, people, thread, signal }) {
    const { from, user, password } = written;
    const others = people.flatMap(({ email }) => (email === undefined ? [] : [email]));
    const to = [...new Set(own === undefined ? [...written.to, ...others] : [own])].filter((one) =>
      MAIL_ADDRESS.test(one),
    );
    if (to.length === 0) return { type: 'refused', error: 'it says nobody to send a mail to' };
    const { host, port, security } = written;
    const server: MailServer = {
      ...{ host, port, security },
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    };
    const id = messageId(`${message.team}\n${message.key}\n${to.join()}`, from);
    const first = typeof thread?.first === 'string' ? thread.first : undefined;
    const outcome = await ports.mail(
      server,
      {
        from,
        to: to.slice(0, MOST),
        subject: oneLine(message.title, 200),
        text: plainText(message),
        html: mailHtml(message),
        headers: {
          'Message-ID': id,
          'Auto-Submitted': 'auto-generated',
          'X-Millrace-Key': oneLine(message.key, 200),
          ...(first === undefined ? {} : { 'In-Reply-To': first, References: first }),
        },
      },
      signal,
    );
    if (outcome.type !== 'delivered') return outcome;
    return { ...outcome, ...(first === undefined ? { reference: { first: id } } : {}) };
  },
};

/** Of the sender's domain, and the same for the same message. */
function messageId(what: string, from: string): string {
  const digest = createHash('sha256').update(what).digest('hex').slice(0, 40);
  return `<${digest}@${from.slice(from.indexOf('@') + 1)}>`;
}
