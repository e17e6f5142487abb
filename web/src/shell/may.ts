/**
 * Who is logged in, and what they may do. Pages show nobody a button that the server would refuse.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/incident-queries.js';
import type { Session } from '../api/types.js';

/** Whether whoever is logged in may act on things of a team, and not only read. False until that is known. */
export function useMayAct(team: string): boolean {
  const { data } = useQuery(sessionQuery);
  const role = data && roleIn(data, team);
  return role !== undefined && role !== 'viewer' && role !== 'analyst';
}

/** Whether whoever is logged in may change definitions of a team. False until that is known. */
export function useMayEdit(team: string): boolean {
  const { data } = useQuery(sessionQuery);
  const role = data && roleIn(data, team);
  return role === 'editor' || role === 'admin';
}

/** Whether whoever is logged in administers the server: may deploy, and so promote. False until that is known. */
export function useAdministersServer(): boolean {
  const { data } = useQuery(sessionQuery);
  return data?.roles['*'] === 'admin';
}

/** Whether whoever is logged in may read rows of the datasets of a team; undefined until that is known. */
export function useMayReadRows(team: string): boolean | undefined {
  const { data } = useQuery(sessionQuery);
  if (data === undefined) return undefined;
  const role = roleIn(data, team);
  return role !== undefined && role !== 'viewer';
}

/** Whether whoever is logged in may ask SQL of any team's datasets; undefined until that is known. */
export function useMayAskSql(): boolean | undefined {
  const { data } = useQuery(sessionQuery);
  return data && data.role !== 'viewer';
}

/** Whether whoever is logged in gives access to some team: tokens are theirs to list. */
export function useIsAdministrator(): boolean {
  return useQuery(sessionQuery).data?.role === 'admin';
}

/** The name by which what they do is written down; undefined until that is known. */
export function useMe(): string | undefined {
  const { data } = useQuery(sessionQuery);
  return data?.user ?? data?.label;
}

/** The role in a team, by its name or as in every team. */
export function roleIn({ roles }: Pick<Session, 'roles'>, team: string): string | undefined {
  return roles[team] ?? roles['*'];
}
