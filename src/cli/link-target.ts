/**
 * Where links in a folder of pipelines lead: the server follows those to files in the folder, and so do the commands.
 * @module
 */
import { realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';

/** @example leadsInside('pipelines', 'pipelines/hello.yaml') // true when it leads to pipelines/..data/hello.yaml */
export function leadsInside(folder: string, link: string): boolean {
  if (statSync(link, { throwIfNoEntry: false })?.isFile() !== true) return false;
  return realpathSync(link).startsWith(realpathSync(folder) + sep);
}
