/**
 * Incidents: what is in trouble, whose it is, and what people do about it; silences, and who is on call.
 * @module
 */
import { z } from 'zod';
import { SUBJECT, subjectSchema, tagQuery } from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, listOf, pageOf, paging, tagsSchema, timeSchema } from './values.js';

const MOST_TEXT = 4_000;

export const incidentStatusSchema = z
  .enum(['OPEN', 'ACKNOWLEDGED', 'RESOLVED'])
  .describe('OPEN: nobody has said that they have it');
export const incidentChangeTypeSchema = z.enum([
  ...(['OPENED', 'REOPENED', 'REPEATED', 'WORSE', 'BETTER', 'FOLDED', 'UNFOLDED'] as const),
  ...(['GATHERED', 'ACKNOWLEDGED', 'ASSIGNED', 'ESCALATED', 'SNOOZED', 'WOKEN'] as const),
  ...(['COMMENTED', 'RESOLVED'] as const),
]);
export const incidentLevelSchema = z.enum(['critical', 'warning']);

const problemSchema = z
  .strictObject({
    kind: z
      .enum(['failed', 'late', 'missing', 'unmet', 'alert', 'undelivered', 'broken'])
      .describe('undelivered: a channel does not deliver'),
    level: incidentLevelSchema,
    since: timeSchema,
    lastAt: timeSchema,
    count: countSchema.describe('How often it was noticed'),
    words: z.string().describe('Why, in one line'),
    error: z.string().exactOptional(),
    state: z.string().exactOptional().describe('The state that failed'),
    execution: z.string().exactOptional(),
    link: z.string().exactOptional().describe('Where it is shown by whoever ran it'),
  })
  .meta({
    id: 'IncidentProblem',
    examples: [
      {
        ...{ kind: 'failed' as const, level: 'critical' as const, count: 1 },
        ...{ since: 1_795_150_800_000, lastAt: 1_795_150_800_000 },
        ...{ words: 'failed: NoDisk: the disk is full', error: 'NoDisk', state: 'Load' },
      },
    ],
  });

const EXAMPLE = {
  ...{ number: 42, team: 'parcels', title: 'alpine failed in Load' },
  subject: SUBJECT,
  ...{ thing: 'millrace:000000000000:us-east-1:pipeline:parcels/alpine', pipeline: 'alpine' },
  ...{ tags: { county: 'alpine' }, status: 'OPEN' as const, level: 'critical' as const },
  last: {
    ...{ kind: 'failed' as const, level: 'critical' as const, count: 1 },
    ...{ since: 1_795_150_800_000, lastAt: 1_795_150_800_000 },
    ...{ words: 'failed: NoDisk: the disk is full', error: 'NoDisk', state: 'Load' },
  },
  problems: {},
  ...{ openedAt: 1_795_150_800_000, since: 1_795_150_800_000 },
  ...{ owner: 'ana', ownerBecause: 'on call in primary', folded: 3, reopened: 0, repeats: 0 },
};

export const incidentSchema = z
  .strictObject({
    number: z.int(),
    team: z.string(),
    title: z.string().describe('What failed, and where'),
    subject: subjectSchema,
    thing: z.string().describe('What has one incident at a time'),
    pipeline: z.string().exactOptional(),
    tags: tagsSchema,
    status: incidentStatusSchema,
    level: incidentLevelSchema.describe('The worst of it since it opened'),
    last: problemSchema.describe('What went wrong last'),
    problems: z.record(z.string(), problemSchema).describe('What is wrong now'),
    openedAt: timeSchema,
    since: timeSchema.describe('When it was opened the last time'),
    acknowledgedAt: timeSchema.exactOptional(),
    acknowledgedBy: z.string().exactOptional(),
    resolvedAt: timeSchema.exactOptional(),
    solved: z.string().exactOptional().describe('What ended it'),
    owner: z.string().exactOptional().describe('Absent: nobody owns it'),
    ownerBecause: z.string().describe('Why it is theirs, or nobody’s'),
    cause: z.int().exactOptional().describe('Number of the incident that it is folded in'),
    snoozedUntil: timeSchema.exactOptional(),
    mutedUntil: timeSchema.exactOptional(),
    folded: countSchema.describe('Things downstream that are folded in'),
    reopened: countSchema,
    repeats: countSchema,
  })
  .meta({ id: 'Incident', examples: [EXAMPLE] });
export type Incident = z.infer<typeof incidentSchema>;

const changeSchema = z
  .strictObject({
    number: z.int(),
    type: incidentChangeTypeSchema,
    at: timeSchema,
    words: z.string(),
    by: z.string().exactOptional().describe('Who did it'),
    execution: z.string().exactOptional(),
    other: z.int().exactOptional().describe('The other incident that it is about'),
    until: timeSchema.exactOptional(),
  })
  .meta({
    id: 'IncidentChange',
    examples: [
      {
        number: 7,
        type: 'ACKNOWLEDGED' as const,
        at: 1_795_150_900_000,
        words: 'acknowledged by ana',
        by: 'ana',
      },
    ],
  });
export type IncidentChange = z.infer<typeof changeSchema>;

export const describedIncidentSchema = incidentSchema
  .extend({
    changes: z.array(changeSchema).describe('The timeline, the oldest first'),
    effects: z.array(incidentSchema).describe('Those that are folded in, of teams you see'),
    causedBy: z
      .strictObject({
        number: z.int(),
        title: z.string().exactOptional(),
        team: z.string().exactOptional(),
      })
      .exactOptional(),
    alike: z
      .array(
        z.strictObject({
          number: z.int(),
          openedAt: timeSchema,
          solved: z.string().exactOptional(),
          lasted: countSchema.exactOptional().describe('Milliseconds'),
        }),
      )
      .describe('The same error in the same state before, with what ended it'),
    people: z
      .array(z.string())
      .describe('Whom it can be given to; anybody when its team has named none'),
    log: z
      .array(z.strictObject({ at: timeSchema, text: z.string() }))
      .describe('The last lines of the failing state'),
  })
  .meta({
    id: 'DescribedIncident',
    examples: [
      { ...EXAMPLE, changes: [], effects: [], alike: [], people: ['ana', 'ben'], log: [] },
    ],
  });
export type DescribedIncident = z.infer<typeof describedIncidentSchema>;

const actSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('acknowledge') }),
    z.strictObject({ type: z.literal('assign'), to: z.string().min(1).max(80) }),
    z.strictObject({
      type: z.literal('snooze'),
      until: timeSchema.describe('At most 90 days away'),
    }),
    z.strictObject({ type: z.literal('comment'), text: z.string().min(1).max(MOST_TEXT) }),
    z.strictObject({
      type: z.literal('resolve'),
      note: z.string().min(1).max(MOST_TEXT).exactOptional().describe('What solved it'),
    }),
  ])
  .meta({ id: 'IncidentAct', examples: [{ type: 'acknowledge' as const }] });
export type IncidentAct = z.infer<typeof actSchema>;

export const silenceSchema = z
  .strictObject({
    number: z.int(),
    team: z.string(),
    tags: tagsSchema.describe('All of them must match'),
    pipeline: z.string().exactOptional().describe('A * stands for any letters'),
    from: timeSchema,
    until: timeSchema,
    by: z.string(),
    reason: z.string(),
  })
  .meta({
    id: 'Silence',
    examples: [
      {
        ...{ number: 3, team: 'parcels', tags: { county: 'alpine' }, by: 'ana' },
        ...{
          from: 1_795_150_800_000,
          until: 1_795_158_000_000,
          reason: 'the county moves its server',
        },
      },
    ],
  });
export type Silence = z.infer<typeof silenceSchema>;

const newSilence = z
  .strictObject({
    tags: tagsSchema.default({}),
    pipeline: z.string().min(1).max(80).exactOptional(),
    until: timeSchema.describe('At most 90 days away'),
    reason: z.string().min(1).max(500),
  })
  .meta({
    id: 'NewSilence',
    examples: [{ tags: { county: 'alpine' }, until: 1_795_158_000_000, reason: 'maintenance' }],
  });

export const incidentMeansSchema = z
  .strictObject({
    team: z.string(),
    opened: z.int(),
    reopened: countSchema,
    acknowledged: countSchema,
    resolved: countSchema,
    mtta: countSchema.exactOptional().describe('Mean milliseconds until somebody had it'),
    mttr: countSchema.exactOptional().describe('Mean milliseconds until it was over'),
    days: z.array(
      z.strictObject({
        day: z.int().describe('Days since 1970-01-01, UTC'),
        opened: z.int(),
        reopened: countSchema,
        acknowledged: countSchema,
        resolved: countSchema,
        toAcknowledge: countSchema.describe('Milliseconds, all together'),
        toResolve: countSchema.describe('Milliseconds, all together'),
      }),
    ),
  })
  .meta({
    id: 'IncidentMeans',
    examples: [
      {
        ...{ team: 'parcels', opened: 4, reopened: 0, acknowledged: 3, resolved: 4 },
        ...{ mtta: 240_000, mttr: 5_400_000, days: [] },
      },
    ],
  });
export type IncidentMeans = z.infer<typeof incidentMeansSchema>;

export const onCallSchema = z
  .strictObject({
    team: z.string(),
    rotation: z.string(),
    zone: z.string(),
    shifts: z.array(
      z.strictObject({
        from: timeSchema,
        until: timeSchema,
        person: z.string().exactOptional().describe('Absent: nobody, which is a gap'),
      }),
    ),
  })
  .meta({
    id: 'OnCall',
    examples: [
      {
        ...{ team: 'parcels', rotation: 'primary', zone: 'Europe/Berlin' },
        shifts: [{ from: 1_795_150_800_000, until: 1_795_755_600_000, person: 'ana' }],
      },
    ],
  });
export type OnCall = z.infer<typeof onCallSchema>;

const params = z.object({ number: z.string().max(512).describe('Its number') });

export const listIncidents = route('GET', PATHS.incidents, {
  needs: 'viewer',
  summary: 'List incidents, the newest first',
  description:
    'Those that are open, unless `status` says otherwise; what is folded into another one only with `folded`. A page may be short and not the last one: `next` says whether there is more.',
  querystring: z.object({
    status: z.enum(['open', 'all', 'OPEN', 'ACKNOWLEDGED', 'RESOLVED']).optional(),
    owner: z.string().max(80).optional().describe('`-`: nobody owns it'),
    pipeline: z.string().max(80).optional(),
    level: incidentLevelSchema.optional(),
    problem: z
      .string()
      .max(1_000)
      .optional()
      .describe(
        'What is wrong with it now, by its name in `problems`: `monitor NAME/GROUP` with the group in words',
      ),
    tag: tagQuery,
    folded: z.enum(['true', 'false']).optional(),
    ...paging,
  }),
  response: { 200: pageOf(incidentSchema), ...problems },
});

export const describeIncident = route('GET', PATHS.incident, {
  needs: 'viewer',
  summary: 'Show an incident: its timeline, what is folded in, what was like it',
  params,
  response: { 200: describedIncidentSchema, ...problems },
});

export const actOnIncident = route('POST', PATHS.incidentActs, {
  needs: 'operator',
  summary: 'Acknowledge, assign, snooze, comment or resolve an incident',
  params,
  body: actSchema,
  response: { 200: incidentSchema, ...problems },
});

export const describeIncidentMeans = route('GET', PATHS.incidentMeans, {
  needs: 'viewer',
  summary: 'How many incidents each team had, and how soon they were acknowledged and over',
  querystring: z.object({ days: z.coerce.number().int().min(1).max(400).default(30) }),
  response: { 200: listOf(incidentMeansSchema), ...problems },
});

export const listSilences = route('GET', PATHS.silences, {
  needs: 'viewer',
  summary: 'List the silences that have not ended',
  response: { 200: listOf(silenceSchema), ...problems },
});

export const makeSilence = route('POST', PATHS.silences, {
  needs: 'operator',
  summary: 'Let nobody hear of some things until a time',
  description: 'What happens is written all the same, and told at the end if it is still so.',
  body: newSilence,
  response: { 201: silenceSchema, ...problems },
});

export const endSilence = route('DELETE', PATHS.silence, {
  needs: 'operator',
  summary: 'End a silence now',
  params,
  response: { 200: z.strictObject({ ended: z.literal(true) }), ...problems },
});

export const listOnCall = route('GET', PATHS.onCall, {
  needs: 'viewer',
  summary: 'Who is on call',
  querystring: z.object({ days: z.coerce.number().int().min(1).max(90).default(7) }),
  response: { 200: listOf(onCallSchema), ...problems },
});
