/**
 * Addresses of AWS's console, made of place and id alone: nothing is asked for them.
 * @module
 */
import type { RemoteJob, RemoteLink } from '../remote-tasks.js';
import { placeText } from './looking.js';

/** The console's host of a region, by its partition. */
function consoleOf(region: string): string {
  if (region.startsWith('cn-')) return `https://${region}.console.amazonaws.cn`;
  if (region.startsWith('us-gov-')) return 'https://console.amazonaws-us-gov.com';
  return `https://${region}.console.aws.amazon.com`;
}

/**
 * Where people look at a job.
 * @param page of a service, what follows `?region=` or `#`
 * @example consoleLink(job, 'batch/home', `#jobs/detail/${job.id}`)
 */
export function consoleLink(job: RemoteJob, service: string, page: string): RemoteLink {
  const region = placeText(job, 'region');
  const url = `${consoleOf(region)}/${service}?region=${encodeURIComponent(region)}${page}`;
  return { name: 'Console', url };
}

/**
 * A log group, or one stream of it.
 * @example logsLink(job, '/aws/batch/job').url
 */
export function logsLink(job: RemoteJob, group: string, stream?: string): RemoteLink {
  const region = placeText(job, 'region');
  // The console takes its fragment with $ in place of %, encoded twice.
  const part = (text: string): string =>
    encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
  const events = stream === undefined ? '' : `/log-events/${part(stream)}`;
  const url = `${consoleOf(region)}/cloudwatch/home?region=${encodeURIComponent(region)}#logsV2:log-groups/log-group/${part(group)}${events}`;
  return { name: 'Logs', url };
}
