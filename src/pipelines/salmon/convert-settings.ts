/**
 * Settings of SALMON as files of Millrace: an accounts file, and the file of one team.
 *
 *     monitored environment ──▶ an account, with its region
 *     monitoring group      ──▶ entries of `watch`, with the tag `group`; sla and least number of runs become expectations
 *     recipient             ──▶ a channel; its subscriptions a route and a digest, both only of their groups
 *
 * Nothing is left out without being told: each thing has a line in the report, with what it has become.
 * @module
 */
import { NAME_PATTERN } from '../schema.js';
import type { SalmonSettings } from './read-settings.js';
import {
  type DeliveryMethod,
  KINDS,
  type MonitoredEnvironment,
  type Recipient,
  type SalmonKind,
} from './settings.js';
import { watchEntries } from './watch-entries.js';

/** What became of one thing. */
export interface Converted {
  /** As SALMON calls it: `environment Dept1 Account`. */
  readonly from: string;
  /** What it is here; absent: nothing. */
  readonly to?: string;
  /** What somebody must look at. */
  readonly needsYou?: string;
}

export interface SalmonChoices {
  readonly team: string;
  /** Makes the external id of a role that is to be made; each account has its own. Without: there are none. */
  readonly externalId?: () => string;
  /** Where mails of SMTP go: what SALMON keeps in a secret. Without: they go to the outbox. */
  readonly smtp?: { readonly host: string; readonly port?: number; readonly user?: string };
}

/** Values of both files, to be written as YAML. */
export interface ConvertedSettings {
  readonly accounts: { readonly accounts: readonly object[] };
  readonly team: { readonly team: string; readonly [section: string]: unknown };
  readonly report: readonly Converted[];
}

/** The role that `millrace accounts add` makes. */
const ROLE = 'millrace';
const DAY_HOURS = 24;
const DEFAULT_CRON = 'cron(0 8 * * ? *)';
const LONGEST_NAME = 60;

/**
 * @param settings without names that lead nowhere, see `withoutLoose`
 * @example convertSalmon(settings, { team: 'data' }).team.watch[0] // { account: 'dept1', glueJobs: ['load-*'], tags: { group: 'etl' } }
 */
export function convertSalmon(
  { general, groups, recipients }: SalmonSettings,
  choices: SalmonChoices,
): ConvertedSettings {
  const report: Converted[] = [];
  const { tooling_environment: tooling } = general;
  const names = uniqueNames(general.monitored_environments.map(({ name }) => name));
  const accounts = general.monitored_environments.map((environment) =>
    accountOf(environment, names.get(environment.name) ?? '', choices, report),
  );
  const { entries: watch, unions } = watchEntries(groups, names);
  for (const group of groups) {
    const number = watch.filter(({ tags }) =>
      (unions.get(tags.group) ?? []).includes(group.group_name),
    );
    report.push({
      from: `group ${group.group_name}`,
      ...(number.length === 0
        ? { needsYou: 'nothing is watched in it' }
        : { to: `watch: ${counted(number.length, 'entry', 'entries')} with the tag group` }),
    });
  }
  /** Values of the tag group that tell somebody who asked for some groups. */
  const valuesFor = (asked: readonly string[]): string[] => [
    ...new Set(
      [...unions].flatMap(([value, all]) =>
        all.some((one) => asked.includes(one)) ? [value] : [],
      ),
    ),
  ];
  const ways = new Map(general.delivery_methods.map((one) => [one.name, one]));
  const channelNames = uniqueNames(recipients.map(({ recipient }) => addressName(recipient)));
  const digestTime = timeOf(tooling.digest_cron_expression ?? DEFAULT_CRON, report);
  const channels: { [name: string]: object } = {};
  const notify: object[] = [];
  const digest: object[] = [];
  for (const one of recipients) {
    const name = channelNames.get(addressName(one.recipient)) ?? '';
    const way = ways.get(one.delivery_method);
    const channel = way && channelOf(one, way, tooling.region, choices);
    const told = subscriptionsOf(one);
    if (channel === undefined || 'needsYou' in channel) {
      const needsYou = channel?.needsYou ?? `there is no delivery method ${one.delivery_method}`;
      report.push({ from: `recipient ${one.recipient}`, needsYou });
      continue;
    }
    channels[name] = channel.channel;
    if (told.alerts.length > 0) {
      const tags = { group: valuesFor(told.alerts) };
      notify.push({ when: { tags }, channels: [name], and: true });
    }
    if (told.digest.length > 0) {
      const only = { group: valuesFor(told.digest) };
      digest.push({ ...digestTime, to: [name], group: 'group', only });
    }
    const has = [
      ...(told.alerts.length > 0 ? [`alerts of ${told.alerts.join(', ')}`] : []),
      ...(told.digest.length > 0 ? [`digest of ${told.digest.join(', ')}`] : []),
    ];
    report.push({
      from: `recipient ${one.recipient}`,
      to: `channel ${name}: ${has.length === 0 ? 'nothing' : has.join('; ')}`,
    });
  }
  report.push(...settingsLeft(tooling));
  return {
    accounts: { accounts },
    team: {
      team: choices.team,
      watch,
      ...(Object.keys(channels).length === 0 ? {} : { channels }),
      ...(notify.length === 0 ? {} : { notify }),
      ...(digest.length === 0 ? {} : { digest }),
    },
    report,
  };
}

/**
 * The settings without what names an environment, a group or a delivery method that is not there, and what was left out.
 * @example withoutLoose(settings).left // ['glue_jobs load-* of group etl: there is no environment Dept2']
 */
export function withoutLoose(settings: SalmonSettings): {
  settings: SalmonSettings;
  left: readonly string[];
} {
  const left: string[] = [];
  const environments = new Set(settings.general.monitored_environments.map(({ name }) => name));
  const groups = settings.groups.map((group) => {
    const kept = (Object.keys(KINDS) as SalmonKind[]).map((kind) => {
      const resources = (group[kind] ?? []).filter((one) => {
        const place = one.monitored_environment_name;
        if (environments.has(place)) return true;
        left.push(
          `${kind} ${one.name} of group ${group.group_name}: there is no environment ${place}`,
        );
        return false;
      });
      return [kind, resources] as const;
    });
    return { group_name: group.group_name, ...Object.fromEntries(kept) };
  });
  const known = new Set(groups.map(({ group_name: name }) => name));
  const recipients = settings.recipients.map((one) => {
    const subscriptions = one.subscriptions.filter(({ monitoring_group: group }) => {
      if (known.has(group)) return true;
      left.push(`subscription of ${one.recipient}: there is no group ${group}`);
      return false;
    });
    return { ...one, subscriptions };
  });
  return { settings: { ...settings, groups, recipients }, left };
}

function accountOf(
  { name, account_id: written, region, metrics_extractor_role_arn: role }: MonitoredEnvironment,
  called: string,
  { team, externalId }: SalmonChoices,
  report: Converted[],
): object {
  const account = written.padStart(12, '0');
  const own = role?.replace(`::${written}:`, `::${account}:`);
  const doubts = [
    ...(/^\d{12}$/.test(written) ? [] : [`${written} has not 12 digits: look at it`]),
    own === undefined
      ? `deploy the role ${ROLE}: millrace accounts add ${called} --template-only --account ${account} --region ${region} --trust WHO`
      : 'its role may look and not hear of events: millrace accounts add has one that may',
  ];
  report.push({
    from: `environment ${name}`,
    to: `account ${called}: ${account} in ${region}`,
    needsYou: doubts.join('; '),
  });
  return {
    ...{ name: called, account, regions: [region] },
    role: own ?? `arn:aws:iam::${account}:role/${ROLE}`,
    ...(own === undefined && externalId !== undefined ? { externalId: externalId() } : {}),
    teams: [team],
  };
}

function subscriptionsOf({ subscriptions }: Recipient): { alerts: string[]; digest: string[] } {
  const of = (what: 'alerts' | 'digest'): string[] => [
    ...new Set(subscriptions.filter((one) => one[what]).map((one) => one.monitoring_group)),
  ];
  return { alerts: of('alerts'), digest: of('digest') };
}

function channelOf(
  { recipient }: Recipient,
  method: DeliveryMethod,
  region: string,
  { smtp }: SalmonChoices,
): { channel: object } | { needsYou: string } {
  const { delivery_method_type: type, sender_email: from, use_ssl: usesTls = true } = method;
  if (type === 'AWS_SNS') {
    const [, , , place] = recipient.split(':');
    if (place === undefined) return { needsYou: `${recipient} is no ARN of a topic` };
    return { channel: { type: 'sns', region: place, topic: recipient } };
  }
  if (from === undefined) return { needsYou: `${method.name} has no sender_email` };
  if (type === 'AWS_SES') return { channel: { type: 'ses', region, from, to: [recipient] } };
  if (smtp === undefined) {
    const secret = method.credentials_secret_name ?? 'its secret';
    return { needsYou: `give --smtp HOST:PORT, as ${secret} has it` };
  }
  const { host, port, user } = smtp;
  return {
    channel: {
      ...{ type: 'email', host },
      ...(port === undefined ? {} : { port }),
      security: usesTls ? 'tls' : 'starttls',
      ...(user === undefined ? {} : { user, password: { secret: 'SMTP_PASSWORD' } }),
      ...{ from, to: [recipient] },
    },
  };
}

/** `cron(MINUTE HOUR * * ? *)` and `cron(MINUTE HOUR ? * DAYS *)` are times of day; others are told of. */
function timeOf(
  written: string,
  report: Converted[],
): { at: string; timezone: string; days?: string[] } {
  const parts = /^cron\(\s*(\d{1,2}) (\d{1,2}) (\S+) \* (\S+) \*\s*\)$/.exec(written);
  const [, minute = '0', hour = '8', day, weekday = '?'] = parts ?? [];
  const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  const days = daysOf(weekday);
  const isDaily = day === '*' && weekday === '?';
  const isWeekly = day === '?' && days !== undefined;
  if (parts === null || !(isDaily || isWeekly) || Number(hour) > 23 || Number(minute) > 59) {
    const needsYou = `no time of day: the digest comes at 08:00 UTC, say when under digest`;
    report.push({ from: `digest at ${written}`, needsYou });
    return { at: '08:00', timezone: 'UTC' };
  }
  report.push({ from: `digest at ${written}`, to: `digest at ${at} UTC` });
  return { at, timezone: 'UTC', ...(isWeekly && days !== undefined ? { days } : {}) };
}

const WEEK = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Days of AWS's cron: names or numbers from Sunday on, lists and ranges. */
function daysOf(field: string): string[] | undefined {
  const indexOf = (text: string): number => {
    const named = WEEK.indexOf(text.toUpperCase());
    return named >= 0 ? named : /^[1-7]$/.test(text) ? Number(text) - 1 : -1;
  };
  const days: number[] = [];
  for (const part of field.split(',')) {
    const [first = '', last = first] = part.split('-');
    const [from, to] = [indexOf(first), indexOf(last)];
    if (from < 0 || to < 0) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === to) break;
    }
  }
  return [...new Set(days)].map((day) => {
    const name = WEEK[day] ?? '';
    return `${name[0]}${name.slice(1).toLowerCase()}`;
  });
}

function settingsLeft(tooling: SalmonSettings['general']['tooling_environment']): Converted[] {
  const hours = tooling.digest_report_period_hours ?? DAY_HOURS;
  const looks =
    tooling.metrics_collection_interval_min ?? tooling.metrics_collection_cron_expression;
  return [
    ...(hours === DAY_HOURS
      ? []
      : [
          {
            from: `digest_report_period_hours ${hours}`,
            needsYou: 'a digest here is of the time since the last one',
          },
        ]),
    ...(looks === undefined
      ? []
      : [
          {
            from: 'collection of metrics',
            to: 'observers look as often as there is something to see',
          },
        ]),
    ...(tooling.grafana_instance === undefined
      ? []
      : [
          {
            from: 'grafana_instance',
            to: 'millrace metrics dashboard writes one for your Grafana',
          },
        ]),
  ];
}

/** What a recipient's channel is called after: the part of an address before its @, the last of an ARN. */
function addressName(recipient: string): string {
  return recipient.includes('@') ? recipient : (recipient.split(':').at(-1) ?? recipient);
}

/**
 * Names that Millrace takes, by what they stand for; two of the same letters are told apart by a number.
 * @example uniqueNames(['Dept1 Account [dev]']).get('Dept1 Account [dev]') // 'dept1-account-dev'
 */
export function uniqueNames(given: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>(['outbox']);
  for (const one of given) {
    if (names.has(one)) continue;
    const [local = one] = one.split('@');
    const plain = local
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, LONGEST_NAME);
    const base = NAME_PATTERN.test(plain) ? plain : `x-${plain}`.replace(/-+$/, '');
    let name = base;
    for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
    taken.add(name);
    names.set(one, name);
  }
  return names;
}

function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
