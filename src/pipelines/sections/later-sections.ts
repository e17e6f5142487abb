/**
 * Sections that are checked and stored now and act in later versions: which data is produced.
 * @module
 */
import { z } from 'zod';

export interface DatasetSection {
  contract?: string | undefined;
  location?: string | undefined;
  description?: string | undefined;
}

export const datasetsSchema: z.ZodType<{ [name: string]: DatasetSection }> = z.record(
  z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/,
      "a dataset's name consists of letters, digits and . _ / -",
    ),
  z.strictObject({
    contract: z.string().min(1).optional(),
    location: z.string().min(1).optional(),
    description: z.string().optional(),
  }),
);
