/**
 * `cluster`: a cluster of EMR for each execution of the pipeline. It is made before the first step, the steps `emr` that name no
 * other share it, and it is freed when the execution has ended, whatever way. Or one of a pool, which the execution takes before
 * its first step and gives back when it has ended.
 *
 *     cluster: { release: emr-7.5.0, instances: { type: m5.xlarge, count: 3 } }
 *     cluster: { pool: etl }
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
/** What takes one of a pool. */
export const TAKE_CLUSTER = 'millrace:clusters:take';
/** Seconds for which an execution waits for one of a pool, unless its file says otherwise. */
const WAITS_FOR_POOL = 86_400;

/** What a cluster consists of: of an execution, or of a pool. */
export interface WrittenTemplate {
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

/** One of a pool of the pipeline's team, as the team's file declares it. */
export interface PooledCluster {
  pool: string;
  /** Seconds for which an execution waits for it. */
  timeout?: number | undefined;
}

export type WrittenCluster = WrittenTemplate | PooledCluster;

const text = z.string().min(1);

/** What a pool of clusters may be called. */
export const poolName: z.ZodType<string> = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    "a pool's name consists of up to 80 letters, digits and . _ -",
  );

/** Fields of a template. */
export const TEMPLATE_SHAPE: {
  [Field in keyof WrittenTemplate]-?: z.ZodType<WrittenTemplate[Field]>;
} = {
  name: text.optional().meta({ description: "Its name; the pipeline's or pool's when absent" }),
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
  role: text.optional().meta({ description: 'Instance profile; EMR_EC2_DefaultRole when absent' }),
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
};

const pooled: z.ZodType<PooledCluster> = z.strictObject({
  pool: poolName.meta({ description: "A pool of clusters that the team's file declares" }),
  timeout: z
    .int()
    .min(60)
    .optional()
    .meta({ description: `Seconds for which it is waited for; ${WAITS_FOR_POOL} when absent` }),
});

const schema: z.ZodType<WrittenCluster> = z
  .union([z.strictObject(TEMPLATE_SHAPE), pooled])
  .meta({ description: 'A cluster of EMR for each execution, freed at its end; or one of a pool' });

export const CLUSTER: Section<WrittenCluster> & { schema: z.ZodType<WrittenCluster> } = {
  path: ['cluster'],
  schema,
  parse: (json) => whenShaped(schema, json, (written) => written),
};

/** Whether it is one of a pool. */
export function isPooled(written: WrittenCluster): written is PooledCluster {
  return 'pool' in written;
}

/** The state that makes the cluster, or takes it from its pool. @param next the first state that may use it */
export function clusterState(pipeline: string, written: WrittenCluster, next: string): JsonObject {
  return {
    Type: 'Task',
    ...(isPooled(written)
      ? {
          Resource: TAKE_CLUSTER,
          Parameters: { pool: written.pool },
          TimeoutSeconds: written.timeout ?? WAITS_FOR_POOL,
        }
      : {
          Resource: `arn:aws:states:::${CREATE_CLUSTER}.sync`,
          Parameters: clusterParameters(written.name ?? pipeline, written),
          TimeoutSeconds: written.timeout ?? 3_600,
        }),
    Assign: { [`${CLUSTER_VARIABLE}.$`]: '$.ClusterId' },
    ResultPath: null,
    Next: next,
  };
}

/** What makes a cluster: parameters of `createCluster`, in AWS's spelling. */
export function clusterParameters(
  name: string,
  { instances, release, more = {}, applications, serviceRole, role, logs }: WrittenTemplate,
): JsonObject {
  return {
    Name: name,
    ReleaseLabel: release,
    Applications: (applications ?? ['Spark']).map((Name) => ({ Name })),
    ServiceRole: serviceRole ?? 'EMR_DefaultRole',
    JobFlowRole: role ?? 'EMR_EC2_DefaultRole',
    ...(logs === undefined ? {} : { LogUri: logs }),
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
}
