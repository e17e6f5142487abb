/**
 * The kinds of channels that there are. A new one is one folder and one line here.
 * @module
 */
import type { Channel } from './channel.js';
import { EMAIL } from './email/email-channel.js';
import { OUTBOX } from './outbox/outbox-channel.js';
import { SLACK } from './slack/slack-channel.js';
import { WEBHOOK } from './webhook/webhook-channel.js';

// biome-ignore lint/suspicious/noExplicitAny: configurations of different kinds have nothing in common.
const ALL: readonly Channel<any>[] = [OUTBOX, EMAIL, SLACK, WEBHOOK];

/** By `type`, as a team's file writes it. */
export const CHANNELS: ReadonlyMap<string, Channel> = new Map(ALL.map((one) => [one.type, one]));
