/**
 * Says permission by permission what works in an account, without changing anything there.
 * @module
 */
import type { Aws, AwsAnswer, AwsPlace } from '../aws.js';
import { type Permission, SERVICES, type Use } from './permissions.js';

export interface CheckedPermission {
  readonly region: string;
  /** Of the table: `glue`. */
  readonly service: string;
  readonly use: Use;
  /** `glue:GetJobRuns`. */
  readonly action: string;
  /** `untried`: nothing can be tried without doing something. `unknown`: it was not answered. */
  readonly state: 'works' | 'denied' | 'untried' | 'unknown';
  /** What AWS said; absent when it works, unless the request was found wrong by itself: a few services look at that first. */
  readonly words?: string;
}

/** Probes under way at a time. */
const AT_ONCE = 8;

/**
 * @param signal gives up
 * @example (await checkAccount(aws, place, { watch: ['glue'], drive: [] })).filter(({ state }) => state === 'denied')
 */
export async function checkAccount(
  aws: Pick<Aws, 'call'>,
  place: AwsPlace,
  wanted: { readonly watch: readonly string[]; readonly drive: readonly string[] },
  signal?: AbortSignal,
): Promise<CheckedPermission[]> {
  const asked = SERVICES.flatMap((service) =>
    (['watch', 'drive'] as const).flatMap((use) =>
      wanted[use].includes(service.name)
        ? service[use].map((permission) => ({ service: service.name, use, permission }))
        : [],
    ),
  );
  const checked: CheckedPermission[] = new Array(asked.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < asked.length; index = next++) {
      const one = asked[index];
      if (one === undefined) return;
      const { service, use, permission } = one;
      const verdict = await tried(aws, place, permission, signal);
      checked[index] = {
        region: place.region,
        service,
        use,
        action: permission.action,
        ...verdict,
      };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return checked;
}

async function tried(
  aws: Pick<Aws, 'call'>,
  place: AwsPlace,
  { probe }: Permission,
  signal: AbortSignal | undefined,
): Promise<Pick<CheckedPermission, 'state' | 'words'>> {
  if (probe === undefined) return { state: 'untried' };
  const answer = await aws.call({ place, ...probe, ...(signal === undefined ? {} : { signal }) });
  return verdictOf(answer);
}

/**
 * Whoever is told that there is no such thing, or that the request is not well formed, was let in.
 * @example verdictOf({ type: 'refused', kind: 'missing', name: 'EntityNotFoundException', message: '' }).state // 'works'
 */
export function verdictOf(answer: AwsAnswer): Pick<CheckedPermission, 'state' | 'words'> {
  if (answer.type === 'answered') return { state: 'works' };
  const words = `${answer.name}: ${answer.message}`;
  switch (answer.kind) {
    case 'missing':
    case 'invalid':
      // Without an answer nobody was let in: the request never left this server.
      if (answer.statusCode === undefined) return { state: 'unknown', words };
      return answer.kind === 'missing' ? { state: 'works' } : { state: 'works', words };
    case 'denied':
    case 'expired':
      return { state: 'denied', words };
    default:
      return { state: 'unknown', words };
  }
}
