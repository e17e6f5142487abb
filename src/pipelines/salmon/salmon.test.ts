import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadTeamFile } from '../team-file/team-file.js';
import { convertSalmon, uniqueNames, withoutLoose } from './convert-settings.js';
import { readSalmon, type SalmonTexts } from './read-settings.js';

const GENERAL = {
  tooling_environment: {
    name: 'Tools [<<env>>]',
    account_id: '<<tools>>',
    region: 'eu-central-1',
    metrics_collection_interval_min: 5,
    digest_report_period_hours: 24,
    digest_cron_expression: 'cron(30 6 ? * MON-FRI *)',
    grafana_instance: { grafana_vpc_id: 'vpc-1' },
  },
  monitored_environments: [
    { name: 'Orchard [<<env>>]', account_id: '111122223333', region: 'eu-central-1' },
    {
      name: 'Mill [<<env>>]',
      account_id: '44445555',
      region: 'eu-west-1',
      metrics_extractor_role_arn: 'arn:aws:iam::44445555:role/extract',
    },
  ],
  delivery_methods: [
    { name: 'mail', delivery_method_type: 'AWS_SES', sender_email: '<<sender>>' },
    {
      name: 'own',
      delivery_method_type: 'SMTP',
      sender_email: '<<sender>>',
      credentials_secret_name: 'creds',
    },
    { name: 'topic', delivery_method_type: 'AWS_SNS' },
  ],
};
const GROUPS = {
  monitoring_groups: [
    {
      group_name: 'apples',
      glue_jobs: [
        {
          name: 'press-*',
          monitored_environment_name: 'Orchard [<<env>>]',
          sla_seconds: 1200,
          minimum_number_of_runs: 2,
        },
        { name: 'press-late', monitored_environment_name: 'Mill [<<env>>]' },
        {
          name: 'peel',
          monitored_environment_name: 'Orchard [<<env>>]',
          sla_seconds: 1200,
          minimum_number_of_runs: 2,
        },
      ],
      lambda_functions: [
        {
          name: 'weigh',
          monitored_environment_name: 'Orchard [<<env>>]',
          minimum_number_of_runs: 1,
        },
      ],
    },
    {
      group_name: 'pears',
      step_functions: [{ name: '*', monitored_environment_name: 'Mill [<<env>>]' }],
    },
  ],
};
const RECIPIENTS = {
  recipients: [
    {
      recipient: 'keepers@example.org',
      delivery_method: 'mail',
      subscriptions: [
        { monitoring_group: 'apples', alerts: true, digest: true },
        { monitoring_group: 'pears', alerts: false, digest: true },
      ],
    },
    {
      recipient: 'arn:aws:sns:eu-west-1:111122223333:alarms',
      delivery_method: 'topic',
      subscriptions: [{ monitoring_group: 'pears', alerts: true, digest: false }],
    },
    { recipient: 'keepers@example.com', delivery_method: 'own', subscriptions: [] },
  ],
};
const REPLACEMENTS = {
  '<<env>>': 'dev',
  tools: '777788889999',
  '<<sender>>': 'noreply@example.org',
};

const textsOf = (more: Partial<Record<keyof SalmonTexts, unknown>> = {}): SalmonTexts => {
  const all = {
    general: GENERAL,
    groups: GROUPS,
    recipients: RECIPIENTS,
    replacements: REPLACEMENTS,
    ...more,
  };
  const written = Object.entries(all).map(([key, value]) => [
    key,
    value === undefined || typeof value === 'string' ? value : JSON.stringify(value, undefined, 2),
  ]);
  return Object.fromEntries(written) as SalmonTexts;
};
const problemsOf = (texts: SalmonTexts): string[] =>
  readSalmon(texts).problems.map(
    ({ severity, file, line, message }) => `${severity} ${file}:${line} ${message}`,
  );

function converted(texts = textsOf(), smtp?: { host: string; port?: number }) {
  const { settings, problems } = readSalmon(texts);
  if (settings === undefined) throw new Error(JSON.stringify(problems));
  return convertSalmon(settings, { team: 'fruit', ...(smtp ? { smtp } : {}) });
}

describe('settings of SALMON', () => {
  it('are read without a problem when everything is there', () => {
    expect(problemsOf(textsOf())).toEqual([]);
  });

  it('become accounts, each in its region and only for the team that watches', () => {
    expect(converted().accounts.accounts).toEqual([
      {
        name: 'orchard-dev',
        account: '111122223333',
        regions: ['eu-central-1'],
        role: 'arn:aws:iam::111122223333:role/millrace',
        teams: ['fruit'],
      },
      {
        name: 'mill-dev',
        account: '000044445555',
        regions: ['eu-west-1'],
        role: 'arn:aws:iam::000044445555:role/extract',
        teams: ['fruit'],
      },
    ]);
  });

  it('become entries of watch: those of one place that are expected the same things of together', () => {
    expect(converted().team.watch).toEqual([
      { account: 'mill-dev', glueJobs: ['press-late'], tags: { group: 'apples' } },
      {
        account: 'orchard-dev',
        glueJobs: ['peel'],
        tags: { group: 'apples' },
        expect: ['finishes within 1200 seconds', 'at least 2 runs per day'],
      },
      {
        account: 'orchard-dev',
        lambdaFunctions: ['weigh'],
        tags: { group: 'apples' },
        expect: ['at least 1 runs per day'],
      },
      {
        account: 'orchard-dev',
        glueJobs: ['press-*'],
        tags: { group: 'apples' },
        expect: ['finishes within 1200 seconds', 'at least 2 runs per day'],
      },
      { account: 'mill-dev', stateMachines: ['*'], tags: { group: 'pears' } },
    ]);
  });

  it('tell the recipients of every group that a thing is in', () => {
    const place = { monitored_environment_name: 'Orchard [<<env>>]' };
    const groups = {
      monitoring_groups: [
        {
          group_name: 'apples',
          glue_jobs: [
            { name: 'press-red', ...place, sla_seconds: 60 },
            { name: 'peel', ...place },
          ],
        },
        {
          group_name: 'pears',
          glue_jobs: [{ name: 'press-*', ...place, minimum_number_of_runs: 3 }],
        },
      ],
    };
    const { watch, notify, digest } = converted(textsOf({ groups })).team;
    expect(watch).toEqual([
      {
        account: 'orchard-dev',
        glueJobs: ['press-red'],
        tags: { group: 'apples+pears' },
        expect: ['finishes within 60 seconds', 'at least 3 runs per day'],
      },
      { account: 'orchard-dev', glueJobs: ['peel'], tags: { group: 'apples' } },
      {
        account: 'orchard-dev',
        glueJobs: ['press-*'],
        tags: { group: 'pears' },
        expect: ['at least 3 runs per day'],
      },
    ]);
    expect(notify).toEqual([
      { when: { tags: { group: ['apples+pears', 'apples'] } }, channels: ['keepers'], and: true },
      { when: { tags: { group: ['apples+pears', 'pears'] } }, channels: ['alarms'], and: true },
    ]);
    expect(digest).toMatchObject([{ only: { group: ['apples+pears', 'apples', 'pears'] } }]);
  });

  it('become channels, routes and digests that are only of the groups somebody asked for', () => {
    const { channels, notify, digest } = converted().team;
    expect(channels).toEqual({
      keepers: {
        type: 'ses',
        region: 'eu-central-1',
        from: 'noreply@example.org',
        to: ['keepers@example.org'],
      },
      alarms: {
        type: 'sns',
        region: 'eu-west-1',
        topic: 'arn:aws:sns:eu-west-1:111122223333:alarms',
      },
    });
    expect(notify).toEqual([
      { when: { tags: { group: ['apples'] } }, channels: ['keepers'], and: true },
      { when: { tags: { group: ['pears'] } }, channels: ['alarms'], and: true },
    ]);
    expect(digest).toEqual([
      {
        at: '06:30',
        timezone: 'UTC',
        days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
        to: ['keepers'],
        group: 'group',
        only: { group: ['apples', 'pears'] },
      },
    ]);
  });

  it('become a file that is taken as it is', () => {
    const { team } = converted(textsOf(), { host: 'smtp.example.org', port: 465 });
    expect(loadTeamFile('fruit.yaml', stringify(team)).problems).toEqual([]);
    expect(parse(stringify(team)).channels['keepers-2']).toEqual({
      type: 'email',
      host: 'smtp.example.org',
      port: 465,
      security: 'tls',
      from: 'noreply@example.org',
      to: ['keepers@example.com'],
    });
  });

  it('say of each thing what it has become, and what needs somebody', () => {
    const lines = converted().report.map(
      ({ from, to = '-', needsYou = '' }) => `${from} | ${to} | ${needsYou}`,
    );
    expect(lines).toContain('group pears | watch: 1 entry with the tag group | ');
    expect(lines).toContain(
      'recipient keepers@example.com | - | give --smtp HOST:PORT, as creds has it',
    );
    expect(lines.find((line) => line.startsWith('environment Mill'))).toContain(
      '44445555 has not 12 digits',
    );
    expect(lines.find((line) => line.startsWith('grafana_instance'))).toContain(
      'millrace metrics dashboard',
    );
  });

  it('are understood as older versions wrote them', () => {
    const [one] = RECIPIENTS.recipients;
    const old = {
      Recipients: [{ ...one, subscriptions: [{ name: 'apples', alerts: true, digest: false }] }],
    };
    const texts = textsOf({ recipients: old });
    expect(problemsOf(texts)).toEqual([]);
    expect(converted(texts).team.notify).toHaveLength(1);
  });

  it.each([
    [
      'no recipients',
      { recipients: undefined },
      'error recipients.json:1 there is no recipients.json',
    ],
    [
      'broken JSON',
      { groups: '{"monitoring_groups": [ {"group_name": "a" ' },
      'error monitoring_groups.json:1 ',
    ],
    [
      'an account id that is missing',
      { general: { ...GENERAL, monitored_environments: [{ name: 'a', region: 'x' }] } },
      'error general.json:',
    ],
    [
      'two environments of one name',
      {
        general: {
          ...GENERAL,
          monitored_environments: [
            ...GENERAL.monitored_environments,
            GENERAL.monitored_environments[0],
          ],
        },
      },
      'error general.json:26 the environment Orchard [dev] is there twice',
    ],
    [
      'an environment that is not there',
      {
        groups: {
          monitoring_groups: [
            {
              group_name: 'a',
              glue_jobs: [{ name: 'x', monitored_environment_name: 'Orchart [dev]' }],
            },
          ],
        },
      },
      'error monitoring_groups.json:8 there is no monitored environment "Orchart [dev]"; did you mean "Orchard [dev]"?',
    ],
    [
      'a section that is none',
      { groups: { monitoring_groups: [{ group_name: 'a', glue_job: [] }] } },
      'error monitoring_groups.json:5 a group has no "glue_job"; did you mean "glue_jobs"?',
    ],
    [
      'a placeholder without a replacement',
      { replacements: { '<<env>>': 'dev', tools: '1' } },
      'warning general.json:30 <<sender>> has no replacement',
    ],
    [
      'no replacements at all',
      { replacements: undefined },
      'warning general.json:3 <<env>> has no replacement',
    ],
    [
      'a delivery method that is not there',
      { general: { ...GENERAL, delivery_methods: [] } },
      'error recipients.json:5 there is no delivery method "mail"',
    ],
  ])('are refused at the place of the mistake: %s', (_, more, problem) => {
    const found = problemsOf(textsOf(more));
    expect(found.find((line) => line.startsWith(problem)) ?? found).toContain(problem);
  });

  it('can be taken over without what names something that is not there, and all of that is told', () => {
    const { settings } = readSalmon(
      textsOf({
        general: { ...GENERAL, monitored_environments: GENERAL.monitored_environments.slice(0, 1) },
      }),
    );
    const { left, settings: sound } = withoutLoose(settings ?? ({} as never));
    expect(left).toEqual([
      'glue_jobs press-late of group apples: there is no environment Mill [dev]',
      'step_functions * of group pears: there is no environment Mill [dev]',
    ]);
    expect(convertSalmon(sound, { team: 'fruit' }).team.watch).toHaveLength(3);
  });

  it('have names that Millrace takes, told apart', () => {
    expect([
      ...uniqueNames([
        'Dept1 Account [dev]',
        'dept1-account (dev)',
        'Ärger',
        '[]',
        'outbox',
      ]).values(),
    ]).toEqual(['dept1-account-dev', 'dept1-account-dev-2', 'rger', 'x', 'outbox-2']);
  });
});
