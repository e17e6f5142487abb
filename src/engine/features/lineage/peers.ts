/**
 * What lineage needs of those who keep datasets: handed over by compose.ts.
 * @module
 */
import type { Json } from '../../../asl/json.js';

/** A version, as far as its lineage goes. */
export interface KnownVersion {
  readonly number: number;
  readonly team: string;
  readonly dataset: string;
  readonly version: string;
  readonly state: 'published' | 'kept' | 'rejected' | 'shadow';
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly execution: number;
  readonly executionId: string;
  readonly pipeline: string;
  readonly stateName: string;
  readonly codeVersion: string;
  readonly interval?: string;
  readonly rows?: number;
  readonly bytes: number;
  readonly files: number;
  readonly contract?: Json;
  readonly removedAt?: number;
}

export interface VersionEdge {
  readonly output: number;
  readonly input: number;
}

export type Direction = 'up' | 'down';

/** The datasets of this Millrace. */
export interface KnownDatasets {
  versions(numbers: readonly number[]): Promise<KnownVersion[]>;
  edges(direction: Direction, numbers: readonly number[], limit: number): Promise<VersionEdge[]>;
  /** Of one version, the newest first. */
  newestEdges(direction: Direction, number: number, limit: number): Promise<VersionEdge[]>;
  find(team: string, dataset: string, version: string): Promise<KnownVersion | undefined>;
  ofExecution(execution: number): Promise<{ written: KnownVersion[]; read: KnownVersion[] }>;
  goodBefore(team: string, dataset: string, below: number, limit: number): Promise<KnownVersion[]>;
  /** What is current, of all intervals; nothing when there is no such dataset. */
  current(team: string, dataset: string): readonly KnownVersion[];
  isCurrent(version: KnownVersion): boolean;
  /** Who answers for it, as the pipeline that writes it says. */
  ownerOf(team: string, dataset: string): string | undefined;
  /** Whether a team may read what another has. */
  mayRead(reader: string, team: string, dataset: string): boolean;
  /** Where versions lie: `/srv/datasets`, `s3://…`; undefined: nothing is kept. */
  readonly root: string | undefined;
  /** Text of a file there. */
  read(path: string): Promise<string | undefined>;
}
