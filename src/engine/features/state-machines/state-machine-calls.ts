/**
 * `engine.stateMachines`: what clients of the wire API make and start by.
 * @module
 */
import type {
  AliasRecord,
  AliasRoute,
  PipelineRef,
  PublishedVersionRecord,
  Tags,
} from '../../../store/store.js';
import { EngineError } from '../../kernel/errors.js';
import { type Scope, sees } from '../../kernel/scope.js';
import type {
  CreateStateMachine,
  StateMachineDetail,
  StateMachineRegistry,
  UpdateStateMachine,
} from './state-machines.js';

/** All of those that name a state machine throw PipelineNotFound, unless they say otherwise. */
export interface StateMachineCalls {
  /** The current revision of the one of that name that the caller sees. Throws PipelineAmbiguous, too. */
  find(scope: Scope, name: string): StateMachineDetail;
  /** The current revision. */
  describe(scope: Scope, machine: PipelineRef): StateMachineDetail;
  list(scope: Scope): StateMachineDetail[];
  /** The revision that an execution ran, also of a machine that was deleted since. `version` is the pipeline's. */
  revision(scope: Scope, machine: PipelineRef, version: number): Promise<StateMachineDetail>;
  /** Answers the existing one when it is the same. Throws StateMachineExists, InvalidDefinition, InvalidName. */
  create(request: CreateStateMachine): Promise<StateMachineDetail>;
  /** Throws DeployedFromFile, InvalidDefinition. */
  update(
    scope: Scope,
    machine: PipelineRef,
    change: UpdateStateMachine,
  ): Promise<StateMachineDetail>;
  /** Stops its executions. Published versions and aliases go with it; histories stay. One that is not there stays so. */
  delete(scope: Scope, machine: PipelineRef): Promise<void>;
  tag(scope: Scope, machine: PipelineRef, change: (tags: Tags) => Tags): Promise<void>;
  /** The published version of the current revision, made unless it is there. Throws RevisionConflict. */
  publish(
    scope: Scope,
    machine: PipelineRef,
    options: { revisionId?: string; description?: string },
  ): Promise<PublishedVersionRecord>;
  versions(scope: Scope, machine: PipelineRef): Promise<PublishedVersionRecord[]>;
  /** Throws VersionNotFound. */
  describeVersion(
    scope: Scope,
    machine: PipelineRef,
    version: number,
  ): Promise<StateMachineDetail & { published: PublishedVersionRecord }>;
  /** Throws VersionInUse. */
  deleteVersion(scope: Scope, machine: PipelineRef, version: number): Promise<void>;
  aliases(scope: Scope, machine: PipelineRef): Promise<AliasRecord[]>;
  /** Throws AliasNotFound. */
  alias(scope: Scope, machine: PipelineRef, alias: string): Promise<AliasRecord>;
  /** Answers the existing one when it is the same. Throws AliasExists, VersionNotFound. */
  createAlias(
    scope: Scope,
    machine: PipelineRef,
    alias: string,
    routing: AliasRoute[],
    description?: string,
  ): Promise<AliasRecord>;
  /** Throws AliasNotFound, VersionNotFound. */
  updateAlias(
    scope: Scope,
    machine: PipelineRef,
    alias: string,
    change: { routing?: AliasRoute[]; description?: string },
  ): Promise<AliasRecord>;
  /** One that is not there stays so. */
  deleteAlias(scope: Scope, machine: PipelineRef, alias: string): Promise<void>;
}

export function stateMachineCalls(registry: StateMachineRegistry): StateMachineCalls {
  /** The machine, when it is there and the scope sees it. */
  const known = (scope: Scope, machine: PipelineRef): PipelineRef => {
    if (!sees(scope, machine.team)) {
      throw new EngineError('PipelineNotFound', { pipeline: machine.name });
    }
    return registry.describe(machine);
  };
  return {
    find: (scope, name) => registry.find(scope, name),
    describe: (scope, machine) => registry.describe(known(scope, machine)),
    list: (scope) => registry.list(scope),
    async revision(scope, machine, version) {
      if (sees(scope, machine.team)) return registry.revision(machine, version);
      throw new EngineError('PipelineNotFound', { pipeline: `${machine.name}@${version}` });
    },
    create: (request) => registry.create(request),
    update: async (scope, machine, change) => registry.update(known(scope, machine), change),
    async delete(scope, machine) {
      if (sees(scope, machine.team)) await registry.delete(machine);
    },
    tag: async (scope, machine, change) => registry.tag(known(scope, machine), change),
    publish: async (scope, machine, options) => registry.publish(known(scope, machine), options),
    versions: async (scope, machine) => registry.versions(known(scope, machine)),
    describeVersion: async (scope, machine, version) =>
      registry.describeVersion(known(scope, machine), version),
    deleteVersion: async (scope, machine, version) =>
      registry.deleteVersion(known(scope, machine), version),
    aliases: async (scope, machine) => registry.aliases(known(scope, machine)),
    alias: async (scope, machine, alias) => registry.alias(known(scope, machine), alias),
    createAlias: async (scope, machine, ...alias) =>
      registry.createAlias(known(scope, machine), ...alias),
    updateAlias: async (scope, machine, alias, change) =>
      registry.updateAlias(known(scope, machine), alias, change),
    deleteAlias: async (scope, machine, alias) =>
      registry.deleteAlias(known(scope, machine), alias),
  };
}
