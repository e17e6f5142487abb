/**
 * What clients declare of EventBridge, team by team: buses, rules, archives, replays, connections, API destinations.
 * @module
 */
import type { InputSettings, TargetInput } from '../../../events/input/target-input.js';
import { parseTargetInput } from '../../../events/input/target-input.js';
import type { Store } from '../../../store/store.js';
import type { Table } from '../../../store/table.js';
import type { Identity } from '../../kernel/arn.js';
import { Declared, type DeclaredRow, declaredTable } from '../../kernel/declared.js';
import { createEventArns, DEFAULT_BUS, type EventArns, parseArn } from '../../kernel/event-arns.js';
import type {
  ApiDestinationRecord,
  ArchiveRecord,
  BusRecord,
  ConnectionRecord,
  ReplayRecord,
  RuleRecord,
  TargetRecord,
} from './records.js';

export const RESOURCE_TABLES: { readonly [Kind in keyof Kinds]: Table<DeclaredRow> } = {
  buses: declaredTable('event_buses', 'event-bus'),
  rules: declaredTable('event_rules', 'event-rule'),
  archives: declaredTable('event_archives', 'event-archive'),
  replays: declaredTable('event_replays', 'event-replay'),
  connections: declaredTable('connections', 'event-connection', 'itself'),
  apiDestinations: declaredTable('api_destinations', 'api-destination'),
};

interface Kinds {
  buses: BusRecord;
  /** Named by `ruleKey`. */
  rules: RuleRecord;
  archives: ArchiveRecord;
  replays: ReplayRecord;
  connections: ConnectionRecord;
  apiDestinations: ApiDestinationRecord;
}

/** A target that is ready to be delivered to. */
export interface ReadyTarget {
  readonly target: TargetRecord;
  readonly input: TargetInput;
}

/** A rule that is ready to be matched. */
export interface ReadyRule {
  readonly team: string;
  readonly record: RuleRecord;
  readonly arn: string;
  readonly targets: readonly ReadyTarget[];
}

/** Hear of what there is, has changed (also back) or is gone. */
export interface ResourceListeners {
  ruleChanged(team: string, key: string, rule: RuleRecord | undefined): void;
  archiveChanged(team: string, name: string, archive: ArchiveRecord | undefined): void;
}

export class DeclaredResources {
  readonly arns: EventArns;
  readonly buses: Declared<BusRecord> = new Declared(RESOURCE_TABLES.buses);
  readonly rules: Declared<RuleRecord>;
  readonly archives: Declared<ArchiveRecord>;
  readonly replays: Declared<ReplayRecord> = new Declared(RESOURCE_TABLES.replays);
  readonly connections: Declared<ConnectionRecord> = new Declared(RESOURCE_TABLES.connections);
  readonly apiDestinations: Declared<ApiDestinationRecord> = new Declared(
    RESOURCE_TABLES.apiDestinations,
  );

  constructor(identity: Identity, listeners: ResourceListeners) {
    this.arns = createEventArns(identity);
    this.rules = new Declared(RESOURCE_TABLES.rules, (...changed) =>
      listeners.ruleChanged(...changed),
    );
    this.archives = new Declared(RESOURCE_TABLES.archives, (...changed) =>
      listeners.archiveChanged(...changed),
    );
  }

  async open(store: Store): Promise<void> {
    await this.buses.open(store);
    await this.rules.open(store);
    await this.archives.open(store);
    await this.replays.open(store);
    await this.connections.open(store);
    await this.apiDestinations.open(store);
  }

  /** The API destination of a team that an ARN names. */
  destinationOf(team: string, arn: string): ApiDestinationRecord | undefined {
    const [, name = '', id = ''] = parseArn(arn)?.resource.split('/') ?? [];
    const record = this.apiDestinations.get(team, name);
    return record?.id === id && this.arns.apiDestination(name, id) === arn ? record : undefined;
  }

  /** The connection of a team that an ARN names. */
  connectionOf(team: string, arn: string): ConnectionRecord | undefined {
    const [, name = '', id = ''] = parseArn(arn)?.resource.split('/') ?? [];
    const record = this.connections.get(team, name);
    return record?.id === id && this.arns.connection(name, id) === arn ? record : undefined;
  }

  /** A bus that a team may use: the default one, or one that it has made. */
  hasBus(team: string, bus: string): boolean {
    return bus === DEFAULT_BUS || this.buses.get(team, bus) !== undefined;
  }

  /** A rule as it is matched and delivered. A target whose input cannot be read is left out. */
  readied(team: string, record: RuleRecord): ReadyRule {
    const targets = record.targets.flatMap((target) => {
      const parsed = parseTargetInput(target.Id, target as InputSettings);
      return 'error' in parsed ? [] : [{ target, input: parsed.input }];
    });
    return { team, record, arn: this.arns.rule(record.bus, record.name), targets };
  }
}
