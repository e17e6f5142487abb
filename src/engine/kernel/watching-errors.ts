/**
 * Errors about what is watched and who is told: checks, expectations, monitors, incidents, channels.
 * @module
 */
import type { EngineErrorEntry } from './error-entry.js';

export type WatchingErrorKind =
  | 'InvalidCheck'
  | 'TooManyChecks'
  | 'ExpectationNotFound'
  | 'InvalidMonitor'
  | 'TooManyMonitors'
  | 'MonitorNotFound'
  | 'MonitorOfFile'
  | 'WatchedNotFound'
  | 'ChannelNotFound'
  | 'DeliveryNotFound'
  | 'DeliveryEnded'
  | 'AlertNotFound'
  | 'IncidentNotFound'
  | 'IncidentOver'
  | 'InvalidIncidentAct'
  | 'InvalidSilence'
  | 'LinkInvalid'
  | 'SilenceNotFound';

export const WATCHING_ERRORS: { readonly [kind in WatchingErrorKind]: Readonly<EngineErrorEntry> } =
  {
    InvalidCheck: {
      code: 'MILL3072',
      status: 400,
      message: 'The check is not accepted: {problem}.',
      fix: 'Send a name, a status (OK, WARNING, CRITICAL, UNKNOWN) and tags that are texts.',
    },
    TooManyChecks: {
      code: 'MILL3073',
      status: 409,
      message:
        'There are {most} series of checks already, so this one would be a new one too many.',
      fix: 'Use fewer names and fewer values of tags: each combination is a series of its own.',
    },
    ExpectationNotFound: {
      code: 'MILL3074',
      status: 404,
      message: "Nothing is expected of '{name}'.",
      fix: 'Ask `millrace expect` for all that is expected, or add `expect` to the pipeline file.',
    },
    InvalidMonitor: {
      code: 'MILL3091',
      status: 400,
      message: 'The monitor is not accepted: {problem}.',
      fix: 'See docs/guides/monitors.md for what a monitor may say.',
    },
    TooManyMonitors: {
      code: 'MILL3092',
      status: 409,
      message: 'The team has {most} monitors already.',
      fix: 'Let one monitor watch more: by tags, with one alert for each value of a tag (`groupBy`).',
    },
    MonitorNotFound: {
      code: 'MILL3093',
      status: 404,
      message: "There is no monitor '{name}'.",
      fix: 'List them with `millrace monitor`.',
    },
    MonitorOfFile: {
      code: 'MILL3094',
      status: 409,
      message: "Monitor '{name}' is declared in {file}.",
      fix: 'Change the file, or give this one another name.',
    },
    WatchedNotFound: {
      code: 'MILL3098',
      status: 404,
      message: "Nobody watches '{subject}'.",
      fix: "List what is watched with `millrace watch`, or add it to `watch` in the team's file.",
    },
    ChannelNotFound: {
      code: 'MILL3201',
      status: 404,
      message: "The team has no channel '{name}'.",
      fix: "List them with `millrace channel list`, or add it to the team's file.",
    },
    DeliveryNotFound: {
      code: 'MILL3202',
      status: 404,
      message: "There is no delivery '{number}'.",
      fix: 'List them with `millrace channel deliveries`.',
    },
    DeliveryEnded: {
      code: 'MILL3203',
      status: 409,
      message: "Delivery '{number}' is {status}: it was told.",
      fix: 'Only what was given up, or waits, is tried again.',
    },
    AlertNotFound: {
      code: 'MILL3095',
      status: 404,
      message: "There is no alert '{alert}'.",
      fix: 'List them with `millrace alerts --all`.',
    },
    IncidentNotFound: {
      code: 'MILL3150',
      status: 404,
      message: "There is no incident '{incident}'.",
      fix: 'List them with `millrace incident list --all`.',
    },
    IncidentOver: {
      code: 'MILL3151',
      status: 409,
      message: 'Incident {incident} is over: nothing can be done with it but to comment.',
      fix: 'If the trouble comes again it opens by itself.',
    },
    InvalidIncidentAct: {
      code: 'MILL3152',
      status: 400,
      message: 'That cannot be done with an incident: {problem}.',
      fix: 'Change that and send it again.',
    },
    InvalidSilence: {
      code: 'MILL3153',
      status: 400,
      message: 'That is no silence: {problem}.',
      fix: 'Change that, or take one away: `millrace incident silences`.',
    },
    LinkInvalid: {
      code: 'MILL3155',
      status: 404,
      message: 'This link does nothing: it was used, is too old, or was changed.',
      fix: 'Open the incident in the console, or use `millrace incident`.',
    },
    SilenceNotFound: {
      code: 'MILL3154',
      status: 404,
      message: "There is no silence '{silence}'.",
      fix: 'List them with `millrace incident silences`.',
    },
  };
