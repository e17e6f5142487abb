/**
 * Incidents, silences and who is on call.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Incident as ShownIncident, Silence } from '../../api/incidents.js';
import {
  actOnIncident,
  describeIncident,
  describeIncidentMeans,
  endSilence,
  listIncidents,
  listOnCall,
  listSilences,
  makeSilence,
} from '../../api/incidents.js';
import type { Engine } from '../../engine/engine.js';
import { readTag } from '../../monitoring/tags.js';
import { ownTeam } from '../authorize.js';
import { defined } from '../defined.js';
import { numberIn } from '../number-in.js';
import type { HttpServices } from '../services.js';

type Described = Awaited<ReturnType<Engine['incidents']['describe']>>;
type Kept = Awaited<ReturnType<Engine['incidents']['silences']>>[number];

export function incidentRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listIncidents.path, { schema: listIncidents.schema }, async (request) => {
    const { tag, folded, ...filter } = request.query;
    const { items, ...page } = await engine.incidents.list(request.principal.scope, {
      ...defined(filter),
      tags: tag === undefined ? [] : [tag].flat().map(readTag),
      folded: folded === 'true',
    });
    return { items: items.map(shown), ...page };
  });

  api.get(describeIncident.path, { schema: describeIncident.schema }, async (request) => {
    const number = numberIn(request.params.number);
    const one = await engine.incidents.describe(request.principal.scope, number);
    return {
      ...shown(one),
      changes: one.changes.map(
        ({ number: nth, type, at, words, actor, execution, other, ends }) => ({
          ...{ number: nth, type, at, words },
          ...defined({ by: actor, execution, other, until: ends }),
        }),
      ),
      effects: one.effects.map(shown),
      ...defined({ causedBy: one.causedBy && { ...one.causedBy } }),
      alike: one.alike.map((alike) => ({ ...alike })),
      people: [...one.people],
      log: one.log.map((line) => ({ ...line })),
    };
  });

  api.post(actOnIncident.path, { schema: actOnIncident.schema }, async (request) => {
    const { scope, label } = request.principal;
    const number = numberIn(request.params.number);
    return shown(await engine.incidents.act(scope, number, request.body, label));
  });

  api.get(describeIncidentMeans.path, { schema: describeIncidentMeans.schema }, async (request) => {
    const items = await engine.incidents.means(request.principal.scope, request.query.days);
    return { items: items.map((one) => ({ ...one, days: [...one.days] })) };
  });

  api.get(listSilences.path, { schema: listSilences.schema }, async (request) => ({
    items: (await engine.incidents.silences(request.principal.scope)).map(shownSilence),
  }));

  api.post(makeSilence.path, { schema: makeSilence.schema }, async (request, reply) => {
    const silence = { ...request.body, actor: request.principal.label };
    const made = await engine.incidents.silence(ownTeam(request.principal), silence);
    return reply.code(201).send(shownSilence(made));
  });

  api.delete(endSilence.path, { schema: endSilence.schema }, async (request) => {
    await engine.incidents.endSilence(request.principal.scope, numberIn(request.params.number));
    return { ended: true } as const;
  });

  api.get(listOnCall.path, { schema: listOnCall.schema }, async (request) => {
    const items = engine.incidents.onCall(request.principal.scope, request.query.days);
    return {
      items: items.map(({ shifts, ...one }) => ({
        ...one,
        shifts: shifts.map(({ from, until, person }) => ({ from, until, ...defined({ person }) })),
      })),
    };
  });
}

function shownSilence({
  number,
  team,
  tags,
  pipeline,
  begins,
  ends,
  actor,
  reason,
}: Kept): Silence {
  return {
    ...{ number, team, tags: { ...tags }, from: begins, until: ends, by: actor, reason },
    ...defined({ pipeline }),
  };
}

/** Without what only the engine needs. */
function shown(
  one: Omit<Described, 'changes' | 'effects' | 'alike' | 'people' | 'log'>,
): ShownIncident {
  const { number, team, title, subject, thing, tags, status, level, last, openedAt, since } = one;
  const { ownerBecause, folded, reopened, repeats, problems } = one;
  const { pipeline, acknowledgedAt, acknowledgedBy, resolvedAt, solved, owner, cause } = one;
  const { snoozedUntil, mutedUntil } = one;
  return {
    ...{ number, team, title, subject: { ...subject }, thing, tags: { ...tags }, status, level },
    ...{ last: { ...last }, openedAt, since, ownerBecause, folded, reopened, repeats },
    problems: Object.fromEntries(
      Object.entries(problems).map(([name, problem]) => [name, { ...problem }]),
    ),
    ...defined({ pipeline, acknowledgedAt, acknowledgedBy, resolvedAt, solved, owner, cause }),
    ...defined({ snoozedUntil, mutedUntil }),
  };
}
