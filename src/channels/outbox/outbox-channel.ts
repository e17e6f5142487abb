/**
 * The outbox: keeps what would have been sent. Every team has it; where nothing else is configured, all goes there.
 * @module
 */
import { z } from 'zod';
import type { Channel, ConfigSchema } from '../channel.js';

type OutboxConfig = Record<string, never>;

const config: ConfigSchema<OutboxConfig> = z.strictObject({});

export const OUTBOX: Channel<OutboxConfig> = {
  type: 'outbox',
  description: 'keeps messages here, for everybody of the team to read',
  config,
  secrets: [],
  perSecond: 1_000,
  storms: 'one by one',
  addresses: { pattern: /^.{1,200}$/, like: 'anything' },
  send: async () => ({ type: 'delivered', words: 'kept in the outbox' }),
};
