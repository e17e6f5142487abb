/**
 * The partners that are expected: a list in the pipeline file, or a text with one name a line.
 * @module
 */

/** More than these would not fit into the input of an execution. */
export const MOST_PARTNERS = 1_000;
const MOST_NAME = 100;

/**
 * Reads one name a line; empty lines and lines that begin with `#` are left out.
 * @example parsePartners('partner-001\npartner-002\n') // { partners: ['partner-001', 'partner-002'] }
 */
export function parsePartners(text: string): { partners: string[] } | { reason: string } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const named = lines.flatMap((line, index) => {
    const name = line.trim();
    return name === '' || name.startsWith('#') ? [] : [{ name, where: `line ${index + 1}` }];
  });
  return checked(named);
}

/** Checks a list of names. */
export function checkPartners(
  names: readonly string[],
): { partners: string[] } | { reason: string } {
  return checked(names.map((name, index) => ({ name, where: `entry ${index + 1}` })));
}

function checked(
  named: readonly { name: string; where: string }[],
): { partners: string[] } | { reason: string } {
  if (named.length === 0) return { reason: 'it names no partner' };
  if (named.length > MOST_PARTNERS)
    return { reason: `it names more than ${MOST_PARTNERS} partners` };
  const partners = new Set<string>();
  for (const { name, where } of named) {
    if (name.length > MOST_NAME)
      return { reason: `${where} is longer than ${MOST_NAME} characters` };
    if (!/^[^\s/\\{}\p{C}][^/\\{}\p{C}]*$/u.test(name)) {
      return { reason: `${where} is no name of a partner: ${JSON.stringify(name)}` };
    }
    if (partners.has(name)) return { reason: `${where} names ${name} again` };
    partners.add(name);
  }
  return { partners: [...partners] };
}
