/**
 * `engine.connections`: how API destinations let Millrace in. Secrets come in and never go out again: they lie sealed in the
 * store.
 * @module
 */
import type { JsonObject } from '../../../../asl/json.js';
import { EngineError } from '../../../kernel/errors.js';
import { type OneTeam, teamOf } from '../../../kernel/scope.js';
import { declareSecrets, secretsOf } from '../connection-secrets.js';
import type { ConnectionRecord } from '../records.js';
import type { CallParts } from './call-parts.js';
import { checkParameters, merged, withoutSecrets } from './connection-parameters.js';
import { expectRoom } from './quotas.js';

/** Of AuthParameters it has what may be shown. */
export type ConnectionDetail = Omit<ConnectionRecord, 'sealed' | 'secretId'> & {
  name: string;
  arn: string;
  /** Under which AWS would keep the secret. */
  secretArn: string;
};

export interface NewConnection {
  name: string;
  description?: string;
  authorizationType: string;
  /** All of AuthParameters. */
  parameters: JsonObject;
}

/** All throw ConnectionNotFound where a connection is named. */
export interface ConnectionCalls {
  /** Throws ConnectionRefused, ConnectionExists, EventQuotaReached. */
  create(scope: OneTeam, connection: NewConnection): Promise<ConnectionDetail>;
  /**
   * What is given takes the place of what was; for another type of authorization all of it must be given.
   * Throws ConnectionRefused.
   */
  update(
    scope: OneTeam,
    name: string,
    change: Partial<Omit<NewConnection, 'name'>>,
  ): Promise<ConnectionDetail>;
  describe(scope: OneTeam, name: string): ConnectionDetail;
  /** By name. */
  list(scope: OneTeam): ConnectionDetail[];
  /** Forgets the secrets; what was to be delivered with them goes to the dead letters. */
  deauthorize(scope: OneTeam, name: string): Promise<ConnectionDetail>;
  /** Answers what it was. */
  delete(scope: OneTeam, name: string): Promise<ConnectionDetail>;
}

export function connectionCalls(parts: CallParts): ConnectionCalls {
  const { kernel, resources } = parts;
  const { connections, arns } = resources;
  const { region, accountId } = kernel.arns.identity;
  const detailOf = (name: string, record: ConnectionRecord): ConnectionDetail => {
    const { sealed: _, secretId, ...shown } = record;
    const secretArn = `arn:aws:secretsmanager:${region}:${accountId}:secret:events!connection/${name}/${secretId}`;
    return { ...shown, name, arn: arns.connection(name, record.id), secretArn };
  };
  const find = (scope: OneTeam, name: string): ConnectionRecord => {
    const record = connections.get(teamOf(scope), name);
    if (record === undefined) throw new EngineError('ConnectionNotFound', { connection: name });
    return record;
  };
  /** Parameters as they are kept, and what is shown and known of them from now on. */
  const keep = (
    type: string,
    parameters: JsonObject,
  ): Pick<ConnectionRecord, 'authorizationType' | 'state' | 'parameters' | 'sealed'> => {
    const text = JSON.stringify(parameters);
    declareSecrets(kernel.secrets, JSON.parse(text) as JsonObject);
    return {
      authorizationType: type,
      state: 'AUTHORIZED',
      parameters: withoutSecrets(parameters),
      sealed: kernel.encryption.close(text),
    };
  };

  return {
    async create(scope, { name, description, authorizationType: type, parameters }) {
      const team = teamOf(scope);
      checkParameters(type, parameters);
      const now = kernel.time.now();
      const record: ConnectionRecord = {
        id: kernel.random.id(now),
        secretId: kernel.random.id(now),
        ...(description ? { description } : {}),
        ...keep(type, parameters),
        createdAt: now,
        updatedAt: now,
        authorizedAt: now,
      };
      await parts.change((turn) => {
        if (connections.get(team, name)) {
          throw new EngineError('ConnectionExists', { connection: name });
        }
        expectRoom('connections', connections.count(team));
        connections.put(turn, team, name, record);
      });
      return detailOf(name, record);
    },
    update: (scope, name, { authorizationType, description: said, parameters: given = {} }) =>
      parts.change((turn) => {
        const before = find(scope, name);
        const type = authorizationType ?? before.authorizationType;
        const known = type === before.authorizationType ? (secretsOf(kernel, before) ?? {}) : {};
        const parameters = merged(known, given);
        checkParameters(type, parameters);
        const now = kernel.time.now();
        const { reason: _, description: former, ...rest } = before;
        const description = said ?? former;
        const after: ConnectionRecord = {
          ...rest,
          ...(description ? { description } : {}),
          ...keep(type, parameters),
          updatedAt: now,
          authorizedAt: now,
        };
        connections.put(turn, teamOf(scope), name, after);
        return detailOf(name, after);
      }),
    describe: (scope, name) => detailOf(name, find(scope, name)),
    list: (scope) =>
      connections.list(teamOf(scope)).map(({ name, value }) => detailOf(name, value)),
    deauthorize: (scope, name) =>
      parts.change((turn) => {
        const updatedAt = kernel.time.now();
        const after = { ...find(scope, name), state: 'DEAUTHORIZED', sealed: '', updatedAt };
        connections.put(turn, teamOf(scope), name, after);
        return detailOf(name, after);
      }),
    delete: (scope, name) =>
      parts.change((turn) => {
        const before = find(scope, name);
        connections.put(turn, teamOf(scope), name, undefined);
        return detailOf(name, before);
      }),
  };
}
