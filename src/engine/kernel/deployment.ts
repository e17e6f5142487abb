/**
 * What is deployed: the part of a pipeline that the kernel reads, and everything else of it, kept as it is for features.
 * @module
 */
import type { MachineDefinition } from '../../asl/definition.js';
import type { Json, JsonObject } from '../../asl/json.js';

/** What is deployed: the part of a pipeline plan that the engine itself reads, and everything else of it, kept as it is. */
export interface PipelineDeployment {
  name: string;
  team: string;
  tags: { [key: string]: string };
  /** Default input of an execution that is started without one; `{}` when absent. */
  input?: Json;
  definition: MachineDefinition;
  /** AWS resource string or function ARN → local implementation; see `resolve-task.ts`. */
  bindings: { [resource: string]: JsonObject };
  /** Absolute folder of the pipeline file. */
  folder: string;
  /** Everything else that its file says, as it is written; features read it by `sectionOf`. */
  sections?: JsonObject;
  /** The form of its sections (FORMAT); 1 when absent. */
  format?: number;
  /** Present when a client of the wire API made it. */
  stateMachine?: StateMachineAttributes;
  /** It was stored to be tried by test runs, and has never been the current one. */
  candidate?: true;
}

/** What AWS keeps of a state machine beside its definition. */
export interface StateMachineAttributes {
  type: 'STANDARD' | 'EXPRESS';
  roleArn: string;
  /** The definition as it was sent: what is given back, and what makes two requests the same. */
  definitionText: string;
  loggingConfiguration?: JsonObject;
  tracingConfiguration?: JsonObject;
  encryptionConfiguration?: JsonObject;
  /** Absent for the revision that CreateStateMachine made. */
  revisionId?: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}
