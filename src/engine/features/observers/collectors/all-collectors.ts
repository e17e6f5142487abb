/**
 * Who looks at which kind.
 * @module
 */
import type { ObservedKind } from '../../../../monitoring/observed/observed-run.js';
import { ATHENA_WORKGROUPS } from './athena-collector.js';
import { BATCH_QUEUES } from './batch-collector.js';
import { GLUE_CATALOGS, GLUE_DATA_QUALITY } from './catalog-collectors.js';
import type { Collector } from './collector.js';
import { EMR_CLUSTERS, EMR_SERVERLESS } from './emr-collectors.js';
import { GLUE_CRAWLERS, GLUE_JOBS, GLUE_WORKFLOWS } from './glue-collectors.js';
import { LAMBDA_FUNCTIONS } from './lambda-collector.js';
import { STATE_MACHINES } from './step-functions-collector.js';

export const COLLECTORS: { readonly [kind in ObservedKind]: Collector } = {
  'glue-job': GLUE_JOBS,
  'glue-workflow': GLUE_WORKFLOWS,
  'glue-crawler': GLUE_CRAWLERS,
  'glue-catalog': GLUE_CATALOGS,
  'glue-data-quality': GLUE_DATA_QUALITY,
  'state-machine': STATE_MACHINES,
  'lambda-function': LAMBDA_FUNCTIONS,
  'emr-cluster': EMR_CLUSTERS,
  'emr-serverless-application': EMR_SERVERLESS,
  'batch-queue': BATCH_QUEUES,
  'athena-workgroup': ATHENA_WORKGROUPS,
};
