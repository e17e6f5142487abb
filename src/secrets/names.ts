/**
 * Which names say that what stands under them is a secret: members of JSON, headers, parameters of URLs, variables.
 *
 * A name is read as words, however it is written: `dbPassword`, `DB_PASSWORD` and `db-password` are the same. Words that
 * are secrets wherever they end a name (`password`) are told from those that need company: `api_key` is a secret, `key`,
 * `sort_key` and `next_token` are not.
 * @module
 */

/** Secret as the last word of a name. */
const STRONG: ReadonlySet<string> = new Set(
  ['authorization', 'password', 'passwords', 'passwd', 'passphrase', 'passcode', 'pwd'].concat(
    ['secret', 'secrets', 'credential', 'credentials', 'cookie', 'cookies', 'signature', 'sig'],
    ['apikey', 'accesskey', 'secretkey', 'privatekey', 'authkey', 'apitoken', 'accesstoken'],
    ['refreshtoken', 'authtoken', 'bearertoken', 'sessiontoken', 'idtoken', 'jwt', 'otp'],
  ),
);
/** What goes before `token` when it is no secret but a place in a list, or the name of a request or a task. */
const HARMLESS_TOKENS: ReadonlySet<string> = new Set(
  ['next', 'page', 'pagination', 'continuation', 'task', 'client', 'idempotency', 'request'].concat(
    ['start', 'starting', 'cancellation', 'sync', 'resume', 'marker', 'change', 'owner', 'fencing'],
  ),
);
/** What goes before `key` when it is a secret. */
const SECRET_KEYS: ReadonlySet<string> = new Set(
  [
    'api',
    'secret',
    'private',
    'access',
    'auth',
    'account',
    'encryption',
    'signing',
    'shared',
  ].concat(
    ['master', 'subscription', 'license', 'admin', 'ssh', 'hmac', 'storage', 'deploy', 'function'],
    ['webhook', 'session'],
  ),
);
/** Words that say in which form a secret stands there. */
const FORMS: ReadonlySet<string> = new Set(['value', 'string', 'text', 'binary', 'plaintext']);
/** Parameters of URLs that carry a secret although members of the same name need not. */
const URL_PARAMETERS: ReadonlySet<string> = new Set([
  'key',
  'code',
  'auth',
  'pass',
  'pw',
  'sid',
  'session',
  'sessionid',
  'ticket',
  'token',
]);
/** Members beside a secret that only say which one it is. */
const LABELS: ReadonlySet<string> = new Set(
  [
    'arn',
    'id',
    'name',
    'type',
    'user',
    'username',
    'url',
    'region',
    'role',
    'scope',
    'version',
  ].concat(['expiration', 'expires', 'scheme', 'host', 'port']),
);
const CREDENTIAL_HEADER =
  /authorization|cookie|token|secret|password|passwd|credential|signature|key\b|apikey|session/i;

/** Verdicts that are remembered: the same names come again and again. */
const MAX_REMEMBERED = 5_000;
const verdicts = new Map<string, boolean>();

/**
 * True for a name under which a secret stands.
 * @example isSecretName('X-Api-Key') // true
 * @example isSecretName('token_count') // false
 */
export function isSecretName(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = name.length <= 200 && judge(wordsOf(name));
  if (verdicts.size >= MAX_REMEMBERED) verdicts.clear();
  verdicts.set(name, verdict);
  return verdict;
}

/** True for a parameter of a URL that carries a secret; these are more than names of members. */
export function isSecretParameter(name: string): boolean {
  return URL_PARAMETERS.has(name.toLowerCase()) || isSecretName(name);
}

/** True for a header that must not go to another origin, nor come back as data: rather too many than too few. */
export function isCredentialHeader(name: string): boolean {
  return CREDENTIAL_HEADER.test(name);
}

/** True for a name whose value is only looked at when it looks like something that was made by chance. */
export function isWeakName(name: string): boolean {
  const last = wordsOf(name).at(-1) ?? '';
  return ['token', 'key', 'signature', 'sig', 'code', 'session', 'sid'].includes(last);
}

/** True for a member inside of something secret that is itself none: the `RoleArn` of `Credentials`. */
export function isLabel(name: string): boolean {
  return LABELS.has(wordsOf(name).at(-1) ?? '');
}

function judge(words: readonly string[]): boolean {
  let last = words.length - 1;
  if (last > 0 && FORMS.has(words[last] ?? '')) {
    // `ConnectionString` is one, too, and has no other word for it.
    if (words[last] === 'string' && words[last - 1] === 'connection') return true;
    last -= 1;
  }
  const word = words[last] ?? '';
  const before = words[last - 1] ?? '';
  if (STRONG.has(word)) return true;
  if (word === 'token') return !HARMLESS_TOKENS.has(before);
  if (word === 'key') return SECRET_KEYS.has(before);
  return false;
}

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
