/**
 * The kinds of channels that there are. A new one is one folder and one line here.
 * @module
 */
import { SES } from './aws/ses-channel.js';
import { SNS } from './aws/sns-channel.js';
import type { Channel } from './channel.js';
import { EMAIL } from './email/email-channel.js';
import { GITHUB } from './github/github-channel.js';
import { GITLAB } from './gitlab/gitlab-channel.js';
import { JIRA } from './jira/jira-channel.js';
import { JSM_OPS, OPSGENIE } from './opsgenie/opsgenie-channel.js';
import { OUTBOX } from './outbox/outbox-channel.js';
import { PAGERDUTY } from './pagerduty/pagerduty-channel.js';
import { SLACK } from './slack/slack-channel.js';
import { TEAMS } from './teams/teams-channel.js';
import { WEBHOOK } from './webhook/webhook-channel.js';

// biome-ignore lint/suspicious/noExplicitAny: configurations of different kinds have nothing in common.
const ALL: readonly Channel<any>[] = [
  ...[OUTBOX, EMAIL, SLACK, TEAMS, WEBHOOK, JIRA, GITHUB, GITLAB],
  ...[PAGERDUTY, OPSGENIE, JSM_OPS, SNS, SES],
];

/** By `type`, as a team's file writes it. */
export const CHANNELS: ReadonlyMap<string, Channel> = new Map(ALL.map((one) => [one.type, one]));
