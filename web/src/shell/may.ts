/**
 * Who is logged in, and what they may do. Pages show nobody a button that the server would refuse.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/incident-queries.js';

/** Whether whoever is logged in may act, and not only read. False until that is known. */
export function useMayAct(): boolean {
  const { data } = useQuery(sessionQuery);
  return data !== undefined && data.role !== 'viewer';
}

/** Whether whoever is logged in sees all teams: tokens are theirs to list. */
export function useIsAdministrator(): boolean {
  const { data } = useQuery(sessionQuery);
  return data !== undefined && data.role !== 'viewer' && data.teams === undefined;
}

/** The name under which what they do is written down; undefined until that is known. */
export function useMe(): string | undefined {
  return useQuery(sessionQuery).data?.label;
}
