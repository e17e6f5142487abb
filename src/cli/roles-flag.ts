/**
 * Roles as flags give them: `--team parcels --role editor`, or each team with its own: `--grant parcels=editor`.
 * @module
 */
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

export const ROLE_NAMES = ['viewer', 'analyst', 'operator', 'editor', 'admin'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/**
 * @throws CommandFailure when one is no `TEAM=ROLE`
 * @example rolesIn(['parcels=editor', '*=viewer']) // { parcels: 'editor', '*': 'viewer' }
 */
export function rolesIn(given: readonly string[]): { [team: string]: RoleName } {
  const roles = given.map((text): [string, RoleName] => {
    const cut = text.indexOf('=');
    const role = ROLE_NAMES.find((name) => name === text.slice(cut + 1));
    if (cut > 0 && role !== undefined) return [text.slice(0, cut), role];
    throw new CommandFailure(`'${text}' gives no role.`, {
      exitCode: EXIT.usage,
      code: 'MILL5072',
      fix: `Write TEAM=ROLE, with one of ${ROLE_NAMES.join(', ')}; * is every team.`,
    });
  });
  return Object.fromEntries(roles);
}

/** @example rolesText({ parcels: 'editor' }) // 'parcels=editor' */
export function rolesText(roles: { readonly [team: string]: string }): string {
  return Object.entries(roles)
    .map(([team, role]) => `${team}=${role}`)
    .join(' ');
}
