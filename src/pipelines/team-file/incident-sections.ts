/**
 * `owners` and `incidents`: whose trouble is, and how the team wants to hear of it.
 *
 *     owners:
 *       - { when: { tags: { county: alpine }, errors: ["Lambda.*"] }, owner: ana }
 *       - { owner: primary }
 *     incidents:
 *       { failures: unless-monitored, by: [county], reopen: 1 hour, repeat: 5 minutes,
 *         escalation: [{ after: 15 minutes, to: primary }, { after: 45 minutes, to: ben, channels: [pager] }] }
 *
 * @module
 */
import { z } from 'zod';
import { suggest } from '../../asl/validate.js';
import {
  type Assignee,
  defaultPolicy,
  type IncidentPolicy,
  type OwnerRule,
} from '../../monitoring/incidents/policy.js';
import { type Duration, duration } from '../step-schema.js';
import { unknownChannels } from './notify-section.js';
import {
  lengthOf,
  peopleOf,
  rotationsOf,
  unknown,
  type WrittenPeople,
  type WrittenRotations,
} from './people-sections.js';
import type { SectionProblem, TeamSection, WrittenSections } from './team-section.js';

const MOST_RULES = 500;
const MOST_STEPS = 10;

const texts = z.array(z.string().min(1).max(256)).min(1).max(100);

export interface WrittenOwner {
  when?:
    | {
        tags?: { [tag: string]: string } | undefined;
        pipelines?: string[] | undefined;
        errors?: string[] | undefined;
        kinds?: string[] | undefined;
      }
    | undefined;
  owner: string;
}

const KINDS = ['failed', 'late', 'missing', 'unmet', 'alert', 'undelivered', 'broken'] as const;

const ownersSchema: z.ZodType<WrittenOwner[]> = z
  .array(
    z.strictObject({
      when: z
        .strictObject({
          tags: z.record(z.string().min(1).max(128), z.string().max(256)).optional(),
          pipelines: texts.optional().meta({ description: 'A * stands for any letters' }),
          errors: texts.optional(),
          kinds: z.array(z.enum(KINDS)).min(1).optional(),
        })
        .optional()
        .meta({ description: 'What it must be; anything when absent' }),
      owner: z.string().min(1).max(80).meta({ description: 'A person or a rotation' }),
    }),
  )
  .max(MOST_RULES)
  .meta({ description: 'Whose an incident is: the first rule that fits' });

export const OWNERS_SECTION: TeamSection & { schema: z.ZodType<WrittenOwner[]> } = {
  name: 'owners',
  schema: ownersSchema,
  check(written, all) {
    return ownersSchema.parse(written).flatMap(({ owner }, index) => {
      return nameProblems(owner, all, [index, 'owner']);
    });
  },
};

export interface WrittenIncidents {
  failures?: IncidentPolicy['failures'] | undefined;
  by?: string[] | undefined;
  reopen?: Duration | undefined;
  wait?: Duration | undefined;
  repeat?: Duration | undefined;
  escalation?:
    | { after: Duration; to?: string | undefined; channels?: string[] | undefined }[]
    | undefined;
}

const incidentsSchema: z.ZodType<WrittenIncidents> = z
  .strictObject({
    failures: z.enum(['always', 'unless-monitored', 'never']).optional().meta({
      description:
        'Whether a failed execution is an incident; unless-monitored leaves it to the monitor that watches it',
    }),
    by: z
      .array(z.string().min(1).max(128))
      .max(10)
      .optional()
      .meta({ description: 'Tags of which each value has incidents of its own' }),
    reopen: duration.optional().meta({ description: '1 hour when absent' }),
    wait: duration.optional().meta({
      description:
        'Before anybody is told: what comes of one cause is one message; 5 seconds when absent',
    }),
    repeat: duration.optional().meta({ description: '5 minutes when absent' }),
    escalation: z
      .array(
        z.strictObject({
          after: duration,
          to: z.string().min(1).max(80).optional(),
          channels: z.array(z.string().min(1).max(80)).min(1).max(20).optional(),
        }),
      )
      .max(MOST_STEPS)
      .optional()
      .meta({ description: 'Who hears of what nobody has acknowledged' }),
  })
  .meta({ description: 'How the team wants its incidents' });

export const INCIDENTS_SECTION: TeamSection & { schema: z.ZodType<WrittenIncidents> } = {
  name: 'incidents',
  schema: incidentsSchema,
  check(written, all) {
    const { reopen, wait, repeat, escalation = [] } = incidentsSchema.parse(written);
    const problems: SectionProblem[] = [];
    for (const [field, value] of [
      ...[['reopen', reopen] as const, ['wait', wait] as const, ['repeat', repeat] as const],
    ]) {
      if (value !== undefined && lengthOf(value) === undefined) {
        problems.push({ at: [field], message: 'that is no length of time', fix: 'write 1 hour' });
      }
    }
    let before = -1;
    for (const [index, { after, to, channels }] of escalation.entries()) {
      const at = ['escalation', index] as const;
      const length = lengthOf(after);
      if (length === undefined || length <= before) {
        const message = 'each step comes later than the one before';
        problems.push({ at: [...at, 'after'], message, fix: 'write 15 minutes, then 45 minutes' });
      }
      before = length ?? before;
      if (to === undefined && channels === undefined) {
        const message = 'it is not said whom it goes to';
        problems.push({
          at: [...at],
          message,
          fix: 'add "to": a person or a rotation, or channels',
        });
      }
      if (to !== undefined) problems.push(...nameProblems(to, all, [...at, 'to']));
      for (const problem of unknownChannels(channels ?? [], all.channels)) {
        problems.push({ ...problem, at: [...at, 'channels', ...problem.at] });
      }
    }
    return problems;
  },
};

/** Nothing when somebody, or a rotation, is called so. */
function nameProblems(
  name: string,
  all: WrittenSections,
  at: SectionProblem['at'],
): SectionProblem[] {
  const people = Object.keys((all.people ?? {}) as WrittenPeople);
  const rotations = Object.keys((all.rotations ?? {}) as WrittenRotations);
  if (people.includes(name) || rotations.includes(name)) return [];
  const meant = suggest(name, [...people, ...rotations]);
  const [message, fix] = unknown(name, meant === undefined ? [] : [meant]);
  return [{ at, message, fix: `${fix}, or to rotations` }];
}

/**
 * How a team wants its incidents, from the sections of its file.
 * @example policyOf('parcels', { owners: [{ owner: 'ana' }], people: { ana: {} } }).owners[0]?.owner // { person: 'ana' }
 */
export function policyOf(
  team: string,
  sections: { readonly [name: string]: unknown },
): IncidentPolicy {
  const people = peopleOf(sections.people as WrittenPeople | undefined);
  const rotations = rotationsOf(sections.rotations as WrittenRotations | undefined);
  const assignee = (name: string): Assignee =>
    rotations.has(name) ? { rotation: name } : { person: name };
  const defaults = defaultPolicy(team);
  const incidents = (sections.incidents ?? {}) as WrittenIncidents;
  const { failures = defaults.failures, by = [], escalation = [] } = incidents;
  const length = (written: Duration | undefined, otherwise: number): number =>
    (written === undefined ? undefined : lengthOf(written)) ?? otherwise;
  const rules = (sections.owners ?? []) as WrittenOwner[];
  // What a pipeline's own file says is more than a rule for everything, and less than a rule for such a thing.
  const otherwise = rules.find(({ when }) => when === undefined);
  return {
    ...{ team, people, rotations, failures, by },
    owners: rules.flatMap(({ when, owner }): OwnerRule[] => {
      if (when === undefined) return [];
      const { tags = {}, pipelines = [], errors = [], kinds = [] } = when;
      const wanted = Object.entries(tags).map(([key, value]) => ({
        key: key.toLowerCase(),
        value: value.toLowerCase(),
      }));
      return [{ tags: wanted, pipelines, errors, kinds, owner: assignee(owner) }];
    }),
    ...(otherwise === undefined ? {} : { otherwise: assignee(otherwise.owner) }),
    escalation: escalation.map(({ after, to, channels = [] }) => ({
      after: lengthOf(after) ?? 0,
      channels,
      ...(to === undefined ? {} : { to: assignee(to) }),
    })),
    reopenWithin: length(incidents.reopen, defaults.reopenWithin),
    waitFor: length(incidents.wait, defaults.waitFor),
    repeatEvery: length(incidents.repeat, defaults.repeatEvery),
  };
}
