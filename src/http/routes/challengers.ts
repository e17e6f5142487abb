/**
 * Challengers. A candidate is a pipeline file, which says what programs run on this machine: whoever tries or promotes one must be able to
 * deploy one, so administers the server.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  listChallenges,
  promoteChallenger,
  showChallenge,
  startChallenge,
  stopChallenge,
} from '../../api/challengers.js';
import type {
  Challenge,
  ChallengeDetail,
} from '../../engine/features/challengers/challenger-calls.js';
import type { Principal } from '../authorize.js';
import { defined } from '../defined.js';
import { numberIn } from '../number-in.js';
import type { HttpServices } from '../services.js';
import { readTestRun } from '../test-run-request.js';

export function challengerRoutes(instance: FastifyInstance, services: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const { challengers } = services.engine;

  api.post(startChallenge.path, { schema: startChallenge.schema }, async (request, reply) => {
    const { name: pipeline } = request.params;
    const { text, ...asked } = defined(request.body);
    const { principal } = request;
    const candidate = { text };
    const { candidate: number = 0 } = await readTestRun(services, principal, {
      pipeline,
      candidate,
    });
    const by = nameOf(principal);
    const started = await challengers.start(principal.scope, {
      ...{ pipeline, candidate: number, text, by },
      ...asked,
    });
    return await reply.code(201).send(shown(started));
  });

  api.get(listChallenges.path, { schema: listChallenges.schema }, async (request) => {
    const { items, ...rest } = await challengers.list(
      request.principal.scope,
      defined(request.query),
    );
    return { items: items.map(shown), ...rest };
  });

  api.get(showChallenge.path, { schema: showChallenge.schema }, async (request) =>
    detail(await challengers.show(request.principal.scope, numberIn(request.params.number))),
  );

  api.post(promoteChallenger.path, { schema: promoteChallenger.schema }, async (request, reply) => {
    const { scope } = request.principal;
    const { number } = request.params;
    const promoted = await challengers.promote(scope, numberIn(number), nameOf(request.principal));
    return await reply.code(202).send(shown(promoted));
  });

  api.post(stopChallenge.path, { schema: stopChallenge.schema }, async (request) => {
    const { scope } = request.principal;
    return shown(
      await challengers.stop(scope, numberIn(request.params.number), nameOf(request.principal)),
    );
  });
}

function nameOf({ label }: Principal): string {
  return label;
}

function shown<Row extends Challenge>({ rules, ...row }: Row) {
  return { ...row, rules: [...rules] };
}

function detail({ comparisons, ...row }: ChallengeDetail) {
  return { ...shown(row), comparisons: [...comparisons] };
}
