/**
 * Channels of teams, how they are, and every delivery with what became of it.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, objectSchema, pageOf, paging, tagsSchema, timeSchema } from './values.js';

export const channelSchema = z
  .strictObject({
    team: z.string(),
    name: z.string(),
    type: z.string().describe('Its kind: outbox, email, slack, webhook, …'),
    config: objectSchema.describe("As the team's file writes it: secrets are names in it"),
    file: z.string().exactOptional().describe('The file that declares it'),
    state: z
      .enum(['working', 'failing', 'unused'])
      .describe('failing: something was given up, or every try of the last 15 minutes has failed'),
    since: timeSchema.exactOptional(),
    deliveredAt: timeSchema.exactOptional().describe('When something arrived last, to the minute'),
    error: z.string().exactOptional().describe('Why the last try failed'),
    problem: z.string().exactOptional().describe('What keeps it from being used'),
    routed: z.boolean().describe('Whether any route of the team names it'),
  })
  .meta({
    id: 'Channel',
    examples: [
      {
        ...{ team: 'parcels', name: 'data-alerts', type: 'slack', state: 'unused' as const },
        config: { token: { secret: 'SLACK_TOKEN' }, room: '#data-alerts' },
        ...{ file: 'team.yaml', problem: 'secret SLACK_TOKEN is not set', routed: true },
      },
    ],
  });
export type Channel = z.infer<typeof channelSchema>;

const linkSchema = z.strictObject({ name: z.string(), url: z.string() });

export const messageSchema = z
  .strictObject({
    key: z.string().describe('The same however often it is sent'),
    thread: z.string().describe('What belongs together'),
    kind: z.string(),
    level: z.enum(['critical', 'warning', 'info', 'good']),
    team: z.string(),
    at: timeSchema,
    title: z.string(),
    text: z.string(),
    facts: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    links: z.array(linkSchema),
    tags: tagsSchema,
  })
  .meta({
    id: 'Message',
    examples: [
      {
        ...{ key: 'execution-0190-ended-0', thread: 'execution-0190', kind: 'execution' },
        ...{ level: 'critical' as const, team: 'parcels', at: 1_793_509_200_000 },
        ...{ title: 'orders failed', text: 'failed: NoDisk', links: [], tags: {} },
        facts: [{ name: 'Pipeline', value: 'orders' }],
      },
    ],
  });

const statusSchema = z
  .enum(['PENDING', 'DELIVERED', 'FOLDED', 'DEAD'])
  .describe('FOLDED: told with others in one; DEAD: given up');

export const deliverySchema = z
  .strictObject({
    number: z.int(),
    team: z.string(),
    channel: z.string().describe('Name of the channel'),
    status: statusSchema,
    message: messageSchema,
    address: z.string().exactOptional().describe('Whom it was for, in the place of the usual ones'),
    people: z.array(z.string()).exactOptional().describe('Who is told in particular'),
    incident: z.int().exactOptional(),
    createdAt: timeSchema,
    dueAt: timeSchema.describe('When it is tried next'),
    endedAt: timeSchema.exactOptional(),
    tries: countSchema.describe('Tries that have failed'),
    error: z.string().exactOptional().describe('Why the last try failed'),
    words: z.string().exactOptional().describe('What the channel says of it'),
    summary: z.int().exactOptional().describe('Number of the delivery that told it with others'),
  })
  .meta({
    id: 'Delivery',
    examples: [
      {
        ...{ number: 7, team: 'parcels', channel: 'outbox', status: 'DELIVERED' as const },
        message: {
          ...{ key: 'test-1', thread: 'test', kind: 'test', level: 'info' as const },
          ...{ team: 'parcels', at: 1_793_509_200_000, title: 'Test of channel outbox' },
          ...{ text: 'This is a test.', facts: [], links: [], tags: {} },
        },
        ...{ createdAt: 1_793_509_200_000, dueAt: 1_793_509_200_000, tries: 0 },
        ...{ endedAt: 1_793_509_200_000, words: 'kept in the outbox' },
      },
    ],
  });
export type Delivery = z.infer<typeof deliverySchema>;

const numbered = z.object({ number: z.string().max(512).describe('Number of the delivery') });

export const listChannels = route('GET', PATHS.channels, {
  needs: 'viewer',
  summary: 'List the channels, with how they are',
  description: 'Those of teams whose files declare any, and the outbox that every team has.',
  response: { 200: z.strictObject({ items: z.array(channelSchema) }), ...problems },
});

export const testChannel = route('POST', PATHS.testChannel, {
  needs: 'operator',
  summary: 'Send a test message by a channel',
  description: 'Answered when it is kept, before it has arrived: ask for the delivery after that.',
  params: z.object({ name: z.string().min(1).max(80).describe('Name of the channel') }),
  response: { 200: deliverySchema, ...problems },
});

export const listDeliveries = route('GET', PATHS.deliveries, {
  needs: 'viewer',
  summary: 'List what was told, and is to be told, the newest first',
  querystring: z.object({
    channel: z.string().max(80).optional().describe('Name of a channel'),
    thread: z.string().max(300).optional().describe('What belongs together: `execution-…`'),
    status: statusSchema.optional(),
    ...paging,
  }),
  response: { 200: pageOf(deliverySchema), ...problems },
});

export const describeDelivery = route('GET', PATHS.delivery, {
  needs: 'viewer',
  summary: 'Show a delivery',
  params: numbered,
  response: { 200: deliverySchema, ...problems },
});

export const retryDelivery = route('POST', PATHS.retryDelivery, {
  needs: 'operator',
  summary: 'Try a delivery again that was given up, or waits',
  params: numbered,
  response: { 200: deliverySchema, ...problems },
});
