/**
 * Keeping credentials of a request out of logs and causes.
 * @module
 */

const SECRET_NAME =
  /authorization|cookie|token|secret|password|passwd|credential|signature|key\b|apikey|session/i;

/** Shorter values are no secrets, and masking them would make text unreadable. */
const SHORTEST = 4;

/** True for names of headers and query parameters that carry credentials. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/**
 * Replaces credentials by `***`, also where they were encoded for a URL, for JSON or in base64.
 * @param values the credentials; of `Bearer abc` also `abc` counts
 */
export function createMask(values: string[]): (text: string) => string {
  const parts = values.flatMap((value) => [value, value.slice(value.indexOf(' ') + 1)]);
  const forms = parts
    .filter((part) => part.length >= SHORTEST)
    .flatMap((part) => [
      part,
      encodeURIComponent(part),
      JSON.stringify(part).slice(1, -1),
      Buffer.from(part).toString('base64'),
    ]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, form) => masked.replaceAll(form, '***'), text);
}
