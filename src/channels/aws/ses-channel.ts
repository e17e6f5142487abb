/**
 * SES: sends mails in HTML and text from an address that is verified there.
 * https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html
 * @module
 */
import { z } from 'zod';
import type { Channel, ConfigSchema } from '../channel.js';
import { MAIL_ADDRESS } from '../email/email-channel.js';
import { mailHtml } from '../email/mail-html.js';
import { oneLine, plainText } from '../plain-text.js';
import { type AwsConfig, accountOf, awsFields, halfAKey } from './aws-config.js';

export interface SesConfig extends AwsConfig {
  from: string;
  to: string[];
}

const address = z.string().regex(MAIL_ADDRESS, 'expected a mail address').max(254);

const config: ConfigSchema<SesConfig> = z.strictObject({
  from: address,
  to: z.array(address).max(50).default([]),
  ...awsFields,
});

/** Recipients of one mail. */
const MOST = 50;

export const SES: Channel<SesConfig> = {
  type: 'ses',
  description: 'sends mails by SES',
  config,
  secrets: ['accessKeyId', 'secretAccessKey'],
  incomplete: halfAKey,
  perSecond: 5,
  storms: 'folded',
  addresses: { pattern: MAIL_ADDRESS, like: 'team@example.org' },
  async send(message, written, { ports, address: own, people, signal }) {
    const others = people.flatMap(({ email }) => (email === undefined ? [] : [email]));
    const to = [...new Set(own === undefined ? [...written.to, ...others] : [own])].filter((one) =>
      MAIL_ADDRESS.test(one),
    );
    if (to.length === 0) return { type: 'refused', error: 'it says nobody to send a mail to' };
    const mail = {
      from: written.from,
      to: to.slice(0, MOST),
      subject: oneLine(message.title, 200),
      text: plainText(message),
      html: mailHtml(message),
      headers: {},
    };
    return await ports.aws(accountOf(written), { type: 'mail', mail }, signal);
  },
};
