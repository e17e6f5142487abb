/**
 * Access keys for clients of the AWS wire API: made, listed and revoked by those who may see all teams.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { expectAdministrator } from '../auth.js';
import { HttpError } from '../errors.js';
import { problemSchema } from '../problem.js';
import { teamSchema } from '../schemas.js';
import type { HttpServices } from '../services.js';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const summarySchema = z
  .object({
    id: z.string(),
    team: z.string(),
    role: z.string(),
    label: z.string(),
    createdAt: z.number().describe('Milliseconds since the epoch'),
  })
  .meta({ id: 'AccessKey' });

export function accessKeyRoutes(
  instance: FastifyInstance,
  { accessKeys, engine }: HttpServices,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(
    '/access-keys',
    {
      schema: {
        summary: 'List the access keys for the AWS API',
        response: { 200: z.object({ keys: z.array(summarySchema) }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      return { keys: await accessKeys.list() };
    },
  );

  api.post(
    '/access-keys',
    {
      schema: {
        summary: 'Make an access key for the AWS API; its secret is shown this once',
        body: z
          .object({
            team: teamSchema,
            role: z.enum(['viewer', 'operator']).default('operator'),
            label: z.string().max(200).default(''),
          })
          .strict(),
        response: {
          200: z.object({
            accessKeyId: z.string(),
            secretAccessKey: z.string(),
            region: z.string().describe('What the ARNs here name'),
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      const { region } = engine.arns.identity;
      return { ...(await accessKeys.issue(request.body)), region };
    },
  );

  api.delete(
    '/access-keys/:id',
    {
      schema: {
        summary: 'Revoke an access key',
        params: z.object({ id: z.string().max(128) }),
        response: { 200: z.object({ revoked: z.literal(true) }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      if (!(await accessKeys.revoke(request.params.id))) throw new HttpError('NotFound');
      return { revoked: true } as const;
    },
  );
}
