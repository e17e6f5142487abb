/**
 * Manifests: files that list the files of a delivery, so that nothing starts on half of it.
 *
 *     { "files": [{ "name": "parcels.csv", "size": 1200, "sha256": "…" }, …] }
 *
 * Names are relative to the manifest. Size and SHA-256 are checked where they are given.
 * @module
 */
import { isObject, type Json } from '../../../asl/json.js';
import type { FileSource, ListedFile } from './listed-file.js';

/** One file of a manifest, and what is wrong with it. */
export interface ManifestProblem {
  file: string;
  problem: string;
}

export interface ManifestEntry {
  name: string;
  size?: number;
  sha256?: string;
}

export type VerifiedManifest =
  | { type: 'complete'; files: { key: string; size: number; sha256?: string }[] }
  | { type: 'refused'; problems: ManifestProblem[] };

/** Bytes of a manifest, and files that it lists. */
const MAX_BYTES = 1_048_576;
const MAX_FILES = 10_000;

/**
 * Verifies every file that a manifest lists.
 * @param listed the files of the watched folder
 * @param under the watched folder, relative to the pipeline's
 */
export async function verifyManifest(
  source: FileSource,
  folder: string,
  under: string,
  manifest: ListedFile,
  listed: ReadonlyMap<string, ListedFile>,
): Promise<VerifiedManifest> {
  const text = await source.read(folder, `${under}/${manifest.key}`, MAX_BYTES);
  const entries = text === undefined ? 'it is larger than 1 MiB' : entriesOf(text);
  if (typeof entries === 'string') {
    return { type: 'refused', problems: [{ file: manifest.key, problem: entries }] };
  }
  const base = manifest.key.includes('/')
    ? manifest.key.slice(0, manifest.key.lastIndexOf('/') + 1)
    : '';
  const problems: ManifestProblem[] = [];
  const files: { key: string; size: number; sha256?: string }[] = [];
  for (const { name, size, sha256 } of entries) {
    const refuse = (problem: string): void => void problems.push({ file: name, problem });
    const found = listed.get(base + name);
    if (found === undefined) refuse('it is missing');
    else if (size !== undefined && found.size !== size) {
      refuse(`it has ${found.size} bytes, not ${size}`);
    } else {
      const actual =
        sha256 === undefined ? undefined : await source.sha256(folder, `${under}/${found.key}`);
      if (sha256 !== undefined && actual !== sha256.toLowerCase()) {
        refuse(`its SHA-256 is ${actual ?? 'unknown'}, not ${sha256.toLowerCase()}`);
      } else {
        const hashed = sha256 === undefined ? {} : { sha256: sha256.toLowerCase() };
        files.push({ key: found.key, size: found.size, ...hashed });
      }
    }
  }
  return problems.length > 0 ? { type: 'refused', problems } : { type: 'complete', files };
}

/** The entries, or what is wrong with the manifest itself. */
function entriesOf(text: string): ManifestEntry[] | string {
  let value: Json;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch {
    return 'it is no JSON';
  }
  const list = Array.isArray(value) ? value : isObject(value) ? value.files : undefined;
  if (!Array.isArray(list)) return 'it has no list "files"';
  if (list.length === 0) return 'it lists no file';
  if (list.length > MAX_FILES) return `it lists more than ${MAX_FILES} files`;
  const entries: ManifestEntry[] = [];
  for (const [index, item] of list.entries()) {
    const entry = typeof item === 'string' ? { name: item } : item;
    if (!isObject(entry) || typeof entry.name !== 'string') return `entry ${index} has no name`;
    const { name, size, sha256 } = entry;
    // Only names of the listed files are ever looked up, so nothing outside can be named; this says so clearly.
    if (name.split('/').includes('..') || name.startsWith('/')) {
      return `entry ${index} leads out of the folder`;
    }
    if (size !== undefined && (typeof size !== 'number' || size < 0)) {
      return `entry ${index} has a wrong size`;
    }
    if (sha256 !== undefined && (typeof sha256 !== 'string' || !/^[0-9a-fA-F]{64}$/.test(sha256))) {
      return `entry ${index} has a wrong sha256`;
    }
    entries.push({
      name,
      ...(size === undefined ? {} : { size }),
      ...(sha256 === undefined ? {} : { sha256 }),
    });
  }
  return entries;
}
