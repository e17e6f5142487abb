/**
 * The four settings files of SALMON as far as they mean something here: which accounts it looks at, what it watches there in groups,
 * and who is told of which group.
 *
 * Source: SALMON's own documentation of its configuration, and versions of its samples back to the first: `Recipients` with a
 * capital, and `name` for `monitoring_group`, are of older ones.
 * @module
 */
import { z } from 'zod';

/** An account in a region. */
export interface MonitoredEnvironment {
  name: string;
  account_id: string;
  region: string;
  metrics_extractor_role_arn?: string | undefined;
}

export interface DeliveryMethod {
  name: string;
  delivery_method_type: 'AWS_SES' | 'AWS_SNS' | 'SMTP';
  sender_email?: string | undefined;
  credentials_secret_name?: string | undefined;
  use_ssl?: boolean | undefined;
}

/** Resources of one kind whose names are like `name`. */
export interface WatchedResource {
  name: string;
  monitored_environment_name: string;
  sla_seconds: number;
  minimum_number_of_runs: number;
}

/** Sections of a group, and what they are called here. */
export const KINDS = {
  glue_jobs: 'glueJobs',
  glue_workflows: 'glueWorkflows',
  glue_crawlers: 'glueCrawlers',
  glue_catalogs: 'glueCatalogs',
  glue_data_quality: 'glueDataQuality',
  step_functions: 'stateMachines',
  lambda_functions: 'lambdaFunctions',
  emr_serverless: 'emrServerless',
} as const;

export type SalmonKind = keyof typeof KINDS;

export type MonitoringGroup = { group_name: string } & {
  [kind in SalmonKind]?: WatchedResource[] | undefined;
};

export interface Subscription {
  monitoring_group: string;
  alerts: boolean;
  digest: boolean;
}

export interface Recipient {
  recipient: string;
  delivery_method: string;
  subscriptions: Subscription[];
}

export interface General {
  tooling_environment: {
    name?: string | undefined;
    account_id?: string | undefined;
    region: string;
    digest_report_period_hours?: number | undefined;
    digest_cron_expression?: string | undefined;
    grafana_instance?: unknown;
    metrics_collection_interval_min?: unknown;
    metrics_collection_cron_expression?: unknown;
  };
  monitored_environments: MonitoredEnvironment[];
  delivery_methods: DeliveryMethod[];
}

const text = z.string().min(1).max(512);
const number = z.number().int().min(0).max(1e9);
/** Written as a number by some: leading zeros are lost then. */
const accountId = z.union([z.string(), z.number().int()]).transform(String);

export const generalSchema: z.ZodType<General> = z.looseObject({
  tooling_environment: z.looseObject({
    name: text.optional(),
    account_id: accountId.optional(),
    region: text,
    digest_report_period_hours: z.number().positive().max(10_000).optional(),
    digest_cron_expression: z.string().max(256).optional(),
    grafana_instance: z.unknown().optional(),
    metrics_collection_interval_min: z.unknown().optional(),
    metrics_collection_cron_expression: z.unknown().optional(),
  }),
  monitored_environments: z
    .array(
      z.looseObject({
        name: text,
        account_id: accountId,
        region: text,
        metrics_extractor_role_arn: text.optional(),
      }),
    )
    .max(10_000),
  delivery_methods: z
    .array(
      z.looseObject({
        name: text,
        delivery_method_type: z.enum(['AWS_SES', 'AWS_SNS', 'SMTP']),
        sender_email: text.optional(),
        credentials_secret_name: text.optional(),
        use_ssl: z.boolean().optional(),
      }),
    )
    .max(1_000),
});

const resources = z
  .array(
    z.looseObject({
      name: text,
      monitored_environment_name: text,
      sla_seconds: number.default(0),
      minimum_number_of_runs: number.default(0),
    }),
  )
  .max(10_000);

export const groupsSchema: z.ZodType<{ monitoring_groups: MonitoringGroup[] }> = z.looseObject({
  monitoring_groups: z
    .array(
      z.looseObject({
        group_name: text,
        ...(Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, resources.optional()])) as {
          [kind in SalmonKind]: z.ZodOptional<typeof resources>;
        }),
      }),
    )
    .max(10_000),
});

const subscription = z.preprocess(
  (given) => renamed(given, 'name', 'monitoring_group'),
  z.looseObject({
    monitoring_group: text,
    alerts: z.boolean().default(false),
    digest: z.boolean().default(false),
  }),
);

export const recipientsSchema: z.ZodType<{ recipients: Recipient[] }> = z.preprocess(
  (given) => renamed(given, 'Recipients', 'recipients'),
  z.looseObject({
    recipients: z
      .array(
        z.looseObject({
          recipient: text,
          delivery_method: text,
          subscriptions: z.array(subscription).max(10_000),
        }),
      )
      .max(10_000),
  }),
) as z.ZodType<{ recipients: Recipient[] }>;

export const replacementsSchema: z.ZodType<{ [placeholder: string]: string }> = z.record(
  z.string(),
  z.string().max(10_000),
);

function renamed(given: unknown, old: string, name: string): unknown {
  if (typeof given !== 'object' || given === null || name in given || !(old in given)) return given;
  const { [old]: value, ...rest } = given as { [key: string]: unknown };
  return { ...rest, [name]: value };
}
