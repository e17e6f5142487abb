import { describe, expect, it } from 'vitest';
import type { Message } from '../../channels/message.js';
import { fileKind } from '../pipeline-files.js';
import type { Problem } from '../problem.js';
import { channelsFor } from './notify-section.js';
import { loadTeamFile, teamFileSchema } from './team-file.js';
import { worded } from './templates-section.js';

const told = (problems: readonly Problem[]): string[] =>
  problems.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`);
const problemsOf = (text: string): string[] => told(loadTeamFile('team.yaml', text).problems);

const SOUND = `team: parcels
channels:
  chat: { type: slack, token: { secret: SLACK_TOKEN }, room: "#data" }
  hook: { type: webhook, url: "https://hook.example/in", secret: { secret: HOOK } }
  mail: { type: email, host: smtp.example.org, from: a@example.org, to: [b@example.org] }
notify:
  - { when: { levels: [critical], tags: { county: alpine } }, channels: [chat], and: true }
  - { channels: [mail, outbox] }
templates:
  default: { title: "[{{team}}] {{title}}" }
  opened: { text: "{{text}} {{fact.Owner}} {{tag.county}}" }
`;

describe('a file of a team', () => {
  it('is recognized by its team and a section, whatever comes first', () => {
    expect(fileKind('a.yaml', SOUND)).toBe('team');
    expect(fileKind('a.yaml', '{ "notify": [], "team": "a" }')).toBe('team');
    expect(fileKind('a.yaml', `pipeline: a\n${SOUND}`)).toBe('pipeline');
    expect(fileKind('a.yaml', 'channels: {}\n')).toBe('other');
    expect(fileKind('a.yaml', 'team: a\nmonitors: []\n')).toBe('monitors');
  });

  it('is kept as it was written', () => {
    const { file, problems } = loadTeamFile('team.yaml', SOUND);
    expect(problems).toEqual([]);
    expect(file).toMatchObject({
      team: 'parcels',
      sections: { channels: { chat: { room: '#data' } }, notify: [{ and: true }, {}] },
    });
  });

  it.each([
    ['team: a b\nchannels: {}', 'MILL1103 1:7'],
    ['channels: {}\n', 'MILL1102 1:1 the field "team" is missing'],
    ['team: a\nchanels: {}', 'MILL1101 2:1 unknown field "chanels"; did you mean "channels"?'],
    [
      'team: a\nclusterPools: { etl: { release: emr-7.5.0, instances: { type: t, count: 1 } } }',
      'MILL1102 2:17 the field "max" is missing',
    ],
    [
      'team: a\nclusterPools: { etl: { max: 1, release: "7", instances: { type: t, count: 1 } } }',
      'MILL1103 2:41 "release": expected a release such as emr-7.5.0',
    ],
    [
      'team: a\nclusterPools: { etl: { max: 1, shares: 2, release: emr-7.5.0, instances: { type: t, count: 1 } } }',
      'MILL1101 2:32 unknown field "shares"; did you mean "share"?',
    ],
    [
      'team: a\nclusterPools: { etl: { max: 1, idle: 5s, release: emr-7.5.0, instances: { type: t, count: 1 } } }',
      'MILL1305 2:38 "idle" is from 1 minute to 7 days',
    ],
    [
      'team: a\nclusterPools: { etl: { max: 0, release: emr-7.5.0, instances: { type: t, cuont: 1 } } }',
      'MILL1101 2:74 unknown field "cuont"; did you mean "count"?',
    ],
    ['team: a\nclusterPools: { "e l": {} }', "MILL1103 2:17 a pool's name consists of"],
    ['team: a\nclusterPools: [etl]', 'MILL1103 2:15 "clusterPools": expected a mapping'],
    ['team: a\nwatch: [{ account: lake }]', 'MILL1305 2:9 it is not said what is watched there'],
    [
      'team: a\nwatch: [{ account: lake, glueJob: [x] }]',
      'MILL1101 2:26 unknown field "glueJob"; did you mean "glueJobs"?',
    ],
    [
      'team: a\nwatch: [{ account: lake, glueJobs: [x], expect: [runs sometimes] }]',
      "MILL1305 2:50 expected 'within', not 'sometimes'",
    ],
    [
      'team: a\nwatch: [{ account: lake, events: [{ pattern: { source: x }, name: $.a }] }]',
      'MILL1305 2:46 Event pattern is not valid',
    ],
    [
      'team: a\nwatch: [{ account: lake, events: [{ pattern: {}, name: a }] }]',
      'MILL1305 2:46 Event pattern is not valid',
    ],
    ['team: a\nchannels: { x: {} }', 'MILL1102 2:13 the field "type" is missing'],
    [
      'team: a\nchannels: { x: { type: slak } }',
      'MILL1305 2:24 there is no kind of channel "slak"; there are outbox, email, slack, teams, webhook, jira, github, gitlab, pagerduty, opsgenie, jsm-ops, sns, ses',
    ],
    [
      'team: a\nchannels: { x: { type: slack } }',
      'MILL1305 2:13 give "url" of an incoming webhook, or "token" and "room" of a bot',
    ],
    [
      'team: a\nchannels: { x: { type: webhook } }',
      'MILL1305 2:13 a channel of type webhook needs "url"',
    ],
    [
      'team: a\nchannels: { x: { type: webhook, url: "https://a", urll: b } }',
      'MILL1305 2:51 a channel of type webhook has no field "urll"; did you mean "url"?',
    ],
    [
      'team: a\nchannels: { x: { type: webhook, url: "ftp://a" } }',
      'MILL1305 2:38 url: expected an address that begins with https:// or http://',
    ],
    [
      'team: a\nchannels: { x: { type: slack, url: "https://hooks.slack.com/x" } }',
      'MILL1305 2:36 "url" is a secret, so a file names it and does not hold it',
    ],
    [
      'team: a\nchannels: { x: { type: email, host: h, from: "a@b\\r\\nBcc: c@d" } }',
      'MILL1305 2:46 from: expected an address such as team@example.org',
    ],
    [
      'team: a\nchannels: { x: { type: email, host: h, from: a@b.c, user: u } }',
      'MILL1305 2:13 give "user" and "password", or none',
    ],
    [
      'team: a\nchannels: { outbox: { type: slack } }',
      'MILL1305 2:13 "outbox" is the channel that every team has, which keeps what it gets',
    ],
    [
      'team: a\nchannels: { x: { type: outbox } }\nnotify: [{ channels: [y] }]',
      'MILL1305 3:23 this file has no channel "y"',
    ],
    [
      'team: a\nnotify: [{ when: { levels: [bad] }, channels: [y] }]',
      'MILL1103 2:29 item 1 of "levels": expected critical, warning, info, good, found "bad"',
    ],
    [
      'team: a\nnotify: [{ wen: {}, channels: [y] }]',
      'MILL1101 2:12 unknown field "wen"; did you mean "when"?',
    ],
    [
      'team: a\ntemplates: { opened: { title: "{{titel}}" } }',
      'MILL1305 2:31 a template knows no {{titel}}; did you mean "title"?',
    ],
    [
      'team: a\ntemplates: { opened: { title: "{{#if x}}" } }',
      'MILL1305 2:31 a template knows no {{#if x}}',
    ],
    [
      'team: a\ntemplates: { opened: { title: "{{title" } }',
      'MILL1305 2:31 braces that are not closed, or not opened',
    ],
    [
      'team: a\ntemplates: { opened: { title: "{{constructor}}" } }',
      'MILL1305 2:31 a template knows no {{constructor}}',
    ],
  ])('%j is wrong at its place', (text, problem) => {
    const problems = problemsOf(text);
    expect(
      problems.some((one) => one.startsWith(problem)),
      problems.join('\n'),
    ).toBe(true);
    expect(loadTeamFile('team.yaml', text).file).toBeUndefined();
  });

  it('says whose it is with each problem, and tells all of them at once', () => {
    const { problems } = loadTeamFile(
      't.yaml',
      'team: a\nchannels: { x: { type: no }, y: { type: slack } }',
    );
    expect(problems.map(({ team }) => team)).toEqual(['a', 'a']);
  });

  it('has a JSON Schema, which is the one that is shipped; after a change run with -u', async () => {
    const current = `${JSON.stringify(teamFileSchema(), null, 2)}\n`;
    await expect(current).toMatchFileSnapshot(
      new URL('../../../schema/team.json', import.meta.url).pathname,
    );
    expect(current).toContain('"const": "slack"');
  });
});

describe('routes', () => {
  const routed = { level: 'critical', kind: 'opened', tags: {}, pipeline: 'a-b-c' } as const;

  it.each([
    ['a-b-c', true],
    ['a*', true],
    ['*c', true],
    ['a*c', true],
    ['*b*', true],
    ['a-b', false],
    ['b*', false],
    ['a-b-c*c', false],
    ['*', true],
  ])('to pipelines like %s: %s', (pattern, fits) => {
    const routes = [{ when: { pipelines: [pattern] }, channels: ['x'] }];
    expect(channelsFor(routes, routed)).toEqual(fits ? ['x'] : []);
  });

  it('take a pattern of many stars no longer than its text is long', () => {
    const pipelines = [`${'*a'.repeat(100)}*b`];
    expect(
      channelsFor([{ when: { pipelines }, channels: ['x'] }], {
        ...routed,
        pipeline: 'a'.repeat(200),
      }),
    ).toEqual([]);
  });
});

it('a template takes values once, and none of what is not the message’s own', () => {
  const message: Message = {
    ...({ key: 'k', thread: 't', kind: 'opened', level: 'critical', team: 'a', at: 0 } as const),
    ...{ title: '{{text}}', text: 'x', facts: [], links: [], actions: [], tags: {} },
  };
  const words = worded({ opened: { title: '{{title}}{{fact.None}}{{tag.__proto__}}' } }, message);
  expect(words.title).toBe('{{text}}');
  expect(worded({}, message)).toBe(message);
});
