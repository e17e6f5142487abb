/**
 * A team's file: how it is reached, who is told of what, and whatever else is the team's and no pipeline's.
 *
 *     team: parcels
 *     channels:  { data-alerts: { type: slack, token: { secret: SLACK_TOKEN }, room: "#data-alerts" } }
 *     notify:    [{ channels: [data-alerts] }]
 *
 * A new section is one file beside this one and one line in `SECTIONS`.
 * @module
 */
import { z } from 'zod';
import { isObject, type Json, type JsonObject } from '../../asl/json.js';
import { isDeployable, type Problem, sortProblems } from '../problem.js';
import { NAME_MESSAGE, NAME_PATTERN } from '../schema.js';
import { checked, type FileKind } from '../schema-problems.js';
import { problemAt, readSource, type ValuePath } from '../source-file.js';
import { CHANNELS_SECTION, channelFields, channelsForEditors } from './channels-section.js';
import { CLUSTER_POOLS_SECTION, POOL_FIELDS } from './cluster-pools-section.js';
import { DIGEST_SECTION, digestForEditors } from './digest-section.js';
import { INCIDENTS_SECTION, OWNERS_SECTION } from './incident-sections.js';
import { NOTIFY_SECTION } from './notify-section.js';
import { PEOPLE_SECTION, ROTATIONS_SECTION } from './people-sections.js';
import type { TeamSection, WrittenSections } from './team-section.js';
import { TEMPLATES_SECTION } from './templates-section.js';
import { PATTERN_FIELDS, WATCH_FIELDS, WATCH_SECTION } from './watch-section.js';

/** In the order in which they are told of. */
const SECTIONS: readonly TeamSection[] = [
  ...[PEOPLE_SECTION, ROTATIONS_SECTION, OWNERS_SECTION, INCIDENTS_SECTION],
  ...[CHANNELS_SECTION, NOTIFY_SECTION, TEMPLATES_SECTION],
  ...[DIGEST_SECTION, WATCH_SECTION, CLUSTER_POOLS_SECTION],
];

/** Keys at the top of a file that make it a team's. */
export const SECTION_NAMES: readonly string[] = SECTIONS.map(({ name }) => name);

type WrittenFile = { team: string } & { [section: string]: unknown };

const team = z
  .string()
  .regex(NAME_PATTERN, NAME_MESSAGE)
  .meta({ description: 'Whose file it is', examples: ['parcels'] });

const schema = z.strictObject({
  team,
  ...Object.fromEntries(SECTIONS.map(({ name, schema: own }) => [name, own.optional()])),
}) as unknown as z.ZodType<WrittenFile>;

const editorSchema = z
  .strictObject({
    team,
    ...Object.fromEntries(SECTIONS.map(({ name, schema: own }) => [name, own.optional()])),
    channels: channelsForEditors.optional(),
    digest: digestForEditors.optional(),
  })
  .meta({ id: 'Team', title: 'Millrace team' });

/** A file as it is declared: each section as it was written. */
export interface TeamFile {
  readonly team: string;
  readonly sections: { readonly [name: string]: Json };
}

/**
 * Reads a team's file.
 * @returns nothing when anything in it is wrong, and everything that is wrong, each at its place
 * @example loadTeamFile('team.yaml', 'team: parcels\nchannels: {}').file?.team // 'parcels'
 */
export function loadTeamFile(file: string, text: string): { file?: TeamFile; problems: Problem[] } {
  const problems: Problem[] = [];
  const source = readSource(file, text, problems);
  if (source === undefined) return { problems };
  const found = checked(schema, source, kindOf(source.value), problems);
  const { team: owner, ...sections } = found;
  for (const section of SECTIONS) {
    const written = sections[section.name];
    if (written === undefined) continue;
    for (const problem of section.check?.(written, sections as WrittenSections) ?? []) {
      const { at, message, fix, mark } = problem;
      problems.push(
        problemAt(source, [section.name, ...at], 'MILL1305', message, {
          ...(fix === undefined ? {} : { fix }),
          ...(mark === undefined ? {} : { mark }),
        }),
      );
    }
  }
  const told = sortProblems(problems).map((problem) => ({
    ...problem,
    ...(typeof owner === 'string' ? { team: owner } : {}),
  }));
  if (owner === undefined || !isDeployable(problems)) return { problems: told };
  return { file: { team: owner, sections: sections as JsonObject }, problems: told };
}

/** Fields that are known at a path, for "did you mean". */
function kindOf(value: Json | undefined): FileKind {
  return {
    name: 'team',
    begin: 'team: NAME',
    fields(path: ValuePath) {
      const [section, name] = path;
      if (section === undefined) return ['team', ...SECTION_NAMES];
      if (section === 'channels' && path.length === 2) {
        return channelFields(valueAt(value, ['channels', name ?? '', 'type']));
      }
      if (section === 'notify') {
        if (path.at(-1) === 'when') return ['levels', 'kinds', 'tags', 'pipelines', 'owners'];
        return path.length === 2 ? ['when', 'channels', 'and'] : [];
      }
      if (section === 'people') return path.length === 2 ? ['email', 'slack', 'timezone'] : [];
      if (section === 'rotations') {
        if (path.includes('overrides')) return ['from', 'until', 'who'];
        return path.length === 2 ? ['timezone', 'people', 'start', 'every', 'overrides'] : [];
      }
      if (section === 'owners') {
        if (path.at(-1) === 'when') return ['tags', 'pipelines', 'errors', 'kinds'];
        return path.length === 2 ? ['when', 'owner'] : [];
      }
      if (section === 'incidents') {
        if (path.includes('escalation')) return ['after', 'to', 'channels'];
        return ['failures', 'by', 'wait', 'reopen', 'repeat', 'escalation'];
      }
      if (section === 'watch') {
        if (path.includes('events')) return path.length === 4 ? PATTERN_FIELDS : [];
        return path.length === 2 ? WATCH_FIELDS : [];
      }
      if (section === 'clusterPools') {
        if (path.at(-1) === 'instances') return ['type', 'count'];
        return path.length === 2 ? POOL_FIELDS : [];
      }
      return section === 'templates' && path.length === 2 ? ['title', 'text'] : [];
    },
  };
}

function valueAt(value: Json | undefined, path: ValuePath): Json | undefined {
  let at = value;
  for (const step of path) at = isObject(at as Json) ? (at as JsonObject)[step] : undefined;
  return at;
}

/**
 * The JSON Schema (draft 7) of a team's file, for editors.
 * @example teamFileSchema().title // 'Millrace team'
 */
export function teamFileSchema(): JsonObject {
  const generated = z.toJSONSchema(editorSchema, {
    ...{ target: 'draft-7', io: 'input', reused: 'inline', unrepresentable: 'any' },
  } as const);
  return JSON.parse(
    JSON.stringify({ ...generated, $id: 'https://millrace.dev/schema/team.json' }),
  ) as JsonObject;
}
