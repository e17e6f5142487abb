/**
 * Tags are compared without regard to case, keys and values: `County=Alpine` and `county=alpine` are the same.
 * @module
 */

export type Tags = { readonly [tag: string]: string };

/** A tag that is asked for; without a value any value will do. */
export interface WantedTag {
  readonly key: string;
  readonly value?: string;
}

/**
 * Reads `county:alpine`, or `county` for any value.
 * @example readTag('County:Alpine') // { key: 'county', value: 'alpine' }
 */
export function readTag(text: string): WantedTag {
  const at = text.search(/[:=]/);
  if (at < 0) return { key: text.trim().toLowerCase() };
  return {
    key: text.slice(0, at).trim().toLowerCase(),
    value: text
      .slice(at + 1)
      .trim()
      .toLowerCase(),
  };
}

/** Whether all of the wanted tags are there. */
export function hasTags(tags: Tags, wanted: readonly WantedTag[]): boolean {
  return wanted.every(({ key, value }) => {
    const found = tagOf(tags, key);
    return found !== undefined && (value === undefined || found.toLowerCase() === value);
  });
}

/** Values that tags must have: one, or any of some. */
export type TagChoice = { readonly [tag: string]: string | readonly string[] };

/**
 * Whether each of the tags has a value that is wanted.
 * @example fitsTags({ county: ['alpine', 'butte'] }, { County: 'Alpine' }) // true
 */
export function fitsTags(wanted: TagChoice, tags: Tags): boolean {
  return Object.entries(wanted).every(([tag, values]) => {
    const found = tagOf(tags, tag)?.toLowerCase();
    return found !== undefined && [values].flat().some((value) => value.toLowerCase() === found);
  });
}

/**
 * The value of a tag; undefined when it is not there.
 * @example tagOf({ County: 'Alpine' }, 'county') // 'Alpine'
 */
export function tagOf(tags: Tags, key: string): string | undefined {
  const exact = Object.hasOwn(tags, key) ? tags[key] : undefined;
  if (exact !== undefined) return exact;
  const lower = key.toLowerCase();
  const name = Object.keys(tags).find((one) => one.toLowerCase() === lower);
  return name === undefined ? undefined : tags[name];
}
