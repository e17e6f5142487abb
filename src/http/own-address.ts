/**
 * Where a browser goes after it has logged in.
 * @module
 */

/**
 * An address of this server, or `/`: a login link must not lead to another site. Read as a browser reads it, which drops
 * tabs and takes a backslash for a slash.
 */
export function ownAddress(to: string): string {
  const base = 'http://own.invalid';
  if (!to.startsWith('/') || !URL.canParse(to, base)) return '/';
  const { origin, pathname, search, hash } = new URL(to, base);
  // A path such as `/.//other.test` would become an address of another site when it is sent.
  return origin === base && !pathname.startsWith('//') ? pathname + search + hash : '/';
}
