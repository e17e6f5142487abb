/**
 * What people read of an incident: what failed, where, since when, why in one line, whose it is, and where to go.
 * @module
 */
import type { Message, MessageLink } from '../../../channels/message.js';
import type { Incident } from '../../../monitoring/incidents/incident.js';
import type { MessageKindOfIncident } from '../../../monitoring/incidents/message-kinds.js';
import type { Telling } from '../../../monitoring/incidents/telling.js';
import { shortName } from '../../../monitoring/subject.js';

export interface Surroundings {
  /** Where the console is; without: messages have no links. */
  readonly url: string | undefined;
  /** Things downstream that are folded in. */
  readonly folded: number;
  /** Clicks that act. */
  readonly actions: readonly MessageLink[];
}

/**
 * @param key the same for each try to tell it
 * @example messageOf(incident, { kind: 'opened' }, 'incident-42-1', now, around).title // 'load failed'
 */
export function messageOf(
  incident: Incident,
  { kind, transition }: Telling,
  key: string,
  at: number,
  { url, folded, actions }: Surroundings,
): Message {
  const { number, team, tags, level, last } = incident;
  const name = nameOf(incident);
  return {
    key,
    thread: `incident-${number}`,
    kind,
    level: kind === 'resolved' ? 'good' : kind === 'acknowledged' ? 'info' : level,
    team,
    at,
    title: titleOf(incident, kind, name),
    text: textOf(incident, kind, transition?.words ?? last.words),
    facts: factsOf(incident, folded),
    links: url === undefined ? [] : linksOf(incident, url),
    actions: kind === 'resolved' ? [] : actions,
    tags,
  };
}

/** What it is of, with the tags that tell it apart. */
export function nameOf({ subject, thing }: Pick<Incident, 'subject' | 'thing'>): string {
  const tagged = /\{[^{}]*\}$/.exec(thing)?.[0];
  const name = shortName(subject);
  return tagged === undefined ? name : `${name} ${tagged.slice(1, -1)}`;
}

const WHAT: { readonly [kind in Incident['last']['kind']]: string } = {
  failed: 'failed',
  late: 'is late',
  missing: 'is missing',
  unmet: 'is not as expected',
  alert: 'is in trouble',
  undelivered: 'does not deliver',
  broken: 'does not work',
};

/** @example headline(incident) // 'load failed in Extract' */
export function headline(incident: Incident): string {
  const { last } = incident;
  const where = last.state === undefined ? '' : ` in ${last.state}`;
  return `${nameOf(incident)} ${WHAT[last.kind]}${where}`;
}

function titleOf(incident: Incident, kind: MessageKindOfIncident, name: string): string {
  const { owner, repeats, number } = incident;
  switch (kind) {
    case 'opened':
      return headline(incident);
    case 'reopened':
      return `${headline(incident)} again`;
    case 'repeated':
      return repeats === 0
        ? headline(incident)
        : `${headline(incident)} again (${repeats + 1} times)`;
    case 'escalated':
      return `Nobody has acknowledged: ${headline(incident)}`;
    case 'acknowledged':
      return `${incident.acknowledgedBy ?? 'somebody'} has #${number}: ${name}`;
    case 'assigned':
      return `#${number} ${name} is ${owner ?? 'nobody'}'s now`;
    case 'commented':
      return `#${number} ${name}`;
    case 'resolved':
      return `${name} is good again`;
  }
}

function textOf({ solved }: Incident, kind: MessageKindOfIncident, words: string): string {
  return kind === 'resolved' ? (solved ?? words) : words;
}

function factsOf(incident: Incident, folded: number): Message['facts'] {
  const { number, team, owner, ownerBecause, since, last, problems, pipeline, subject } = incident;
  const others = Object.keys(problems).length - 1;
  return [
    { name: 'Incident', value: `#${number}` },
    { name: 'Team', value: team },
    { name: 'Owner', value: owner === undefined ? `nobody: ${ownerBecause}` : owner },
    { name: 'Since', value: `${new Date(since).toISOString().slice(0, 19).replace('T', ' ')} UTC` },
    ...placeOf(subject),
    ...(pipeline === undefined ? [] : [{ name: 'Pipeline', value: pipeline }]),
    ...(last.state === undefined ? [] : [{ name: 'State', value: last.state }]),
    ...(last.error === undefined ? [] : [{ name: 'Error', value: last.error }]),
    ...(others > 0 ? [{ name: 'Also', value: `${others} more wrong with it` }] : []),
    ...(folded > 0 ? [{ name: 'Downstream', value: `${folded} affected, folded in` }] : []),
  ];
}

/** Of a thing elsewhere: what it is, and where. Two accounts may each have one of its name. */
function placeOf({ provider, kind, account, region }: Incident['subject']): Message['facts'] {
  if (provider === 'millrace') return [];
  return [
    { name: 'What', value: `${provider} ${kind}` },
    { name: 'Account', value: account },
    { name: 'Region', value: region },
  ];
}

function linksOf({ number, last, pipeline, team }: Incident, url: string): MessageLink[] {
  const { execution, state } = last;
  const at = (path: string): string => new URL(path, `${url.replace(/\/$/, '')}/`).href;
  const incident = { name: 'Incident', url: at(`incidents/${number}`) };
  if (execution === undefined) {
    const of =
      pipeline === undefined ? [] : [{ name: 'Pipeline', url: at(pageOf(pipeline, team)) }];
    // What somebody reported may say anything: only an address of the web is one.
    const run = /^https?:\/\//.test(last.link ?? '') ? [{ name: 'Run', url: last.link ?? '' }] : [];
    return [incident, ...run, ...of];
  }
  const page = `e/${encodeURIComponent(execution)}`;
  const step = state === undefined ? [] : [`state=${encodeURIComponent(state)}`];
  const shown = (...search: string[]): string =>
    search.length === 0 ? page : `${page}?${search.join('&')}`;
  return [
    incident,
    {
      name: state === undefined ? 'Execution' : 'Failing state',
      url: at(shown(...step)),
    },
    { name: 'Logs', url: at(shown('tab=logs', ...step)) },
    { name: 'Redrive', url: at(shown('redrive=own')) },
  ];
}

function pageOf(pipeline: string, team: string): string {
  return `p/${encodeURIComponent(pipeline)}?team=${encodeURIComponent(team)}`;
}
