/**
 * A state machine as a picture: boxes with places and sizes, and the lines between them.
 * @module
 */
import { z } from 'zod';

export const graphNodeSchema = z.object({
  id: z
    .string()
    .describe('JSON pointer of the state, or of the branch or processor that holds states'),
  kind: z.enum(['state', 'container', 'start', 'end']),
  name: z.string(),
  type: z.string().describe('Task, Pass, …; Branch for a container'),
  parent: z.string().optional().describe('Container that holds this node'),
  /** Relative to the parent, pixels. */
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  resource: z.string().optional(),
});

export const graphEdgeSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  kind: z.enum(['next', 'choice', 'default', 'catch']),
  label: z.string().optional(),
  labelAt: z.object({ x: z.number(), y: z.number() }).optional(),
  /** Corners of the line, in pixels from the upper left of the whole graph. */
  points: z.array(z.object({ x: z.number(), y: z.number() })),
});

export const graphSchema = z
  .object({
    width: z.number(),
    height: z.number(),
    nodes: z.array(graphNodeSchema),
    edges: z.array(graphEdgeSchema),
  })
  .meta({ id: 'Graph' });

export type Graph = z.infer<typeof graphSchema>;
