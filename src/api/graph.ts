/**
 * A state machine as a picture: boxes with places and sizes, and the lines between them.
 * @module
 */
import { z } from 'zod';

const pixels = z.number();
export const pointSchema = z.strictObject({ x: pixels, y: pixels });
export type Point = z.infer<typeof pointSchema>;

const graphNodeSchema = z.strictObject({
  id: z
    .string()
    .describe('JSON pointer of the state, or of the branch or processor that holds states'),
  kind: z.enum(['state', 'container', 'start', 'end']),
  name: z.string(),
  type: z.string().describe('Task, Pass, …; Branch for a container'),
  parent: z.string().exactOptional().describe('Container that holds this node'),
  x: pixels.describe('Relative to the parent, pixels'),
  y: pixels.describe('Relative to the parent, pixels'),
  width: pixels,
  height: pixels,
  resource: z.string().exactOptional(),
});
export type GraphNode = z.infer<typeof graphNodeSchema>;

const graphEdgeSchema = z.strictObject({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  kind: z.enum(['next', 'choice', 'default', 'catch']),
  label: z.string().exactOptional(),
  labelAt: pointSchema.exactOptional(),
  points: z
    .array(pointSchema)
    .describe('Corners of the line, in pixels from the upper left of the whole graph'),
});
export type GraphEdge = z.infer<typeof graphEdgeSchema>;

export const graphSchema = z
  .strictObject({
    width: pixels,
    height: pixels,
    nodes: z.array(graphNodeSchema),
    edges: z.array(graphEdgeSchema),
  })
  .meta({
    id: 'Graph',
    examples: [
      {
        width: 200,
        height: 120,
        nodes: [
          {
            id: '/States/Load',
            kind: 'state',
            name: 'Load',
            type: 'Task',
            x: 20,
            y: 40,
            width: 160,
            height: 48,
          },
        ],
        edges: [],
      },
    ],
  });
export type Graph = z.infer<typeof graphSchema>;
