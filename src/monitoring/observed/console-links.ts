/**
 * Where a run is shown in AWS's own console.
 * @module
 */
import type { SeenRun } from './observed-run.js';

export interface Place {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
}

/**
 * The address of a run, or of its thing where a run has none; undefined when its kind has no page that is known.
 * @example consoleLink({ account, region: 'eu-central-1' }, { kind: 'glue-job', name: 'load', id: 'jr_1' })
 */
export function consoleLink(
  { region }: Pick<Place, 'region'>,
  { kind, name, id }: Pick<SeenRun, 'kind' | 'name' | 'id'>,
): string | undefined {
  const page = (service: string, rest: string): string =>
    `https://${region}.${domainOf(region)}/${service}/home?region=${region}#${rest}`;
  const named = encodeURIComponent(name);
  const run = encodeURIComponent(id);
  switch (kind) {
    case 'glue-job':
      return page('gluestudio', `/job/${named}/run/${run}`);
    case 'glue-workflow':
      return page('glue', `/v2/etl-configuration/workflows/view/${named}`);
    case 'glue-crawler':
      return page('glue', `/v2/data-catalog/crawlers/view/${named}`);
    case 'glue-catalog':
      return page('glue', `/v2/data-catalog/databases/view/${named}`);
    case 'glue-data-quality':
      return page('glue', `/v2/data-quality/rulesets/view/${named}`);
    case 'state-machine':
      return page('states', `/v2/executions/details/${run}`);
    case 'lambda-function':
      return page('lambda', `/functions/${named}?tab=monitoring`);
    case 'emr-cluster':
      return page('emr', `/clusterDetails/${encodeURIComponent(id.split('/')[0] ?? id)}`);
    case 'emr-serverless-application':
      return page('emr', `/serverless`);
    case 'batch-queue':
      return page('batch', `jobs/detail/${run}`);
    case 'athena-workgroup':
      return page('athena', `/query-editor/history/${run}`);
    default:
      return undefined;
  }
}

/** https://docs.aws.amazon.com/general/latest/gr/awsservices.html: each partition has a console of its own. */
function domainOf(region: string): string {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  return region.startsWith('us-gov-') ? 'console.amazonaws-us-gov.com' : 'console.aws.amazon.com';
}
