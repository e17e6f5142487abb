/**
 * People, owners and escalation of a team's file: what is said of somebody reaches whoever needs it, and mistakes are told.
 */
import { expect, it } from 'vitest';
import { policyOf } from './incident-sections.js';
import { loadTeamFile } from './team-file.js';

const problems = (text: string): string[] =>
  loadTeamFile('team.yaml', text).problems.map(({ message }) => message);

it('hands on how somebody is known: by mail, by Slack, in their zone', () => {
  const ana = { email: 'ana@example.org', slack: 'U012AB3CD', timezone: 'Europe/Berlin' };
  expect(policyOf('parcels', { people: { ana } }).people.get('ana')).toEqual({
    name: 'ana',
    ...ana,
  });
});

it('tells of what nobody reads in a person, and of what is no id of Slack', () => {
  expect(problems('team: a\npeople: { ana: { emial: ana@example.org } }')).toEqual([
    'unknown field "emial"; did you mean "email"?',
  ]);
  expect(problems('team: a\npeople: { ana: { slack: "@ana" } }').join()).toContain('U012AB3CD');
});

it('tells of an escalation to a channel that the file has not', () => {
  const text = `team: a
people: { ana: {} }
channels: { mail: { type: email, host: mail.example.org, from: a@example.org } }
incidents: { escalation: [{ after: 15 minutes, to: ana, channels: [mial] }] }
`;
  expect(problems(text)).toEqual(['this file has no channel "mial"; did you mean "mail"?']);
});
