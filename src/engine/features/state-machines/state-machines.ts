/**
 * State machines as the wire API knows them: made without a pipeline file, published as numbered versions, started by
 * aliases that split starts between versions.
 *
 *     CreateStateMachine ──▶ deployment (revision) ──UpdateStateMachine──▶ next deployment
 *                                 └─PublishStateMachineVersion─▶ version 1, 2, 3 … ◀─routing── alias
 *
 * A revision is a version of the pipeline like any other. What AWS keeps beside the definition (type, role, logging …)
 * lies in the deployment's `stateMachine`. Changes are made one after the other, so that checks hold until they are written.
 * @module
 */
import type { MachineDefinition } from '../../../asl/definition.js';
import type { Json } from '../../../asl/json.js';
import { pipelineKey } from '../../../store/pipeline-ref.js';
import type {
  AliasRecord,
  AliasRoute,
  PipelineRef,
  PublishedVersionRecord,
  Tags,
} from '../../../store/store.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { StartTarget } from '../../kernel/creations.js';
import type { PipelineDeployment, StateMachineAttributes } from '../../kernel/deployment.js';
import { EngineError } from '../../kernel/errors.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { ALIASES, PUBLISHED_VERSIONS } from '../../kernel/machine-tables.js';
import type { Need } from '../../kernel/needs.js';
import { checkName, checkTags } from '../../kernel/payload.js';
import { sameJson } from '../../kernel/same-json.js';
import { type Scope, sees } from '../../kernel/scope.js';

export interface CreateStateMachine {
  name: string;
  team: string;
  tags: Tags;
  definition: MachineDefinition;
  attributes: Omit<StateMachineAttributes, 'createdAt' | 'revisionId'>;
}

/** What changes; the rest stays. */
export interface UpdateStateMachine {
  definition?: MachineDefinition;
  attributes: Partial<Omit<StateMachineAttributes, 'createdAt' | 'revisionId' | 'type'>>;
}

/** A state machine, or one revision of it. */
export interface StateMachineDetail {
  name: string;
  team: string;
  tags: Tags;
  definition: MachineDefinition;
  /** What a file deployed has the defaults. */
  attributes: StateMachineAttributes;
  /** When this revision was made. */
  updatedAt: number;
}

export class StateMachineRegistry implements Feature {
  readonly name = 'state machines';
  readonly #kernel: Kernel;
  #last: Promise<unknown> = Promise.resolve();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The current revision of the one of that name that the scope sees. Throws PipelineNotFound, PipelineAmbiguous. */
  find(scope: Scope, name: string): StateMachineDetail {
    return this.describe(this.#kernel.machines.choose(scope, name));
  }

  /** The current revision. Throws PipelineNotFound. */
  describe(machine: PipelineRef): StateMachineDetail {
    return this.#detail(this.#current(machine));
  }

  list(scope: Scope): StateMachineDetail[] {
    return this.#kernel.machines
      .all()
      .filter(({ record }) => sees(scope, record.team))
      .map((machine) => this.#detail(machine))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async revision(machine: PipelineRef, version: number): Promise<StateMachineDetail> {
    const record = await this.#kernel.store.findVersion(machine, version);
    if (!record) {
      throw new EngineError('PipelineNotFound', { pipeline: `${machine.name}@${version}` });
    }
    return this.#detail(await this.#kernel.machines.find(record.number));
  }

  create(request: CreateStateMachine): Promise<StateMachineDetail> {
    return this.#exclusive(async () => {
      checkName(request.name);
      const current = this.#kernel.machines.current(request);
      if (current) {
        const known = this.#detail(current);
        if (sameMachine(known.attributes, request.attributes)) return known;
        throw new EngineError('StateMachineExists', { name: request.name });
      }
      const createdAt = this.#kernel.time.now();
      await this.#kernel.deployments.deploy({
        name: request.name,
        team: request.team,
        tags: request.tags,
        definition: request.definition,
        bindings: {},
        folder: this.#kernel.folders.root,
        stateMachine: { ...request.attributes, createdAt },
      });
      return this.describe(request);
    });
  }

  update(machine: PipelineRef, change: UpdateStateMachine): Promise<StateMachineDetail> {
    return this.#exclusive(async () => {
      const { deployment } = this.#current(machine);
      const { stateMachine } = deployment;
      if (stateMachine === undefined)
        throw new EngineError('DeployedFromFile', { name: machine.name });
      const attributes = { ...stateMachine, ...change.attributes };
      if (!sameMachine(stateMachine, attributes) || attributes.roleArn !== stateMachine.roleArn) {
        const revisionId = this.#kernel.random.seed();
        const definition = change.definition ?? deployment.definition;
        await this.#kernel.deployments.deploy({
          ...deployment,
          definition,
          stateMachine: { ...attributes, revisionId },
        });
      }
      return this.describe(machine);
    });
  }

  withdraw(machine: PipelineRef): Promise<void> {
    return this.#exclusive(() => this.#kernel.deployments.withdraw(machine));
  }

  delete(machine: PipelineRef): Promise<void> {
    return this.#exclusive(async () => {
      if (!this.#kernel.machines.current(machine)) return;
      await this.#kernel.deployments.withdraw(machine);
      await this.#kernel.deployments.stopAll(machine);
    });
  }

  tag(machine: PipelineRef, change: (tags: Tags) => Tags): Promise<void> {
    return this.#exclusive(async () => {
      const { deployment } = this.#current(machine);
      const tags = change(deployment.tags);
      checkTags(tags);
      await this.#kernel.deployments.deploy({ ...deployment, tags });
    });
  }

  publish(
    machine: PipelineRef,
    options: { revisionId?: string; description?: string },
  ): Promise<PublishedVersionRecord> {
    return this.#exclusive(async () => {
      const { record, deployment } = this.#current(machine);
      const current = deployment.stateMachine?.revisionId ?? 'INITIAL';
      if (options.revisionId !== undefined && options.revisionId !== current) {
        throw new EngineError('RevisionConflict', { given: options.revisionId, current });
      }
      const latest = (await this.versions(machine))[0];
      if (latest && (await this.#isSameRevision(latest.machine, deployment))) return latest;
      const version: PublishedVersionRecord = {
        team: machine.team,
        pipeline: machine.name,
        version: (await this.#kernel.store.lastNumber(PUBLISHED_VERSIONS, ofMachine(machine))) + 1,
        machine: record.number,
        ...(options.description === undefined ? {} : { description: options.description }),
        createdAt: this.#kernel.time.now(),
      };
      await this.#kernel.write((turn) => turn.put(PUBLISHED_VERSIONS, { ...version, deleted: 0 }));
      return version;
    });
  }

  /** Tags make a deployment of their own, but no revision. */
  async #isSameRevision(machine: number, deployment: PipelineDeployment): Promise<boolean> {
    const { deployment: other } = await this.#kernel.machines.find(machine);
    const kept = (one: PipelineDeployment): Json =>
      JSON.parse(JSON.stringify([one.definition, one.stateMachine ?? null])) as Json;
    return sameJson(kept(other), kept(deployment));
  }

  async versions(machine: PipelineRef): Promise<PublishedVersionRecord[]> {
    const rows = await this.#kernel.store.listRows(PUBLISHED_VERSIONS, {
      where: { ...ofMachine(machine), deleted: 0 },
      order: { by: ['version'], down: true },
    });
    return rows.map(({ deleted: _, ...version }) => version);
  }

  async #version(machine: PipelineRef, version: number): Promise<PublishedVersionRecord> {
    const found = (await this.versions(machine)).find((one) => one.version === version);
    if (!found) throw new EngineError('VersionNotFound', { name: machine.name, version });
    return found;
  }

  async describeVersion(
    machine: PipelineRef,
    version: number,
  ): Promise<StateMachineDetail & { published: PublishedVersionRecord }> {
    const published = await this.#version(machine, version);
    const detail = this.#detail(await this.#kernel.machines.find(published.machine));
    return { ...detail, published };
  }

  deleteVersion(machine: PipelineRef, version: number): Promise<void> {
    return this.#exclusive(async () => {
      const users = (await this.aliases(machine)).filter(({ routing }) =>
        routing.some((route) => route.version === version),
      );
      if (users.length > 0) {
        const aliases = users.map((alias) => alias.name).join(', ');
        throw new EngineError('VersionInUse', { name: machine.name, version, aliases });
      }
      const key = [machine.team, machine.name, version];
      await this.#kernel.write((turn) => turn.change(PUBLISHED_VERSIONS, key, { deleted: 1 }));
    });
  }

  async aliases(machine: PipelineRef): Promise<AliasRecord[]> {
    return this.#kernel.store.listRows(ALIASES, {
      where: ofMachine(machine),
      order: { by: ['createdAt', 'name'] },
    });
  }

  async alias(machine: PipelineRef, alias: string): Promise<AliasRecord> {
    const found = (await this.aliases(machine)).find((one) => one.name === alias);
    if (!found) throw new EngineError('AliasNotFound', { name: machine.name, alias });
    return found;
  }

  createAlias(
    machine: PipelineRef,
    alias: string,
    routing: AliasRoute[],
    description?: string,
  ): Promise<AliasRecord> {
    return this.#exclusive(async () => {
      this.#current(machine);
      for (const { version } of routing) await this.#version(machine, version);
      const known = (await this.aliases(machine)).find((one) => one.name === alias);
      if (known) {
        const same = known.description === description && sameRouting(known.routing, routing);
        if (same) return known;
        throw new EngineError('AliasExists', { name: machine.name, alias });
      }
      const now = this.#kernel.time.now();
      const described = description === undefined ? {} : { description };
      const record: AliasRecord = {
        team: machine.team,
        pipeline: machine.name,
        name: alias,
        ...described,
        routing,
        createdAt: now,
        updatedAt: now,
      };
      await this.#kernel.write((turn) => turn.put(ALIASES, record));
      return record;
    });
  }

  updateAlias(
    machine: PipelineRef,
    alias: string,
    change: { routing?: AliasRoute[]; description?: string },
  ): Promise<AliasRecord> {
    return this.#exclusive(async () => {
      const known = await this.alias(machine, alias);
      for (const { version } of change.routing ?? []) await this.#version(machine, version);
      const record: AliasRecord = { ...known, ...change, updatedAt: this.#kernel.time.now() };
      await this.#kernel.write((turn) => turn.put(ALIASES, record));
      return record;
    });
  }

  deleteAlias(machine: PipelineRef, alias: string): Promise<void> {
    return this.#exclusive(() =>
      this.#kernel.write((turn) => turn.remove(ALIASES, [machine.team, machine.name, alias])),
    );
  }

  /**
   * What a start by a version's number or an alias's name runs. Throws VersionNotFound, AliasNotFound.
   * @param chance 0 to 1: decides between the versions of an alias
   */
  async target(machine: PipelineRef, qualifier: string, chance: number): Promise<StartTarget> {
    if (/^\d+$/.test(qualifier)) {
      const published = await this.#version(machine, Number(qualifier));
      return {
        machine: await this.#kernel.machines.find(published.machine),
        publishedVersion: published.version,
      };
    }
    const { routing } = await this.alias(machine, qualifier);
    const publishedVersion = pick(routing, chance);
    const published = await this.#version(machine, publishedVersion);
    return {
      machine: await this.#kernel.machines.find(published.machine),
      publishedVersion,
      alias: qualifier,
    };
  }

  /** The same for a start in a turn. */
  targetNeed(machine: PipelineRef, qualifier: string, chance: number): Need<StartTarget> {
    return {
      key: `target ${pipelineKey(machine)}:${qualifier} by ${chance}`,
      read: () => this.target(machine, qualifier, chance),
    };
  }

  #current(machine: PipelineRef): LoadedMachine {
    const current = this.#kernel.machines.current(machine);
    if (!current) throw new EngineError('PipelineNotFound', { pipeline: machine.name });
    return current;
  }

  #detail({ record, deployment }: LoadedMachine): StateMachineDetail {
    const attributes: StateMachineAttributes = deployment.stateMachine ?? {
      type: 'STANDARD',
      roleArn: this.#kernel.arns.role,
      definitionText: JSON.stringify(deployment.definition),
      createdAt: record.deployedAt,
    };
    return {
      name: record.pipeline,
      team: record.team,
      tags: record.tags,
      definition: deployment.definition,
      attributes,
      updatedAt: record.deployedAt,
    };
  }

  #exclusive<Value>(act: () => Promise<Value>): Promise<Value> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function ofMachine({ team, name }: PipelineRef): { team: string; pipeline: string } {
  return { team, pipeline: name };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html: role and tags do not count. */
function sameMachine(
  known: StateMachineAttributes,
  wanted: Omit<StateMachineAttributes, 'createdAt'>,
): boolean {
  const compared = (one: Omit<StateMachineAttributes, 'createdAt'>): Json => [
    one.type,
    one.definitionText,
    one.loggingConfiguration ?? null,
    one.tracingConfiguration ?? null,
    one.encryptionConfiguration ?? null,
  ];
  return sameJson(compared(known), compared(wanted));
}

function sameRouting(known: readonly AliasRoute[], wanted: readonly AliasRoute[]): boolean {
  const inOrder = (routes: readonly AliasRoute[]): string =>
    JSON.stringify(routes.map(({ version, weight }) => [version, weight]).sort());
  return inOrder(known) === inOrder(wanted);
}

function pick(routing: readonly AliasRoute[], chance: number): number {
  let share = chance * 100;
  for (const { version, weight } of routing) {
    if (share < weight) return version;
    share -= weight;
  }
  return (routing.find(({ weight }) => weight > 0) ?? (routing[0] as AliasRoute)).version;
}
