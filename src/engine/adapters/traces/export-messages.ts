/**
 * What the server and its exporter of traces say to each other.
 * @module
 */
import type { StoreSource } from '../../../store/source.js';
import type { TracedExecution } from '../../kernel/trace-port.js';
import type { TraceResource } from './otlp.js';

/** The first message: what it reads from and sends to. */
export interface ExportSettings {
  readonly source: StoreSource;
  /** Address of the receiver, with its path. */
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  /** Private addresses that may be dialled: all, or these. */
  readonly allowPrivateAddresses: boolean | readonly string[];
  readonly resource: TraceResource;
}

export type ToExporter =
  | { readonly type: 'settings'; readonly settings: ExportSettings }
  | { readonly type: 'export'; readonly executions: readonly TracedExecution[] };

/** A batch is done with: what came of it. */
export interface Exported {
  readonly executions: number;
  /** Spans that the receiver has taken. */
  readonly taken: number;
  /** Executions of which nothing, or not all, has arrived. */
  readonly dropped: number;
  /** Why, the last time. */
  readonly problem?: string;
}
