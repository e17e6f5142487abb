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
 * @param account its 12 digits: whether the calls are made in it at all is looked at first
 * @param signal gives up
 * @example (await checkAccount(aws, place, '111122223333', { watch: ['glue'], drive: [] })).filter(({ state }) => state === 'denied')
 */
export async function checkAccount(
  aws: Pick<Aws, 'call'>,
  place: AwsPlace,
  account: string,
  wanted: { readonly watch: readonly string[]; readonly drive: readonly string[] },
  signal?: AbortSignal,
): Promise<CheckedPermission[]> {
  const caller = await callerOf(aws, place, account, signal);
  if (caller.state !== 'works') return [caller];
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
  return [caller, ...checked];
}

/** Without an identity in the account nothing else needs to be tried. */
async function callerOf(
  aws: Pick<Aws, 'call'>,
  place: AwsPlace,
  account: string,
  signal: AbortSignal | undefined,
): Promise<CheckedPermission> {
  const answer = await aws.call({
    ...{ place, service: 'sts', action: 'getCallerIdentity', input: {} },
    ...(signal === undefined ? {} : { signal }),
  });
  const row = {
    region: place.region,
    service: 'sts',
    use: 'watch',
    action: 'sts:AssumeRole',
  } as const;
  if (answer.type === 'refused') return { ...row, ...verdictOf(answer) };
  if (answer.output.Account === account) return { ...row, state: 'works' };
  const words = `calls are made in account ${String(answer.output.Account)}, not in ${account}`;
  return { ...row, state: 'denied', words };
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
