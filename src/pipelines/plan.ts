/**
 * What a pipeline file means once it is read, checked and compiled: all that the rest of Millrace needs of it.
 * @module
 */
import type { MachineDefinition } from '../asl/definition.js';
import type { Json, JsonObject } from '../asl/json.js';
import type { PipelineSections } from './sections/pipeline-sections.js';

/** A place in a file. Lines and columns count from 1. */
export interface SourcePosition {
  file: string;
  line: number;
  column: number;
}

export interface PipelinePlan {
  name: string;
  /** Owner team; `default` when the file names none. */
  team: string;
  tags: { [key: string]: string };
  /** Default input of an execution; `{}` when the file has none. */
  input: Json;
  /** The state machine, whatever form the file gave it in. */
  definition: MachineDefinition;
  /** AWS resource string, function ARN or function name → local implementation. */
  bindings: { [resource: string]: JsonObject };
  /** Everything else that the file says, as it is written. */
  sections: PipelineSections;
  /** Where each state is written, by its name. */
  sources: { [state: string]: SourcePosition };
  /** Folder of the pipeline file: scripts, SQL files and functions are found under it. */
  folder: string;
  /** The pipeline file itself. */
  file: string;
}

/** Reads a text file. The host decides what may be read; undefined when there is no such file. */
export type ReadFile = (path: string) => Promise<string | undefined>;
