/**
 * Reads the settings files of SALMON: placeholders replaced, shapes checked, names that one file has of another looked up.
 * @module
 */
import type { z } from 'zod';
import { isObject, type Json } from '../../asl/json.js';
import { suggest } from '../../asl/validate.js';
import type { Problem } from '../problem.js';
import { checked, type FileKind } from '../schema-problems.js';
import { problemAt, readSource, type SourceFile, type ValuePath } from '../source-file.js';
import {
  type General,
  generalSchema,
  groupsSchema,
  KINDS,
  type MonitoringGroup,
  type Recipient,
  recipientsSchema,
  replacementsSchema,
  type SalmonKind,
} from './settings.js';

/** The files by what they hold. */
export const FILES = {
  general: 'general.json',
  groups: 'monitoring_groups.json',
  recipients: 'recipients.json',
  replacements: 'replacements.json',
} as const;

/** Their texts; undefined: there is no such file. */
export type SalmonTexts = { readonly [file in keyof typeof FILES]: string | undefined };

export interface SalmonSettings {
  readonly general: General;
  readonly groups: readonly MonitoringGroup[];
  readonly recipients: readonly Recipient[];
}

const PLACEHOLDER = /<<[^<>]{1,200}>>/g;

/**
 * @param texts what is in the files
 * @returns the settings when their shapes are sound; and everything that is wrong, at its place. Names that lead nowhere are
 *   problems too (MILL1602), and stay in the settings
 * @example readSalmon({ general, groups, recipients, replacements: undefined }).settings?.groups.length // 3
 */
export function readSalmon(texts: SalmonTexts): { settings?: SalmonSettings; problems: Problem[] } {
  const problems: Problem[] = [];
  const words = replacementsOf(texts.replacements, problems);
  const general = section(FILES.general, texts.general, generalSchema, words, problems);
  const groups = section(FILES.groups, texts.groups, groupsSchema, words, problems);
  const told = section(FILES.recipients, texts.recipients, recipientsSchema, words, problems);
  if (general === undefined || groups === undefined || told === undefined) return { problems };
  const settings: SalmonSettings = {
    general: general.value,
    groups: groups.value.monitoring_groups,
    recipients: told.value.recipients,
  };
  checkNames(settings, {
    general: general.source,
    groups: groups.source,
    recipients: told.source,
    problems,
  });
  return { settings, problems };
}

type Words = ReadonlyMap<string, string>;

/** Keys are written with their brackets, `<<env>>`; without is understood too. */
function replacementsOf(text: string | undefined, problems: Problem[]): Words {
  if (text === undefined) return new Map();
  const source = readSource(FILES.replacements, text, problems);
  const read = source && checked(replacementsSchema, source, kind(FILES.replacements), problems);
  return new Map(
    Object.entries(read ?? {}).map(([key, value = '']) => [
      key.startsWith('<<') ? key : `<<${key}>>`,
      value,
    ]),
  );
}

function section<Value extends object>(
  file: string,
  text: string | undefined,
  schema: z.ZodType<Value>,
  words: Words,
  problems: Problem[],
): { value: Value; source: SourceFile } | undefined {
  if (text === undefined) {
    problems.push({
      ...{ severity: 'error', code: 'MILL1601', file, line: 1, column: 1, length: 1 },
      message: `there is no ${file}`,
      why: 'it is one of the three files that SALMON cannot do without',
      fix: `name the folder that has ${file}`,
    });
    return undefined;
  }
  const own: Problem[] = [];
  const read = readSource(file, text, own);
  if (read !== undefined) {
    const source: SourceFile = { ...read, value: replaced(read, words, own) };
    const before = own.filter(({ severity }) => severity === 'error').length;
    const value = checked(schema, source, kind(file), own);
    const after = own.filter(({ severity }) => severity === 'error').length;
    problems.push(...own);
    return after === 0 || after === before ? { value: value as Value, source } : undefined;
  }
  problems.push(...own);
  return undefined;
}

/** Placeholders may stand in any text. One without a replacement is told where it stands, and stays. */
function replaced(source: SourceFile, words: Words, problems: Problem[]): Json {
  const walk = (value: Json, path: ValuePath): Json => {
    if (typeof value === 'string') {
      return value.replace(PLACEHOLDER, (found) => {
        const word = words.get(found);
        if (word !== undefined) return word;
        const fix = `add "${found}" to ${FILES.replacements}`;
        const message = `${found} has no replacement`;
        problems.push(problemAt(source, path, 'MILL1602', message, { fix, severity: 'warning' }));
        return found;
      });
    }
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]),
    );
  };
  return walk(source.value, []);
}

interface Sources {
  readonly general: SourceFile;
  readonly groups: SourceFile;
  readonly recipients: SourceFile;
  readonly problems: Problem[];
}

/** The rules between the files: names are there, and there once. */
function checkNames(
  { general, groups, recipients }: SalmonSettings,
  { general: ofGeneral, groups: ofGroups, recipients: ofRecipients, problems }: Sources,
): void {
  const { monitored_environments: environments, delivery_methods: methods } = general;
  const twice = (
    source: SourceFile,
    list: string,
    what: string,
    keys: readonly string[],
    field: string,
  ): void => {
    for (const [index, key] of keys.entries()) {
      if (keys.indexOf(key) === index) continue;
      const message = `${what} ${key} is there twice`;
      const fix = 'leave one of them out';
      problems.push(problemAt(source, [list, index, field], 'MILL1601', message, { fix }));
    }
  };
  const named = environments.map(({ name }) => name);
  const places = environments.map(({ account_id, region }) => `${account_id} ${region}`);
  twice(ofGeneral, 'monitored_environments', 'the environment', named, 'name');
  twice(ofGeneral, 'monitored_environments', 'the account and region', places, 'account_id');
  const ways = methods.map(({ name }) => name);
  twice(ofGeneral, 'delivery_methods', 'the delivery method', ways, 'name');
  const groupNames = groups.map(({ group_name: name }) => name);
  twice(ofGroups, 'monitoring_groups', 'the group', groupNames, 'group_name');

  const lookUp = (
    source: SourceFile,
    path: ValuePath,
    [what, name]: readonly [string, string],
    known: readonly string[],
  ): void => {
    if (known.includes(name)) return;
    const meant = suggest(name, known);
    const message = `there is no ${what} "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
    const fix = known.length === 0 ? `add it` : `write one of ${known.slice(0, 10).join(', ')}`;
    problems.push(problemAt(source, path, 'MILL1602', message, { fix }));
  };
  for (const [index, group] of groups.entries()) {
    for (const key of Object.keys(group)) {
      if (key === 'group_name' || key in KINDS) continue;
      const meant = suggest(key, Object.keys(KINDS));
      const message = `a group has no "${key}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
      const at = ['monitoring_groups', index, key];
      problems.push(problemAt(ofGroups, at, 'MILL1602', message, { mark: 'key' }));
    }
    for (const section of Object.keys(KINDS) as SalmonKind[]) {
      for (const [place, one] of (group[section] ?? []).entries()) {
        const at = ['monitoring_groups', index, section, place, 'monitored_environment_name'];
        const name = one.monitored_environment_name;
        lookUp(ofGroups, at, ['monitored environment', name], named);
      }
    }
  }
  // An older version writes the list with a capital.
  const list = isObject(ofRecipients.value) && 'Recipients' in ofRecipients.value ? 'R' : 'r';
  for (const [index, one] of recipients.entries()) {
    const at: ValuePath = [`${list}ecipients`, index];
    lookUp(
      ofRecipients,
      [...at, 'delivery_method'],
      ['delivery method', one.delivery_method],
      ways,
    );
    for (const [place, { monitoring_group: group }] of one.subscriptions.entries()) {
      lookUp(
        ofRecipients,
        [...at, 'subscriptions', place],
        ['monitoring group', group],
        groupNames,
      );
    }
  }
}

function kind(name: string): FileKind {
  return { name, begin: '{', fields: () => [] };
}
