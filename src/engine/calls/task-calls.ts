/**
 * `engine.tasks`: outcomes of tasks that wait for their token. A token that the scope does not see is unknown.
 * @module
 */
import type { Json } from '../../asl/json.js';
import type { DurableRequest } from '../kernel/durable-request.js';
import type { Kernel } from '../kernel/kernel.js';
import { checkPayload } from '../kernel/payload.js';
import { type Scope, teamsIn } from '../kernel/scope.js';

/** All of them throw TaskTokenUnknown. */
export interface TaskCalls {
  succeed(scope: Scope, token: string, output: Json): Promise<void>;
  fail(scope: Scope, token: string, failure: { error?: string; cause?: string }): Promise<void>;
  heartbeat(scope: Scope, token: string): Promise<void>;
}

export function taskCalls(
  { attempts }: Pick<Kernel, 'attempts'>,
  request: DurableRequest,
): TaskCalls {
  return {
    async succeed(scope, token, output) {
      checkPayload(output, 'output');
      const event = { type: 'TaskSucceeded', output } as const;
      await request<void>((settle) => attempts.tokenInput(token, teamsIn(scope), event, settle));
    },
    async fail(scope, token, failure) {
      checkPayload(failure, 'failure');
      const event = { type: 'TaskFailed', ...failure } as const;
      await request<void>((settle) => attempts.tokenInput(token, teamsIn(scope), event, settle));
    },
    async heartbeat(scope, token) {
      const event = { type: 'TaskHeartbeat' } as const;
      await request<void>((settle) => attempts.tokenInput(token, teamsIn(scope), event, settle));
    },
  };
}
