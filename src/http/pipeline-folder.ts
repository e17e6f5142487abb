/**
 * What the HTTP layer asks of the watched folder of pipeline files. `engine/pipeline-folder.ts` is it.
 * @module
 */
import type { z } from 'zod';
import type { problemReportSchema } from './schemas.js';

export interface PipelineFolder {
  /** Absolute path. */
  readonly folder: string;
  /** Problems of all files, as they were last read. */
  problems(): z.infer<typeof problemReportSchema>[];
  /** Reads all files again now; answers when everything valid is deployed. */
  reload(): Promise<void>;
}
