/**
 * Accounts of AWS: listed, and tried.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { checkAccountRoute, listAccounts } from '../../api/accounts.js';
import type { HttpServices } from '../services.js';

export function accountRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listAccounts.path, { schema: listAccounts.schema }, async (request) => {
    const items = engine.accounts.list(request.principal.scope);
    return {
      items: items.map(({ regions, teams, ...rest }) => ({
        ...rest,
        regions: [...regions],
        ...(teams === undefined ? {} : { teams: [...teams] }),
      })),
    };
  });

  api.post(checkAccountRoute.path, { schema: checkAccountRoute.schema }, async (request) => {
    const { principal, params, body } = request;
    return {
      items: await engine.accounts.check(principal.scope, params.name, {
        ...(body.watch === undefined ? {} : { watch: body.watch }),
        ...(body.drive === undefined ? {} : { drive: body.drive }),
        ...(body.region === undefined ? {} : { region: body.region }),
      }),
    };
  });
}
