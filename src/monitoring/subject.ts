/**
 * The identity of whatever is watched: `(provider, account, region, kind, name)`.
 *
 * A pipeline of this Millrace, a Glue job in another account, a site, a partner's file and what a script reports are told
 * apart by all five, together with the team that watches. Nothing is routed or counted by its name alone: two accounts may
 * each have a job `load`.
 * @module
 */

export interface Subject {
  /** Who runs it: `millrace`, `aws`, or what a reporter says. */
  readonly provider: string;
  /** The account in which it runs. */
  readonly account: string;
  readonly region: string;
  /** What it is: `pipeline`, `check`, `site`, `file`, or a provider's own word. */
  readonly kind: string;
  /** What it is called there; of things of this Millrace `TEAM/NAME`. */
  readonly name: string;
}

/** Whose this Millrace is, as its ARNs say it. */
export interface Home {
  readonly account: string;
  readonly region: string;
}

/** Characters of the parts before the name. */
const PART = /^[A-Za-z0-9._-]{1,64}$/;
/** Characters of a name: any, but no control characters; a line of a log has one line. */
const NAME = /^[^\p{Cc}]{1,512}$/u;

/** What may be wrong in a subject; undefined: nothing is. */
export function checkSubject(subject: Subject): string | undefined {
  for (const part of ['provider', 'account', 'region', 'kind'] as const) {
    if (!PART.test(subject[part]))
      return `its ${part} has 1 to 64 of the characters a-z, A-Z, 0-9 and . _ -`;
  }
  return NAME.test(subject.name)
    ? undefined
    : 'its name has 1 to 512 characters and no control characters';
}

/**
 * The identity as one text. The name comes last, so whatever is in it cannot be taken for another part.
 * @example subjectKey({ provider: 'aws', account: '1', region: 'r', kind: 'job', name: 'load' }) // 'aws:1:r:job:load'
 */
export function subjectKey({ provider, account, region, kind, name }: Subject): string {
  return `${provider}:${account}:${region}:${kind}:${name}`;
}

/**
 * Reads what `subjectKey` has written; undefined when it is no such text.
 * @example parseSubjectKey('aws:1:r:job:load')?.name // 'load'
 */
export function parseSubjectKey(key: string): Subject | undefined {
  const parts = key.split(':');
  const [provider = '', account = '', region = '', kind = '', ...name] = parts;
  if (parts.length < 5) return undefined;
  const subject: Subject = { provider, account, region, kind, name: name.join(':') };
  return checkSubject(subject) === undefined ? subject : undefined;
}

/**
 * Something of a team of this Millrace.
 * @example ownSubject({ account: '1', region: 'r' }, 'pipeline', 'parcels', 'alpine') // … name: 'parcels/alpine'
 */
export function ownSubject(home: Home, kind: string, team: string, name: string): Subject {
  return { provider: 'millrace', ...home, kind, name: `${team}/${name}` };
}

/** The name without its team, as its own people say it; others as they are. */
export function shortName({ provider, name }: Subject): string {
  return provider === 'millrace' ? name.slice(name.indexOf('/') + 1) : name;
}
