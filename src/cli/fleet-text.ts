/**
 * A fleet on a terminal: which templates there are, and who uses them.
 * @module
 */
import { newerThan, parseReference } from '../pipelines/fleet/template-reference.js';
import type { FleetFolder } from './fleet-files.js';
import { printable, table } from './text.js';

export interface TemplateUse {
  readonly template: string;
  /** The newest version, when this is an older one. */
  readonly newest?: string;
  readonly pipelines: readonly UsedBy[];
}

interface UsedBy {
  readonly pipeline: string;
  /** Absent when the file cannot be loaded. */
  readonly team?: string;
  readonly file: string;
}

/** Names of pipelines in a line. */
const MOST_NAMES = 6;

/** Every template that lies in the folder or is used, by name and version. */
export function fleetUse({ files, templates }: FleetFolder): TemplateUse[] {
  const known = new Set([...templates.values()].flatMap((some) => [...some]));
  const uses = new Map<string, UsedBy[]>([...known].map((template) => [template, []]));
  for (const { template, pipeline, plan, file } of files) {
    if (template === undefined) continue;
    const users = uses.get(template) ?? [];
    users.push({ pipeline, ...(plan === undefined ? {} : { team: plan.team }), file });
    uses.set(template, users);
  }
  return [...uses]
    .map(([template, users]): TemplateUse => {
      const newest = newerThan(template, known);
      const pipelines = users.sort((a, b) => (a.pipeline < b.pipeline ? -1 : 1));
      return { template, ...(newest === undefined ? {} : { newest }), pipelines };
    })
    .sort((a, b) => compareReferences(a.template, b.template));
}

function compareReferences(a: string, b: string): number {
  const [one, other] = [parseReference(a), parseReference(b)];
  if (one === undefined || other === undefined || one.name !== other.name) return a < b ? -1 : 1;
  return one.version - other.version;
}

/** One line for each template. */
export function fleetTable(uses: readonly TemplateUse[]): string {
  return table(
    ['template', 'newest', 'pipelines', 'which'],
    uses.map(({ template, newest, pipelines }) => {
      const names = pipelines.slice(0, MOST_NAMES).map(({ pipeline }) => printable(pipeline));
      const more = pipelines.length - names.length;
      const which = more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
      return [printable(template), newest ?? '', String(pipelines.length), which];
    }),
  );
}

/** One line for each pipeline. */
export function templateTable(uses: readonly TemplateUse[]): string {
  return table(
    ['pipeline', 'team', 'file'],
    uses.flatMap(({ pipelines }) =>
      pipelines.map(({ pipeline, team, file }) => [
        ...[printable(pipeline), printable(team ?? '?'), printable(file)],
      ]),
    ),
  );
}
