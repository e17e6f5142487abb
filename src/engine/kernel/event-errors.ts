/**
 * The part of the catalogue of errors that is about EventBridge's resources. `http/wire/events/refusals.ts` words them for
 * clients of its API.
 * @module
 */
import type { EngineErrorEntry } from './error-entry.js';

export type EventErrorKind =
  | 'EventEntriesRefused'
  | 'EventParameterRefused'
  | 'EventQuotaReached'
  | 'EventTagsRefused'
  | 'EventBusNotFound'
  | 'EventBusExists'
  | 'EventBusNameRefused'
  | 'EventBusFixed'
  | 'EventBusInUse'
  | 'EventBusPolicyTooLong'
  | 'EventBusStatementNotFound'
  | 'EventRuleNotFound'
  | 'EventRuleEmpty'
  | 'EventRuleClockElsewhere'
  | 'EventRuleInUse'
  | 'EventPatternRefused'
  | 'EventScheduleRefused'
  | 'EventTargetInputRefused'
  | 'EventArchiveNotFound'
  | 'EventArchiveExists'
  | 'EventReplayNotFound'
  | 'EventReplayExists'
  | 'EventReplayOver'
  | 'ConnectionNotFound'
  | 'ConnectionExists'
  | 'ConnectionRefused'
  | 'ApiDestinationNotFound'
  | 'ApiDestinationExists';

export const EVENT_ERRORS: { readonly [kind in EventErrorKind]: Readonly<EngineErrorEntry> } = {
  EventEntriesRefused: {
    code: 'MILL3100',
    status: 400,
    message: 'The events are not accepted: {problem}',
    fix: 'Send 1 to 10 entries of at most 256 KiB together.',
  },
  EventParameterRefused: {
    code: 'MILL3101',
    status: 400,
    message: 'Parameter {parameter} is not valid. Reason: {problem}',
    fix: 'Correct the parameter and send the request again.',
  },
  EventQuotaReached: {
    code: 'MILL3102',
    status: 402,
    message: 'There are {limit} {what} already, and no more are allowed.',
    fix: 'Delete those that are not needed any longer.',
  },
  EventTagsRefused: {
    code: 'MILL3103',
    status: 400,
    message: 'A bus or rule has at most {limit} tags.',
    fix: 'Remove those that are not needed any longer.',
  },
  EventBusNotFound: {
    code: 'MILL3104',
    status: 404,
    message: 'Event bus {bus} does not exist.',
    fix: 'List the buses, or create this one.',
  },
  EventBusExists: {
    code: 'MILL3105',
    status: 409,
    message: 'Event bus {bus} already exists.',
    fix: 'Update it, or choose another name.',
  },
  EventBusNameRefused: {
    code: 'MILL3106',
    status: 400,
    message: "'{bus}' cannot be the name of an event bus: it has a slash.",
    fix: 'Choose a name without a slash.',
  },
  EventBusFixed: {
    code: 'MILL3107',
    status: 400,
    message: 'Event bus {bus} cannot be deleted.',
    fix: 'Every team has this bus, and it stays as it is.',
  },
  EventBusInUse: {
    code: 'MILL3108',
    status: 409,
    message: 'Event bus {bus} has rules.',
    fix: 'Delete its rules first.',
  },
  EventBusPolicyTooLong: {
    code: 'MILL3109',
    status: 400,
    message: 'The policy of an event bus has at most {limit} bytes.',
    fix: 'Remove statements that are not needed any longer.',
  },
  EventBusStatementNotFound: {
    code: 'MILL3110',
    status: 404,
    message: 'The policy has no statement of this id.',
    fix: 'Read the policy of the bus.',
  },
  EventRuleNotFound: {
    code: 'MILL3111',
    status: 404,
    message: 'Rule {rule} does not exist on EventBus {bus}.',
    fix: 'List the rules of the bus, or create this one.',
  },
  EventRuleEmpty: {
    code: 'MILL3112',
    status: 400,
    message: 'A rule needs a pattern or a schedule.',
    fix: 'Say what it is to match, or when.',
  },
  EventRuleClockElsewhere: {
    code: 'MILL3113',
    status: 400,
    message: 'Only a rule of the default bus has a schedule, and this one is of {bus}.',
    fix: 'Put the rule on the default bus.',
  },
  EventRuleInUse: {
    code: 'MILL3114',
    status: 409,
    message: 'Rule {rule} has targets.',
    fix: 'Remove its targets first.',
  },
  EventPatternRefused: {
    code: 'MILL3115',
    status: 400,
    message: '{problem}',
    fix: 'Correct the pattern.',
  },
  EventScheduleRefused: {
    code: 'MILL3116',
    status: 400,
    message: '{problem}',
    fix: 'Write it as cron(…) or rate(…).',
  },
  EventTargetInputRefused: {
    code: 'MILL3117',
    status: 400,
    message: '{problem}',
    fix: 'Correct the input of the target.',
  },
  EventArchiveNotFound: {
    code: 'MILL3118',
    status: 404,
    message: 'Archive {archive} does not exist.',
    fix: 'List the archives, or create this one.',
  },
  EventArchiveExists: {
    code: 'MILL3119',
    status: 409,
    message: 'Archive {archive} already exists.',
    fix: 'Update it, or choose another name.',
  },
  EventReplayNotFound: {
    code: 'MILL3120',
    status: 404,
    message: 'Replay {replay} does not exist.',
    fix: 'List the replays.',
  },
  EventReplayExists: {
    code: 'MILL3121',
    status: 409,
    message: 'Replay {replay} already exists.',
    fix: 'Choose another name.',
  },
  EventReplayOver: {
    code: 'MILL3122',
    status: 409,
    message: 'Replay {replay} is neither beginning nor running.',
    fix: 'Start another one.',
  },
  ConnectionNotFound: {
    code: 'MILL3123',
    status: 404,
    message: "Connection '{connection}' does not exist.",
    fix: 'List the connections, or create this one.',
  },
  ConnectionExists: {
    code: 'MILL3124',
    status: 409,
    message: 'Connection {connection} already exists.',
    fix: 'Update it, or choose another name.',
  },
  ConnectionRefused: {
    code: 'MILL3125',
    status: 400,
    message: '{problem}',
    fix: 'Give what its type of authorization needs, and nothing else.',
  },
  ApiDestinationNotFound: {
    code: 'MILL3126',
    status: 404,
    message: "An api-destination '{destination}' does not exist.",
    fix: 'List the API destinations, or create this one.',
  },
  ApiDestinationExists: {
    code: 'MILL3127',
    status: 409,
    message: "An api-destination '{destination}' already exists.",
    fix: 'Update it, or choose another name.',
  },
};
