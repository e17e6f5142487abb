/**
 * All optimized integrations, by service and action as resources write them.
 * @module
 */
import type { Integration } from './integration.js';
import { ATHENA } from './services/athena.js';
import { BATCH } from './services/batch.js';
import { BEDROCK } from './services/bedrock.js';
import { CODEBUILD } from './services/codebuild.js';
import { DYNAMODB } from './services/dynamodb.js';
import { ECS } from './services/ecs.js';
import { EMR } from './services/emr.js';
import { EMR_CONTAINERS } from './services/emr-containers.js';
import { EMR_SERVERLESS } from './services/emr-serverless.js';
import { GLUE } from './services/glue.js';
import { LAMBDA } from './services/lambda.js';
import { MESSAGES } from './services/messages.js';
import { SAGEMAKER } from './services/sagemaker.js';
import { STEP_FUNCTIONS } from './services/step-functions.js';

/** In the order of the documentation. */
export const INTEGRATIONS: readonly Integration[] = [
  ...LAMBDA,
  ...BATCH,
  ...DYNAMODB,
  ...GLUE,
  ...ATHENA,
  ...MESSAGES,
  ...ECS,
  ...EMR,
  ...EMR_CONTAINERS,
  ...EMR_SERVERLESS,
  ...SAGEMAKER,
  ...CODEBUILD,
  ...BEDROCK,
  ...STEP_FUNCTIONS,
];

const byResource = new Map(INTEGRATIONS.map((one) => [one.resource, one]));
const services = new Set(INTEGRATIONS.map(({ resource }) => resource.split(':')[0]));

/** @example findIntegration('batch', 'submitJob')?.forms // ['requestResponse', 'sync', 'waitForTaskToken'] */
export function findIntegration(service: string, action: string): Integration | undefined {
  return byResource.get(`${service}:${action}`);
}

/** Whether there are integrations of this service at all. */
export function isOptimized(service: string): boolean {
  return services.has(service);
}

/** Actions of an optimized service. */
export function actionsOf(service: string): readonly string[] {
  return INTEGRATIONS.map(({ resource }) => resource.split(':'))
    .filter(([one]) => one === service)
    .map(([, action = '']) => action);
}
