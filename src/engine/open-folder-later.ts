/**
 * A folder of pipeline files that is read when the engine works, which after a restored backup is when somebody says so.
 * @module
 */
import { resolve } from 'node:path';
import { EngineError } from './kernel/errors.js';
import type { PipelineFolder } from './pipeline-folder.js';

/**
 * Gives a folder that `open` reads; until then it has no problems.
 * @example const folder = openFolderLater('pipelines', () => openPipelineFolder({ engine, folder: 'pipelines' }));
 */
export function openFolderLater(
  folder: string,
  openNow: () => Promise<PipelineFolder>,
): PipelineFolder & { open(): Promise<void> } {
  let opening: Promise<PipelineFolder> | undefined;
  let opened: PipelineFolder | undefined;
  return {
    folder: resolve(folder),
    async open() {
      opening ??= openNow();
      opened = await opening;
    },
    problems: () => opened?.problems() ?? [],
    reload: async () => opened?.reload(),
    async readCandidate(pipeline, text) {
      if (opened === undefined) throw new EngineError('Held');
      return await opened.readCandidate(pipeline, text);
    },
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}
