/**
 * Pipelines: what is deployed, how its graph looks, and what is wrong in the files.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Problem } from '../../pipelines/problem.js';
import type { Principal } from '../auth.js';
import { graphSchema } from '../graph/graph-schema.js';
import { problemSchema } from '../problem.js';
import { pipelineDetailSchema, pipelineOverviewSchema, problemReportSchema } from '../schemas.js';
import type { HttpServices } from '../services.js';
import { visiblePipeline } from './executions.js';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const nameParams = z.object({ name: z.string().min(1).max(128) });
const versionQuery = z.object({ version: z.coerce.number().int().min(1).optional() });
/** Latest executions shown with each pipeline. */
const RECENT = 20;
/** Pipelines that are looked up together: the readers are there for others, too. */
const AT_A_TIME = 10;

export function pipelineRoutes(
  instance: FastifyInstance,
  { engine, folder, layouts }: HttpServices,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  /** Problems in files of pipelines that the principal may see. Whose a file without a name is, nobody knows. */
  async function visibleProblems({ teams }: Principal): Promise<Problem[]> {
    const all = folder?.problems() ?? [];
    if (teams === undefined) return all;
    const own = (await engine.listPipelines({ teams })).map(({ team, name }) => `${team}/${name}`);
    const visible = new Set(own);
    return all.filter(({ team, pipeline }) => visible.has(`${team}/${pipeline}`));
  }

  api.get(
    '/pipelines',
    {
      schema: {
        summary: 'All pipelines with their latest executions',
        response: { 200: z.object({ items: z.array(pipelineOverviewSchema) }), ...problems },
      },
    },
    async (request) => {
      const { teams } = request.principal;
      const pipelines = await engine.listPipelines(teams === undefined ? {} : { teams });
      const reported = folder?.problems() ?? [];
      const overview = async (
        pipeline: (typeof pipelines)[number],
      ): Promise<z.infer<typeof pipelineOverviewSchema>> => {
        const { items: recent } = await engine.listExecutions({
          pipeline: pipeline.name,
          team: pipeline.team,
          limit: RECENT,
        });
        const own = reported.filter(
          (problem) => problem.pipeline === pipeline.name && problem.team === pipeline.team,
        );
        return { ...pipeline, recent, problems: own.length };
      };
      const items = [];
      for (let at = 0; at < pipelines.length; at += AT_A_TIME) {
        items.push(...(await Promise.all(pipelines.slice(at, at + AT_A_TIME).map(overview))));
      }
      return { items };
    },
  );

  api.get(
    '/pipelines/:name',
    {
      schema: {
        summary: 'One pipeline: its current version, or the one asked for',
        params: nameParams,
        querystring: versionQuery,
        response: { 200: pipelineDetailSchema, ...problems },
      },
    },
    async (request) =>
      await visiblePipeline(engine, request.principal, request.params.name, request.query.version),
  );

  api.get(
    '/pipelines/:name/graph',
    {
      schema: {
        summary: 'The state machine as a graph, laid out',
        params: nameParams,
        querystring: versionQuery,
        response: { 200: graphSchema, ...problems },
      },
    },
    async (request) => {
      const { name } = request.params;
      const pipeline = await visiblePipeline(
        engine,
        request.principal,
        name,
        request.query.version,
      );
      return await layouts.layout(pipeline.digest, pipeline.deployment.definition);
    },
  );

  api.get(
    '/problems',
    {
      schema: {
        summary: 'What is wrong in the pipeline files, as they are now',
        response: {
          200: z.object({ folder: z.string().optional(), items: z.array(problemReportSchema) }),
          ...problems,
        },
      },
    },
    async (request) =>
      folder === undefined
        ? { items: [] }
        : { folder: folder.folder, items: await visibleProblems(request.principal) },
  );

  api.post(
    '/reload',
    {
      schema: {
        summary: 'Read the pipeline files again now',
        response: { 200: z.object({ items: z.array(problemReportSchema) }), ...problems },
      },
    },
    async (request) => {
      await folder?.reload();
      return { items: await visibleProblems(request.principal) };
    },
  );
}
