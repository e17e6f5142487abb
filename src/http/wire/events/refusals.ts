/**
 * What an engine's refusal is in the words of EventBridge.
 * @module
 */
import { EngineError } from '../../../engine/kernel/errors.js';
import type { Operation } from '../call.js';
import { WireError } from '../wire-error.js';
import { alreadyExists, invalid, notFound } from './names.js';

/** The operation, refused in AWS's words. */
export function worded(name: string, operation: Operation): Operation {
  const refuse = (error: unknown): never => {
    throw error instanceof EngineError ? wordsFor(error, name) : error;
  };
  return (call) => {
    try {
      const answer = operation(call);
      return answer instanceof Promise ? answer.catch(refuse) : answer;
    } catch (error) {
      return refuse(error);
    }
  };
}

/** @param operation some refusals say what was to be done */
function wordsFor(error: EngineError, operation: string): Error {
  const { details, message } = error;
  switch (error.kind) {
    case 'EventQuotaReached':
      return new WireError(
        'LimitExceededException',
        'The requested resource exceeds the maximum number allowed.',
      );
    case 'EventBusNotFound':
    case 'EventRuleNotFound':
    case 'EventArchiveNotFound':
    case 'EventReplayNotFound':
      return notFound(message);
    case 'EventBusExists':
    case 'EventArchiveExists':
    case 'EventReplayExists':
    case 'ConnectionExists':
    case 'ApiDestinationExists':
      return alreadyExists(message);
    case 'EventParameterRefused':
      return invalid(message);
    case 'EventPatternRefused':
      return new WireError(String(details.code), String(details.problem));
    case 'EventEntriesRefused':
    case 'EventScheduleRefused':
    case 'EventTargetInputRefused':
    case 'ConnectionRefused':
      return invalid(String(details.problem));
    case 'EventBusNameRefused':
      return invalid("Event bus name must not contain '/'.");
    case 'EventBusFixed':
      return invalid(`Cannot delete event bus ${details.bus}.`);
    case 'EventBusInUse':
      return invalid(`Event bus ${details.bus} can't be deleted since it has rules.`);
    case 'EventBusPolicyTooLong':
      return new WireError(
        'PolicyLengthExceededException',
        `The event bus policy is too long: at most ${details.limit} bytes.`,
      );
    case 'EventBusStatementNotFound':
      return notFound('Statement with the provided id does not exist.');
    case 'EventRuleEmpty':
      return invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    case 'EventRuleClockElsewhere':
      return invalid('ScheduleExpression is supported only on the default event bus.');
    case 'EventRuleInUse':
      return invalid("Rule can't be deleted since it has targets.");
    case 'EventTagsRefused':
      return invalid(`A resource has at most ${details.limit} tags.`);
    case 'EventReplayOver':
      return new WireError(
        'IllegalStatusException',
        `Replay ${details.replay} is not in a valid state for this operation.`,
      );
    case 'ConnectionNotFound': {
      // An API destination names its connection by the ARN.
      const act = actOf(operation, 'Connection');
      const failed = act === undefined ? '' : `Failed to ${act} the connection(s). `;
      return notFound(`${failed}Connection '${details.connection}' does not exist.`);
    }
    case 'ApiDestinationNotFound': {
      const act = actOf(operation, 'ApiDestination');
      const failed = act === undefined ? '' : `Failed to ${act} the api-destination(s). `;
      return notFound(`${failed}An api-destination '${details.destination}' does not exist.`);
    }
    default:
      return error;
  }
}

/** @example actOf('UpdateConnection', 'Connection') // 'update' */
function actOf(operation: string, what: string): string | undefined {
  const [, act] = new RegExp(`^([A-Z][a-z]+)${what}$`).exec(operation) ?? [];
  return act?.toLowerCase();
}
