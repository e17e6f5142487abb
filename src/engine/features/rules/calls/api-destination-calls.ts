/**
 * `engine.apiDestinations`: HTTP endpoints that rules deliver to, each through a connection.
 * @module
 */
import { EngineError } from '../../../kernel/errors.js';
import { type OneTeam, teamOf } from '../../../kernel/scope.js';
import type { ApiDestinationRecord } from '../records.js';
import { type CallParts, refused } from './call-parts.js';
import { DEFAULT_RATE, expectRoom } from './quotas.js';

export type ApiDestinationDetail = ApiDestinationRecord & {
  name: string;
  arn: string;
  /** Its connection lets requests in. */
  isActive: boolean;
};

/** A connection is named by its ARN. */
export type NewApiDestination = Pick<ApiDestinationRecord, 'connection' | 'endpoint' | 'method'> &
  Partial<Pick<ApiDestinationRecord, 'description' | 'ratePerSecond'>> & { name: string };

/** All throw ApiDestinationNotFound where a destination is named. */
export interface ApiDestinationCalls {
  /** Throws EventParameterRefused, ConnectionNotFound, ApiDestinationExists, EventQuotaReached. */
  create(scope: OneTeam, destination: NewApiDestination): Promise<ApiDestinationDetail>;
  /** What is given takes the place of what was. Throws EventParameterRefused, ConnectionNotFound. */
  update(
    scope: OneTeam,
    name: string,
    change: Partial<Omit<NewApiDestination, 'name'>>,
  ): Promise<ApiDestinationDetail>;
  describe(scope: OneTeam, name: string): ApiDestinationDetail;
  /** By name. */
  list(scope: OneTeam): ApiDestinationDetail[];
  delete(scope: OneTeam, name: string): Promise<void>;
}

export function apiDestinationCalls(parts: CallParts): ApiDestinationCalls {
  const { kernel, resources } = parts;
  const { apiDestinations, arns } = resources;
  const detailOf = (
    scope: OneTeam,
    name: string,
    record: ApiDestinationRecord,
  ): ApiDestinationDetail => {
    const connection = resources.connectionOf(teamOf(scope), record.connection);
    const arn = arns.apiDestination(name, record.id);
    return { ...record, name, arn, isActive: connection?.state === 'AUTHORIZED' };
  };
  const find = (scope: OneTeam, name: string): ApiDestinationRecord => {
    const record = apiDestinations.get(teamOf(scope), name);
    if (record) return record;
    throw new EngineError('ApiDestinationNotFound', { destination: name });
  };
  const expectConnection = (scope: OneTeam, arn: string): void => {
    if (resources.connectionOf(teamOf(scope), arn)) return;
    throw new EngineError('ConnectionNotFound', { connection: arn });
  };

  return {
    async create(scope, { name, ratePerSecond = DEFAULT_RATE, ...destination }) {
      const team = teamOf(scope);
      checkEndpoint(destination.endpoint);
      const now = kernel.time.now();
      const record: ApiDestinationRecord = {
        id: kernel.random.id(now),
        ...destination,
        ratePerSecond,
        createdAt: now,
        updatedAt: now,
      };
      await parts.change((turn) => {
        expectConnection(scope, record.connection);
        if (apiDestinations.get(team, name)) {
          throw new EngineError('ApiDestinationExists', { destination: name });
        }
        expectRoom('apiDestinations', apiDestinations.count(team));
        apiDestinations.put(turn, team, name, record);
      });
      return detailOf(scope, name, record);
    },
    async update(scope, name, changed) {
      if (changed.endpoint) checkEndpoint(changed.endpoint);
      const record = await parts.change((turn) => {
        const before = find(scope, name);
        if (changed.connection) expectConnection(scope, changed.connection);
        const after = { ...before, ...changed, updatedAt: kernel.time.now() };
        apiDestinations.put(turn, teamOf(scope), name, after);
        return after;
      });
      return detailOf(scope, name, record);
    },
    describe: (scope, name) => detailOf(scope, name, find(scope, name)),
    list: (scope) =>
      apiDestinations.list(teamOf(scope)).map(({ name, value }) => detailOf(scope, name, value)),
    async delete(scope, name) {
      await parts.change((turn) => {
        find(scope, name);
        apiDestinations.put(turn, teamOf(scope), name, undefined);
      });
    },
  };
}

/** Plain HTTP is for one's own network: who may be reached there is the operator's to say. Throws EventParameterRefused. */
function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw refused('InvocationEndpoint', 'It must be the URL of an HTTPS endpoint.');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('InvocationEndpoint', 'Credentials belong to the connection.');
  }
}
