/**
 * `cluster`: a cluster of EMR for each execution of the pipeline. It is made before the first step, the steps `emr` that name no
 * other share it, and it is freed when the execution has ended, whatever way.
 *
 *     cluster: { release: emr-7.5.0, instances: { type: m5.xlarge, count: 3 } }
 *
 * @module
 */
import { z } from 'zod';
import type { Json, JsonObject } from '../../asl/json.js';
import { type Section, whenShaped } from './section.js';

/** Name of the state that makes it. */
export const CLUSTER_STATE = 'cluster';
/** Variable of the state machine that holds its id, in every state after it. */
export const CLUSTER_VARIABLE = 'clusterId';
/** What makes it. */
export const CREATE_CLUSTER = 'elasticmapreduce:createCluster';

export interface WrittenCluster {
  name?: string | undefined;
  release: string;
  instances: { type: string; count: number };
  applications?: string[] | undefined;
  logs?: string | undefined;
  role?: string | undefined;
  serviceRole?: string | undefined;
  timeout?: number | undefined;
  more?: { [parameter: string]: Json } | undefined;
}

const text = z.string().min(1);

const schema: z.ZodType<WrittenCluster> = z
  .strictObject({
    name: text.optional().meta({ description: "Its name; the pipeline's when absent" }),
    release: z
      .string()
      .regex(/^emr-\d+\.\d+\.\d+$/, 'expected a release such as emr-7.5.0')
      .meta({ description: 'Release of EMR' }),
    instances: z
      .strictObject({
        type: text.meta({ description: 'Type of all instances: m5.xlarge' }),
        count: z.int().min(1).max(1_000).meta({ description: 'One is the primary node' }),
      })
      .meta({ description: 'What it consists of' }),
    applications: z.array(text).min(1).optional().meta({ description: '[Spark] when absent' }),
    logs: z
      .string()
      .regex(/^s3:\/\//, 'expected s3://bucket/prefix/')
      .optional()
      .meta({ description: 'Where it writes its logs' }),
    role: text
      .optional()
      .meta({ description: 'Instance profile; EMR_EC2_DefaultRole when absent' }),
    serviceRole: text.optional().meta({ description: 'Role; EMR_DefaultRole when absent' }),
    timeout: z
      .int()
      .min(60)
      .optional()
      .meta({ description: 'Seconds in which it must be there; 3600 when absent' }),
    more: z
      .record(z.string(), z.json())
      .optional()
      .meta({ description: "Further parameters of EMR's RunJobFlow, in its spelling" }),
  })
  .meta({ description: 'A cluster of EMR for each execution, freed at its end' });

export const CLUSTER: Section<WrittenCluster> & { schema: z.ZodType<WrittenCluster> } = {
  path: ['cluster'],
  schema,
  parse: (json) => whenShaped(schema, json, (written) => written),
};

/** The state that makes the cluster. @param next the first state that may use it */
export function clusterState(pipeline: string, written: WrittenCluster, next: string): JsonObject {
  const { instances, release, more = {}, timeout = 3_600 } = written;
  const parameters: JsonObject = {
    Name: written.name ?? pipeline,
    ReleaseLabel: release,
    Applications: (written.applications ?? ['Spark']).map((Name) => ({ Name })),
    ServiceRole: written.serviceRole ?? 'EMR_DefaultRole',
    JobFlowRole: written.role ?? 'EMR_EC2_DefaultRole',
    ...(written.logs === undefined ? {} : { LogUri: written.logs }),
    VisibleToAllUsers: true,
    ...more,
    Instances: {
      MasterInstanceType: instances.type,
      SlaveInstanceType: instances.type,
      InstanceCount: instances.count,
      ...(typeof more.Instances === 'object' ? (more.Instances as JsonObject) : {}),
      // It waits for its steps, and is freed by whoever made it.
      KeepJobFlowAliveWhenNoSteps: true,
      TerminationProtected: false,
    },
  };
  return {
    Type: 'Task',
    Resource: `arn:aws:states:::${CREATE_CLUSTER}.sync`,
    Parameters: parameters,
    TimeoutSeconds: timeout,
    Assign: { [`${CLUSTER_VARIABLE}.$`]: '$.ClusterId' },
    ResultPath: null,
    Next: next,
  };
}
