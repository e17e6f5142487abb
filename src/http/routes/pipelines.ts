/**
 * Pipelines: what is deployed, how its graph looks, and what is wrong in the files.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  describePipeline,
  drawPipeline,
  listPipelines,
  listProblems,
  type Pipeline,
  type PipelineOverview,
  reloadFiles,
} from '../../api/pipelines.js';
import { EVERYTHING, ofTeam } from '../../engine/kernel/scope.js';
import type { Problem } from '../../pipelines/problem.js';
import type { Principal } from '../authorize.js';
import type { HttpServices } from '../services.js';

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
  async function visibleProblems({ scope }: Principal): Promise<Problem[]> {
    const all = folder?.problems() ?? [];
    if (scope === EVERYTHING) return all;
    const own = (await engine.pipelines.list(scope)).map(({ team, name }) => `${team}/${name}`);
    const visible = new Set(own);
    return all.filter(({ team, pipeline }) => visible.has(`${team}/${pipeline}`));
  }

  api.get(listPipelines.path, { schema: listPipelines.schema }, async (request) => {
    const pipelines = await engine.pipelines.list(request.principal.scope);
    const reported = folder?.problems() ?? [];
    const overview = async (pipeline: Pipeline): Promise<PipelineOverview> => {
      const { items: recent } = await engine.executions.list(ofTeam(pipeline.team), {
        pipeline: pipeline.name,
        testRuns: 'without',
        limit: RECENT,
      });
      const own = reported.filter(
        (problem) => problem.pipeline === pipeline.name && problem.team === pipeline.team,
      );
      return { ...pipeline, recent, problems: own.length };
    };
    const items: PipelineOverview[] = [];
    for (let at = 0; at < pipelines.length; at += AT_A_TIME) {
      items.push(...(await Promise.all(pipelines.slice(at, at + AT_A_TIME).map(overview))));
    }
    return { items };
  });

  api.get(describePipeline.path, { schema: describePipeline.schema }, async (request) => {
    const { scope } = request.principal;
    return await engine.pipelines.describe(scope, request.params.name, request.query.version);
  });

  api.get(drawPipeline.path, { schema: drawPipeline.schema }, async (request) => {
    const { scope } = request.principal;
    const pipeline = await engine.pipelines.describe(
      scope,
      request.params.name,
      request.query.version,
    );
    return await layouts.layout(pipeline.digest, pipeline.deployment.definition);
  });

  api.get(listProblems.path, { schema: listProblems.schema }, async (request) =>
    folder === undefined
      ? { items: [] }
      : { folder: folder.folder, items: await visibleProblems(request.principal) },
  );

  api.post(reloadFiles.path, { schema: reloadFiles.schema }, async (request) => {
    await folder?.reload();
    return { items: await visibleProblems(request.principal) };
  });
}
