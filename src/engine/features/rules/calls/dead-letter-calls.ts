/**
 * `engine.deadLetters`: what could not be delivered.
 * @module
 */
import { type Scope, teamsIn } from '../../../kernel/scope.js';
import type { DeadLetterQuery } from '../deliveries.js';
import type { DeliveryRecord } from '../delivery-table.js';
import type { EventRules } from '../event-rules.js';

export interface DeadLetterCalls {
  /** The newest first. */
  list(scope: Scope, query: Omit<DeadLetterQuery, 'teams'>): Promise<DeliveryRecord[]>;
}

export function deadLetterCalls({ deadLetters }: Pick<EventRules, 'deadLetters'>): DeadLetterCalls {
  return {
    async list(scope, query) {
      const teams = teamsIn(scope);
      return deadLetters.listDead({ ...query, ...(teams === undefined ? {} : { teams }) });
    },
  };
}
