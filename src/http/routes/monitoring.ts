/**
 * What is watched: checks, expectations, boards, the whole system at a glance.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { listChecks, reportCheck, showBoard } from '../../api/checks.js';
import { listCosts } from '../../api/costs.js';
import {
  explainExpectations,
  listExpectationChanges,
  listExpectations,
} from '../../api/expectations.js';
import { listOutlooks, showOutlook } from '../../api/outlooks.js';
import { showOverview } from '../../api/overview.js';
import { teamOf } from '../../engine/kernel/scope.js';
import { readTag, type WantedTag } from '../../monitoring/tags.js';
import { ownTeam } from '../authorize.js';
import { defined } from '../defined.js';
import { checkOf } from '../reported-check.js';
import type { HttpServices } from '../services.js';

export function monitoringRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(reportCheck.path, { schema: reportCheck.schema }, async (request, reply) => {
    const team = ownTeam(request.principal);
    const check = checkOf(engine, teamOf(team), request.body);
    return reply.code(201).send(await engine.checks.report(team, check));
  });

  api.get(listChecks.path, { schema: listChecks.schema }, async (request) => {
    const { tag, status, ...filter } = request.query;
    return await engine.checks.list(request.principal.scope, {
      ...defined(filter),
      tags: tagsOf(tag),
      ...(status === undefined ? {} : { status: [status] }),
    });
  });

  api.get(showBoard.path, { schema: showBoard.schema }, async (request) => {
    const { by, tag, group, items } = request.query;
    const only = { items, ...(group === undefined ? {} : { group }) };
    return { items: engine.overview.board(request.principal.scope, by, tagsOf(tag), only) };
  });

  api.get(listExpectations.path, { schema: listExpectations.schema }, async (request) => {
    const { tag, state, ...filter } = request.query;
    return engine.expectations.list(request.principal.scope, {
      ...defined(filter),
      tags: tagsOf(tag),
      ...(state === undefined ? {} : { state: [state] }),
    });
  });

  api.get(
    listExpectationChanges.path,
    { schema: listExpectationChanges.schema },
    async (request) => {
      const { state, ...page } = request.query;
      return await engine.expectations.changes(request.principal.scope, {
        ...defined(page),
        ...(state === undefined ? {} : { state: [state] }),
      });
    },
  );

  api.get(explainExpectations.path, { schema: explainExpectations.schema }, async (request) => ({
    items: await engine.expectations.explain(request.principal.scope, request.query.name),
  }));

  api.get(listOutlooks.path, { schema: listOutlooks.schema }, async (request) => ({
    items: engine.outlooks.foreseen(request.principal.scope),
  }));

  api.get(showOutlook.path, { schema: showOutlook.schema }, async (request) => ({
    items: await engine.outlooks.of(request.principal.scope, request.params.name),
  }));

  api.get(listCosts.path, { schema: listCosts.schema }, async (request) => {
    const { from, to, ...query } = request.query;
    return {
      items: await engine.costs.list(request.principal.scope, {
        ...defined(query),
        ...(from === undefined ? {} : { from: Date.parse(from) }),
        ...(to === undefined ? {} : { to: Date.parse(to) }),
      }),
    };
  });

  api.get(showOverview.path, { schema: showOverview.schema }, async (request) => {
    return await engine.overview.show(request.principal.scope, tagsOf(request.query.tag));
  });
}

function tagsOf(tag: string | string[] | undefined): WantedTag[] {
  return tag === undefined ? [] : [tag].flat().map(readTag);
}
