/**
 * `templates`: the words of messages, by kind, with names in braces and nothing else.
 *
 *     templates:
 *       default: { title: "[{{team}}] {{title}}" }
 *       opened:  { title: "{{level}}: {{title}}", text: "{{text}} — {{fact.Owner}}, {{tag.county}}" }
 *
 * A name is replaced by its value, once: what looks like a template in a value is a value. There are no conditions, no loops and no code.
 * @module
 */
import { z } from 'zod';
import { suggest } from '../../asl/validate.js';
import type { Message, MessageKind } from '../../channels/message.js';
import { KINDS } from './notify-section.js';
import type { SectionProblem, TeamSection } from './team-section.js';

export interface MessageTemplate {
  title?: string | undefined;
  text?: string | undefined;
}

export type MessageTemplates = { [kind: string]: MessageTemplate };

const NAMES: readonly string[] = ['title', 'text', 'team', 'kind', 'level', 'thread', 'key'];
/** Two braces, and what is between them without a brace. */
const PLACEHOLDER = /\{\{([^{}]{0,200})\}\}/g;
/** Characters of a title and a text that templates have made. */
const LONGEST = { title: 1_000, text: 16_000 };

const schema: z.ZodType<MessageTemplates> = z
  .partialRecord(
    z.enum(['default', ...KINDS] as [string, ...string[]]),
    z.strictObject({
      title: z.string().min(1).max(500).optional(),
      text: z.string().max(5_000).optional(),
    }),
  )
  .meta({ description: 'Words of messages, by kind' }) as z.ZodType<MessageTemplates>;

export const TEMPLATES_SECTION: TeamSection & { schema: z.ZodType<MessageTemplates> } = {
  name: 'templates',
  schema,
  check(written) {
    return Object.entries(schema.parse(written)).flatMap(([kind, template]) =>
      Object.entries(template).flatMap(([field, words = '']) =>
        placeholderProblems(words).map((problem) => ({ ...problem, at: [kind, field] })),
      ),
    );
  },
};

function placeholderProblems(words: string): Omit<SectionProblem, 'at'>[] {
  const fix = `use ${NAMES.join(', ')}, fact.NAME and tag.NAME`;
  const problems: Omit<SectionProblem, 'at'>[] = [];
  for (const [, inside = ''] of words.matchAll(PLACEHOLDER)) {
    const name = inside.trim();
    if (NAMES.includes(name) || /^(fact|tag)\.[^.\s]/.test(name)) continue;
    const meant = suggest(name, NAMES);
    const more = meant === undefined ? '' : `; did you mean "${meant}"?`;
    problems.push({ message: `a template knows no {{${name.slice(0, 60)}}}${more}`, fix });
  }
  if (/\{\{|\}\}/.test(words.replaceAll(PLACEHOLDER, ''))) {
    problems.push({ message: 'braces that are not closed, or not opened', fix: 'write {{name}}' });
  }
  return problems;
}

/**
 * A message in the words of its team.
 * @example worded({ default: { title: '[{{team}}] {{title}}' } }, message).title // '[parcels] orders failed'
 */
export function worded(templates: MessageTemplates, message: Message): Message {
  const own: MessageTemplate = {
    ...templates.default,
    ...(templates as { [kind in MessageKind]?: MessageTemplate })[message.kind],
  };
  if (own.title === undefined && own.text === undefined) return message;
  const fill = (words: string, most: number): string =>
    words
      .replaceAll(PLACEHOLDER, (_, name: string) => namedValue(name.trim(), message))
      .slice(0, most);
  return {
    ...message,
    ...(own.title === undefined ? {} : { title: fill(own.title, LONGEST.title) }),
    ...(own.text === undefined ? {} : { text: fill(own.text, LONGEST.text) }),
  };
}

/** Nothing for what the message does not have. */
function namedValue(name: string, message: Message): string {
  if (name.startsWith('fact.')) {
    const wanted = name.slice('fact.'.length).toLowerCase();
    return message.facts.find((fact) => fact.name.toLowerCase() === wanted)?.value ?? '';
  }
  if (name.startsWith('tag.')) {
    const wanted = name.slice('tag.'.length).toLowerCase();
    return Object.entries(message.tags).find(([tag]) => tag.toLowerCase() === wanted)?.[1] ?? '';
  }
  const values: { readonly [name: string]: string } = {
    ...{ title: message.title, text: message.text, team: message.team, kind: message.kind },
    ...{ level: message.level, thread: message.thread, key: message.key },
  };
  return Object.hasOwn(values, name) ? (values[name] ?? '') : '';
}
