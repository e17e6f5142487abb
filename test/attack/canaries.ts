/**
 * Canaries: values that must not be seen again, put in by every way that there is, and looked for everywhere.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formsOf } from '../../src/secrets/forms.js';

/** A canary of a place; the same each time. `plain`: for places that take no special characters. */
export function canary(place: string, kind: 'special' | 'plain' = 'plain'): string {
  let hash = 2_166_136_261;
  for (const character of place) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619) >>> 0;
  const mark = hash.toString(36).padStart(7, 'q');
  return kind === 'plain' ? `c4nary.${mark}.Zz9` : `c4 nary/"${mark}"\\+é=Zz`;
}

/** Which canaries stand in a text, in which form. */
export function sightings(text: string, canaries: ReadonlyMap<string, string>): string[] {
  const seen: string[] = [];
  for (const [place, value] of canaries) {
    for (const form of formsOf(value)) {
      const at = text.indexOf(form);
      if (at >= 0) seen.push(`${place}: …${text.slice(Math.max(0, at - 60), at + form.length)}…`);
    }
  }
  return seen;
}

/** Everything in the files of a folder, but for what is named, as text. UTF-8 and Latin-1 both, because a page may cut a character. */
export function filesOf(folder: string, but: readonly string[]): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !but.some((name) => file.startsWith(join(folder, name))))
    .map((file) => readFileSync(file).toString('utf8'))
    .join('\n');
}

/** The command lines of all processes; empty where there is no /proc. */
export function commandLines(): string {
  let found = '';
  let processes: string[];
  try {
    processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return '';
  }
  for (const id of processes) {
    try {
      found += `${readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')}\n`;
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}
