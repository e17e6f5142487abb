/**
 * A section of a team's file: its shape, and what its shape does not tell. One file each; `team-file.ts` has the list.
 * @module
 */
import type { z } from 'zod';
import type { JsonObject } from '../../asl/json.js';
import type { ValuePath } from '../source-file.js';

/** What is wrong in a section, and where in it. */
export interface SectionProblem {
  /** Beginning in the section itself: `['oncall', 'url']`. */
  readonly at: ValuePath;
  readonly message: string;
  readonly fix?: string;
  /** Mark the key instead of the value. */
  readonly mark?: 'key';
}

/** The sections of one file that have the right shape, by name. */
export type WrittenSections = { readonly [name: string]: JsonObject | readonly JsonObject[] };

export interface TeamSection {
  /** Its key at the top of the file. */
  readonly name: string;
  readonly schema: z.ZodType;
  /**
   * What is wrong though its shape is right.
   * @param all every section of the file
   */
  check?(written: unknown, all: WrittenSections): SectionProblem[];
}
