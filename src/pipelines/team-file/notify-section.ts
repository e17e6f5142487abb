/**
 * `notify`: which channels are told of what. The first entry that fits decides, and with `and: true` the next ones are asked too.
 *
 *     notify:
 *       - { when: { levels: [critical] }, channels: [data-alerts], and: true }
 *       - { channels: [mail] }
 *
 * Where none fits, and where there is no list at all, the outbox keeps it.
 * @module
 */
import { z } from 'zod';
import { suggest } from '../../asl/validate.js';
import type { MessageKind, MessageLevel } from '../../channels/message.js';
import { isLike } from '../../monitoring/incidents/owner.js';
import { fitsTags } from '../../monitoring/tags.js';
import { OUTBOX_NAME } from './channels-section.js';
import type { SectionProblem, TeamSection, WrittenSections } from './team-section.js';

const MOST = 200;

export const LEVELS: readonly MessageLevel[] = ['critical', 'warning', 'info', 'good'];
export const KINDS: readonly MessageKind[] = [
  ...(['opened', 'reopened', 'repeated', 'escalated', 'acknowledged', 'assigned'] as const),
  ...(['commented', 'resolved', 'execution', 'state', 'digest', 'summary', 'test'] as const),
];

const texts = z.array(z.string().min(1).max(256)).min(1).max(100);

/** What a message must be; of what is left out it may be anything. */
export interface RouteCondition {
  levels?: MessageLevel[] | undefined;
  kinds?: MessageKind[] | undefined;
  /** Each of them: `{ county: alpine }`, or `{ county: [alpine, butte] }`. */
  tags?: { [tag: string]: string | string[] } | undefined;
  /** Any of them; a `*` stands for any letters. */
  pipelines?: string[] | undefined;
  owners?: string[] | undefined;
}

export interface Route {
  when?: RouteCondition | undefined;
  channels: string[];
  and?: boolean | undefined;
}

const condition: z.ZodType<RouteCondition> = z.strictObject({
  levels: z
    .array(z.enum(LEVELS as [MessageLevel, ...MessageLevel[]]))
    .min(1)
    .optional(),
  kinds: z
    .array(z.enum(KINDS as [MessageKind, ...MessageKind[]]))
    .min(1)
    .optional(),
  tags: z.record(z.string().min(1).max(128), z.union([z.string().max(256), texts])).optional(),
  pipelines: texts.optional(),
  owners: texts.optional(),
});

const schema: z.ZodType<Route[]> = z
  .array(
    z.strictObject({
      when: condition.optional().meta({ description: 'What it must be; anything when absent' }),
      channels: z.array(z.string().min(1).max(80)).min(1).max(20),
      and: z.boolean().optional().meta({ description: 'Ask the next ones too' }),
    }),
  )
  .max(MOST)
  .meta({ description: 'Which channels are told of what: the first that fits' });

export const NOTIFY_SECTION: TeamSection & { schema: z.ZodType<Route[]> } = {
  name: 'notify',
  schema,
  check(written, { channels }) {
    const routes = schema.parse(written);
    return routes.flatMap(({ channels: names }, index) =>
      unknownChannels(names, channels).map((problem) => ({
        ...problem,
        at: [index, 'channels', ...problem.at],
      })),
    );
  },
};

/**
 * Names of channels that a file has not, each at its place in the list; nothing when the file has no channels: they may be another file's.
 * @param channels the section of the same file
 * @example unknownChannels(['mial'], { mail: {} })[0]?.message // 'this file has no channel "mial"; did you mean "mail"?'
 */
export function unknownChannels(
  names: readonly string[],
  channels: WrittenSections[string] | undefined,
): SectionProblem[] {
  if (channels === undefined) return [];
  const known = [OUTBOX_NAME, ...Object.keys(channels)];
  return names.flatMap((name, place) => {
    if (known.includes(name)) return [];
    const meant = suggest(name, known);
    const more = meant === undefined ? '' : `; did you mean "${meant}"?`;
    const message = `this file has no channel "${name}"${more}`;
    return [
      { at: [place], message, fix: `write one of ${known.join(', ')}, or add it to channels` },
    ];
  });
}

/** What routes are chosen by. */
export interface Routed {
  readonly level: MessageLevel;
  readonly kind: MessageKind;
  readonly tags: { readonly [tag: string]: string };
  readonly pipeline?: string | undefined;
  readonly owner?: string | undefined;
}

/**
 * Names of the channels that are told: of the first route that fits, and of those after it as long as they say `and`. Each once.
 * @example channelsFor([{ channels: ['mail'] }], routed) // ['mail']
 */
export function channelsFor(routes: readonly Route[], routed: Routed): string[] {
  const chosen = new Set<string>();
  for (const { when = {}, channels, and = false } of routes) {
    if (!fits(when, routed)) continue;
    for (const name of channels) chosen.add(name);
    if (!and) break;
  }
  return [...chosen];
}

function fits(
  { levels, kinds, tags = {}, pipelines, owners }: RouteCondition,
  { level, kind, tags: own, pipeline, owner }: Routed,
): boolean {
  if (levels !== undefined && !levels.includes(level)) return false;
  if (kinds !== undefined && !kinds.includes(kind)) return false;
  if (owners !== undefined && !owners.some((one) => same(one, owner))) return false;
  if (pipelines !== undefined && !pipelines.some((one) => isLike(pipeline, one))) return false;
  return fitsTags(tags, own);
}

/** Names are compared as tags are. */
function same(left: string, right: string | undefined): boolean {
  return right !== undefined && left.toLowerCase() === right.toLowerCase();
}
