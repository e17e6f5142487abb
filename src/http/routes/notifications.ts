/**
 * Channels and deliveries.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  type Delivery,
  describeDelivery,
  listChannels,
  listDeliveries,
  retryDelivery,
  testChannel,
} from '../../api/notifications.js';
import type { JsonObject } from '../../api/values.js';
import type { DeliveryRow } from '../../engine/features/notifications/notification-tables.js';
import { ownTeam } from '../authorize.js';
import { defined } from '../defined.js';
import { numberIn } from '../number-in.js';
import type { HttpServices } from '../services.js';

export function notificationRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const { notifications } = engine;

  api.get(listChannels.path, { schema: listChannels.schema }, async (request) => ({
    items: (await notifications.channels(request.principal.scope)).map(
      ({ config, ...channel }) => ({ ...channel, config: config as JsonObject }),
    ),
  }));

  api.post(testChannel.path, { schema: testChannel.schema }, async (request) =>
    shown(await notifications.test(ownTeam(request.principal), request.params.name)),
  );

  api.get(listDeliveries.path, { schema: listDeliveries.schema }, async (request) => {
    const { scope } = request.principal;
    const { items, next } = await notifications.deliveries(scope, defined(request.query));
    return { items: items.map(shown), ...(next === undefined ? {} : { next }) };
  });

  api.get(describeDelivery.path, { schema: describeDelivery.schema }, async (request) =>
    shown(await notifications.describe(request.principal.scope, numberIn(request.params.number))),
  );

  api.post(retryDelivery.path, { schema: retryDelivery.schema }, async (request) =>
    shown(await notifications.retry(request.principal.scope, numberIn(request.params.number))),
  );
}

/** What acts by a click is for whom it was sent to, and for nobody who reads the log. */
function shown(row: DeliveryRow): Delivery {
  const { message, thread: _, kind: __, level: ___, queuedAt: ____, ...rest } = row;
  const { actions: _____, html: ______, ...told } = message;
  return {
    ...rest,
    message: { ...told, facts: [...told.facts], links: [...told.links] },
  };
}
