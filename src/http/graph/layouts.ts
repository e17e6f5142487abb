/**
 * What the HTTP layer asks of the graph layout.
 * @module
 */
import type { MachineDefinition } from '../../asl/definition.js';
import type { Graph } from './graph-schema.js';

export interface GraphLayouts {
  /** Lays a definition out; remembers the answer by the digest of the version. */
  layout(digest: string, definition: MachineDefinition): Promise<Graph>;
  close(): Promise<void>;
}
