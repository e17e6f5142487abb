/**
 * Monitors, back-tests and alerts: what is watched over time, what it would have done, and what it has done.
 * @module
 */
import { z } from 'zod';
import { tagQuery } from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import {
  countSchema,
  listOf,
  objectSchema,
  pageOf,
  paging,
  tagsSchema,
  timeSchema,
} from './values.js';

const DEFINITION = { name: 'failing-counties', groupBy: 'county', critical: 2 };
const GROUP = {
  team: 'parcels',
  monitor: 'failing-counties',
  dedupeKey: 'parcels/failing-counties/["alpine"]',
};

const definition = objectSchema.describe(
  'As in a file of monitors: scope, groupBy, warning, critical, ok, noData, newSource, renotify, mute; on: expectations with late, missing. See docs/guides/monitors.md',
);

export const monitorSchema = z
  .strictObject({
    team: z.string(),
    name: z.string(),
    definition,
    file: z.string().exactOptional().describe('The file that declares it'),
    since: timeSchema.describe('Since when it watches what it watches'),
    groups: countSchema.describe('Groups that it knows'),
    open: countSchema.describe('Alerts that are open'),
    problem: z.string().exactOptional().describe('Why it does not act'),
  })
  .meta({
    id: 'Monitor',
    examples: [
      {
        team: 'parcels',
        name: 'failing-counties',
        definition: DEFINITION,
        since: 1_793_509_200_000,
        groups: 20,
        open: 1,
      },
    ],
  });
export type Monitor = z.infer<typeof monitorSchema>;

export const alertLevelSchema = z
  .enum(['NO DATA', 'WARNING', 'CRITICAL'])
  .describe('How bad it is, or was');
const statusSchema = z
  .enum(['OPEN', 'RECOVERED', 'ENDED'])
  .describe('ENDED: the monitor was taken away, or watches something else');

export const alertSchema = z
  .strictObject({
    number: z.int(),
    team: z.string(),
    monitor: z.string(),
    status: statusSchema,
    level: alertLevelSchema,
    dedupeKey: z.string().describe('The same for each alert of a group'),
    name: z.string().describe('The group, in words'),
    tags: tagsSchema,
    openedAt: timeSchema,
    endedAt: timeSchema.exactOptional(),
    notifiedAt: timeSchema.exactOptional().describe('When somebody was told last'),
    mutedUntil: timeSchema.exactOptional().describe('Until when it was held back last'),
    words: z.string().describe('Why'),
    subject: z.string().exactOptional().describe('What caused it'),
    pipeline: z.string().exactOptional(),
    execution: z.string().exactOptional().describe('Id of the execution that caused it'),
  })
  .meta({
    id: 'Alert',
    examples: [
      {
        ...{ number: 3, ...GROUP, status: 'OPEN' as const, level: 'CRITICAL' as const },
        ...{ name: 'county: alpine', tags: { county: 'alpine' }, openedAt: 1_793_509_200_000 },
        words: 'alpine: CRITICAL 2 times in a row: failed: NoDisk',
      },
    ],
  });
export type Alert = z.infer<typeof alertSchema>;

export const describedAlertSchema = alertSchema
  .extend({
    changes: z
      .array(
        z.strictObject({
          number: z.int(),
          type: z.enum([
            'TRIGGERED',
            'ESCALATED',
            'NO DATA',
            'RENOTIFIED',
            'UNMUTED',
            'RECOVERED',
            'ENDED',
          ]),
          level: alertLevelSchema,
          at: timeSchema,
          notify: z.boolean().describe('Somebody is told'),
          mutedUntil: timeSchema.exactOptional(),
          words: z.string(),
          because: z
            .array(z.int())
            .describe('Numbers of the results, or of the changes of expectations'),
        }),
      )
      .describe('The oldest first'),
  })
  .meta({
    id: 'DescribedAlert',
    examples: [
      {
        ...{ number: 3, ...GROUP, status: 'OPEN' as const, level: 'CRITICAL' as const },
        ...{ name: 'county: alpine', tags: { county: 'alpine' }, openedAt: 1_793_509_200_000 },
        words: 'alpine: CRITICAL 2 times in a row: failed: NoDisk',
        changes: [],
      },
    ],
  });
export type DescribedAlert = z.infer<typeof describedAlertSchema>;

export const backTestSchema = z
  .strictObject({
    from: timeSchema,
    until: timeSchema,
    sentence: z.string().describe('All of it in words'),
    fired: countSchema.describe('Alerts that would have been'),
    groups: countSchema.describe('Groups that fired at all'),
    told: countSchema.describe(
      'Those of which somebody would have been told: the others were muted',
    ),
    recovered: countSchema,
    recoveredSoon: countSchema.describe('Good again within `soon`, without anybody'),
    soon: countSchema.describe('Milliseconds'),
    open: countSchema.describe('Those that would be open still'),
    suggestions: z.array(
      z.strictObject({
        field: z.enum(['critical', 'warning']),
        count: countSchema,
        leftOut: countSchema.describe(
          'Firings that would not have been, of those that recovered soon',
        ),
        lost: countSchema.describe('Firings that would not have been, of the others'),
        words: z.string(),
      }),
    ),
    heard: countSchema.describe('Results, or changes of expectations, that were looked at'),
    isCut: z.boolean().describe('There were more than are ever looked at'),
    watched: z.strictObject({ series: countSchema, groups: countSchema }),
    firings: z
      .array(
        z.strictObject({
          key: z.string(),
          group: z.string(),
          level: alertLevelSchema,
          openedAt: timeSchema,
          endedAt: timeSchema.exactOptional(),
          isTold: z.boolean(),
          because: z.array(z.int()),
          words: z.string(),
          critical: countSchema.describe('The longest streak of CRITICAL while it was open'),
          bad: countSchema.describe('The longest streak of results that are no success'),
        }),
      )
      .describe('The newest first, at most 1,000 of them'),
  })
  .meta({
    id: 'BackTest',
    examples: [
      {
        ...{ from: 1_790_917_200_000, until: 1_793_509_200_000, fired: 0, groups: 0, told: 0 },
        ...{
          recovered: 0,
          recoveredSoon: 0,
          soon: 1_200_000,
          open: 0,
          suggestions: [],
          heard: 120,
        },
        ...{ isCut: false, watched: { series: 4, groups: 4 }, firings: [] },
        sentence: 'In the last 30 days it would not have fired.',
      },
    ],
  });
export type BackTest = z.infer<typeof backTestSchema>;

const params = z.object({ name: z.string().min(1).max(80).describe('Name of the monitor') });

export const listMonitors = route('GET', PATHS.monitors, {
  needs: 'viewer',
  summary: 'List the monitors, with what they watch',
  response: { 200: listOf(monitorSchema), ...problems },
});

export const describeMonitor = route('GET', PATHS.monitor, {
  needs: 'viewer',
  summary: 'Show a monitor',
  params,
  response: { 200: monitorSchema, ...problems },
});

export const putMonitor = route('PUT', PATHS.monitor, {
  needs: 'editor',
  summary: 'Make a monitor, or change it',
  description:
    'One that goes on watching the same keeps its alerts; another one begins anew. One that a file declares is changed there.',
  params,
  body: definition,
  response: { 200: monitorSchema, ...problems },
});

export const deleteMonitor = route('DELETE', PATHS.monitor, {
  needs: 'editor',
  summary: 'Delete a monitor; its open alerts end',
  params,
  response: { 200: z.strictObject({ deleted: z.literal(true) }), ...problems },
});

export const backTestMonitor = route('POST', PATHS.backTest, {
  needs: 'operator',
  summary: 'Tell what a monitor would have done, before it is saved',
  description: 'Replays it on what is recorded: the same rules as those of the live one.',
  body: z
    .strictObject({
      monitor: definition.exactOptional(),
      name: z.string().min(1).max(80).exactOptional().describe('Of one that there is, instead'),
      days: z.int().min(1).max(400).default(30),
    })
    .refine(({ monitor, name }) => (monitor === undefined) !== (name === undefined), {
      message: 'give one of monitor and name',
    }),
  response: { 200: backTestSchema, ...problems },
});

export const listAlerts = route('GET', PATHS.alerts, {
  needs: 'viewer',
  summary: 'List alerts, the newest first',
  description: 'A page may be short and not the last one: `next` says whether there is more.',
  querystring: z.object({
    status: statusSchema.optional(),
    monitor: z.string().max(80).optional(),
    tag: tagQuery,
    ...paging,
  }),
  response: { 200: pageOf(alertSchema), ...problems },
});

export const describeAlert = route('GET', PATHS.alert, {
  needs: 'viewer',
  summary: 'Show an alert with all that has become of it',
  params: z.object({ number: z.string().max(512).describe('Number of the alert') }),
  response: { 200: describedAlertSchema, ...problems },
});
