/**
 * Opsgenie. Its maker ends it on 5 April 2027; `jsm-ops` is what comes after it.
 * https://www.atlassian.com/software/opsgenie/migration
 * @module
 */
import { z } from 'zod';
import type { Channel, ConfigSchema } from '../channel.js';
import { headerValue, webAddress } from '../webhook/webhook-channel.js';
import { sendAlert } from './alert-api.js';

export interface AlertChannelConfig {
  /** Key of an integration. */
  key: string;
  /** Address of the API. */
  url: string;
}

function configAt(url: string): ConfigSchema<AlertChannelConfig> {
  return z.strictObject({ key: headerValue, url: webAddress.default(url) });
}

const RULES = {
  secrets: ['key'],
  perSecond: 5,
  storms: 'one by one',
  addresses: undefined,
  send: (message, written, context) => sendAlert(message, written, context),
} as const satisfies Partial<Channel<AlertChannelConfig>>;

export const OPSGENIE: Channel<AlertChannelConfig> = {
  ...RULES,
  type: 'opsgenie',
  description: 'creates, acknowledges and closes an alert of Opsgenie for each incident',
  /** In Europe `https://api.eu.opsgenie.com`. */
  config: configAt('https://api.opsgenie.com'),
};

/** Jira Service Management's alerts, by the key of an integration, which stands for the site too. */
export const JSM_OPS: Channel<AlertChannelConfig> = {
  ...RULES,
  type: 'jsm-ops',
  description:
    'creates, acknowledges and closes an alert of Jira Service Management for each incident',
  config: configAt('https://api.atlassian.com/jsm/ops/integration'),
};
