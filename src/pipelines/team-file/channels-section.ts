/**
 * `channels`: where a team is reached. Each has a name, a type and what its kind needs; secrets are named and never written.
 *
 *     channels:
 *       data-alerts: { type: slack, token: { secret: SLACK_TOKEN }, room: "#data-alerts" }
 *       mail:        { type: email, host: smtp.example.org, from: millrace@example.org, to: [data@example.org] }
 *
 * @module
 */
import { z } from 'zod';
import { suggest } from '../../asl/validate.js';
import type { Channel } from '../../channels/channel.js';
import { CHANNELS } from '../../channels/channels.js';
import { NAME_MESSAGE, NAME_PATTERN } from '../schema.js';
import type { ValuePath } from '../source-file.js';
import type { SectionProblem, TeamSection } from './team-section.js';

/** Channels of a team. */
const MOST = 100;
/** The one that every team has. */
export const OUTBOX_NAME = 'outbox';

/** A secret by its name. */
export interface SecretName {
  secret: string;
}

/** A channel as a file writes it. */
export interface WrittenChannel {
  type: string;
  [field: string]: unknown;
}

const secretName: z.ZodType<SecretName> = z.strictObject({
  secret: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, NAME_MESSAGE),
});

/** The shape of each kind, with names in the places of secrets. */
const SHAPES: ReadonlyMap<string, z.ZodType> = new Map(
  [...CHANNELS.values()].map((channel) => [channel.type, writtenShape(channel)]),
);

function writtenShape({ type, config, secrets }: Channel): z.ZodType {
  const fields = Object.entries(config.shape).map(([name, schema]) => {
    if (!secrets.includes(name)) return [name, schema];
    return [name, schema.safeParse(undefined).success ? secretName.optional() : secretName];
  });
  return z.strictObject({ type: z.literal(type), ...Object.fromEntries(fields) });
}

const loose: z.ZodType<WrittenChannel> = z.looseObject({ type: z.string() });

const schema: z.ZodType<{ [name: string]: WrittenChannel }> = z
  .record(z.string().regex(NAME_PATTERN, NAME_MESSAGE), loose)
  .refine((all) => Object.keys(all).length <= MOST, { message: `at most ${MOST} channels` })
  .meta({ description: 'Where the team is reached, by name' });

/** Fields of a kind of channel; of none when there is no such kind. */
export function channelFields(type: unknown): readonly string[] {
  const channel = typeof type === 'string' ? CHANNELS.get(type) : undefined;
  return channel === undefined ? ['type'] : ['type', ...Object.keys(channel.config.shape)];
}

/** Every kind of channel as a JSON Schema can tell it: editors are told of each of its fields. */
export const channelsForEditors: z.ZodType = z.record(
  z.string().regex(NAME_PATTERN),
  z.union([...SHAPES.values()] as [z.ZodType, ...z.ZodType[]]),
);

/**
 * What is wrong with a channel as it is written; nothing when it can be used.
 * @example channelProblems({ type: 'slack' }) // [{ at: [], message: 'give "url" of an …' }]
 */
export function channelProblems(written: WrittenChannel): SectionProblem[] {
  const { type, ...fields } = written;
  const channel = CHANNELS.get(type);
  const shape = SHAPES.get(type);
  if (channel === undefined || shape === undefined) {
    const meant = suggest(type, [...CHANNELS.keys()]);
    const kinds = [...CHANNELS.keys()].join(', ');
    const message = `there is no kind of channel "${type.slice(0, 80)}"; there are ${kinds}`;
    return [{ at: ['type'], message, ...(meant === undefined ? {} : { fix: `write "${meant}"` }) }];
  }
  const checked = shape.safeParse(written);
  if (!checked.success) {
    return checked.error.issues.flatMap((issue) => problemsOf(issue, written, channel));
  }
  const missing = channel.incomplete?.(fields);
  return missing === undefined ? [] : [{ at: [], message: missing, mark: 'key' }];
}

function problemsOf(
  issue: z.core.$ZodIssue,
  written: WrittenChannel,
  { type, secrets, config }: Channel,
): SectionProblem[] {
  const at = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const [field] = at;
  if (issue.code === 'unrecognized_keys' && at.length === 0) {
    const known = channelFields(type);
    return issue.keys.map((key) => {
      const meant = suggest(key, known);
      const more = meant === undefined ? '' : `; did you mean "${meant}"?`;
      const message = `a channel of type ${type} has no field "${key.slice(0, 80)}"${more}`;
      const fix = `it has ${Object.keys(config.shape).join(', ') || 'no fields'}`;
      return { at: [key], message, fix, mark: 'key' as const };
    });
  }
  if (typeof field === 'string' && secrets.includes(field) && field in written) {
    const message = `"${field}" is a secret, so a file names it and does not hold it`;
    return [
      { at: [field], message, fix: `write ${field}: { secret: NAME }, and set the secret NAME` },
    ];
  }
  if (typeof field === 'string' && at.length === 1 && !(field in written)) {
    const message = `a channel of type ${type} needs "${field}"`;
    return [{ at: [], message, fix: `add ${field}`, mark: 'key' }];
  }
  return [{ at: at as ValuePath, message: `${at.join('.')}: ${issue.message}` }];
}

/** Names of the secrets that a channel needs. */
export function secretsOf(written: WrittenChannel): { field: string; name: string }[] {
  const fields = CHANNELS.get(written.type)?.secrets ?? [];
  return fields.flatMap((field) => {
    const checked = secretName.safeParse(written[field]);
    return checked.success ? [{ field, name: checked.data.secret }] : [];
  });
}

export const CHANNELS_SECTION: TeamSection & {
  schema: z.ZodType<{ [name: string]: WrittenChannel }>;
} = {
  name: 'channels',
  schema,
  check(written) {
    return Object.entries(schema.parse(written)).flatMap(([name, channel]) => {
      if (name === OUTBOX_NAME && channel.type !== OUTBOX_NAME) {
        const message = `"${OUTBOX_NAME}" is the channel that every team has, which keeps what it gets`;
        return [{ at: [name], message, fix: 'give this one another name', mark: 'key' as const }];
      }
      return channelProblems(channel).map((problem) => ({
        ...problem,
        at: [name, ...problem.at],
      }));
    });
  },
};
