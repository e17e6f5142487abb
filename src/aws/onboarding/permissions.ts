/**
 * What a role must be allowed for Millrace to watch an account, and to work in it: the least, service by service.
 *
 * One table serves both the template that makes the role (template.ts) and the check that says what of it works (check.ts). A probe
 * is a call that changes nothing: it lists one thing, or asks for something whose name nobody has, so that it is answered with
 * "not found" by whoever may, and with "access denied" by whoever may not.
 *
 * Source of the names: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 * @module
 */
import type { AwsObject } from '../aws.js';

/** Why something is asked for. */
export type Use = 'watch' | 'drive';

export interface Probe {
  /** As `Aws.call` has them. */
  readonly service: string;
  readonly action: string;
  readonly input: AwsObject;
}

export interface Permission {
  /** As IAM writes it: `glue:GetJobRuns`. */
  readonly action: string;
  /** Absent: nothing can be tried without doing something. */
  readonly probe?: Probe;
}

export interface ServicePermissions {
  /** As the command line names it. */
  readonly name: string;
  /** What it is about, in words. */
  readonly words: string;
  readonly watch: readonly Permission[];
  readonly drive: readonly Permission[];
  /** It hands roles to what it starts. */
  readonly passesRoles?: boolean;
  /** Sources of its events on EventBridge. */
  readonly sources: readonly string[];
}

/** A name that nobody has. */
const NOBODY = 'millrace-permission-check';
const EMPTY: AwsObject = {};

function asks(action: string, service: string, call: string, input: AwsObject = EMPTY): Permission {
  return { action, probe: { service, action: call, input } };
}

/** What can be allowed and not tried. */
function blind(action: string): Permission {
  return { action };
}

const ONE: AwsObject = { MaxResults: 1 };

export const SERVICES: readonly ServicePermissions[] = [
  {
    name: 'glue',
    words: 'Glue: jobs, workflows, crawlers, catalogs, data quality',
    watch: [
      asks('glue:ListJobs', 'glue', 'listJobs', ONE),
      asks('glue:GetJobRuns', 'glue', 'getJobRuns', { JobName: NOBODY, MaxResults: 1 }),
      asks('glue:GetJobRun', 'glue', 'getJobRun', { JobName: NOBODY, RunId: 'jr_0' }),
      asks('glue:ListWorkflows', 'glue', 'listWorkflows', ONE),
      asks('glue:BatchGetWorkflows', 'glue', 'batchGetWorkflows', { Names: [NOBODY] }),
      asks('glue:GetWorkflowRuns', 'glue', 'getWorkflowRuns', { Name: NOBODY, MaxResults: 1 }),
      asks('glue:GetWorkflowRun', 'glue', 'getWorkflowRun', { Name: NOBODY, RunId: 'wr_0' }),
      asks('glue:ListCrawlers', 'glue', 'listCrawlers', ONE),
      asks('glue:BatchGetCrawlers', 'glue', 'batchGetCrawlers', { CrawlerNames: [NOBODY] }),
      asks('glue:ListCrawls', 'glue', 'listCrawls', { CrawlerName: NOBODY, MaxResults: 1 }),
      asks('glue:GetDatabases', 'glue', 'getDatabases', ONE),
      asks('glue:GetTables', 'glue', 'getTables', { DatabaseName: NOBODY, MaxResults: 1 }),
      asks('glue:GetPartitions', 'glue', 'getPartitions', {
        ...{ DatabaseName: NOBODY, TableName: NOBODY, MaxResults: 1 },
      }),
      asks('glue:GetPartitionIndexes', 'glue', 'getPartitionIndexes', {
        ...{ DatabaseName: NOBODY, TableName: NOBODY },
      }),
      asks('glue:ListDataQualityRulesets', 'glue', 'listDataQualityRulesets', ONE),
      asks('glue:ListDataQualityResults', 'glue', 'listDataQualityResults', ONE),
      // Also what BatchGetDataQualityResult is allowed by: it has no action of its own.
      asks('glue:GetDataQualityResult', 'glue', 'getDataQualityResult', {
        ResultId: 'dqresult-0',
      }),
    ],
    drive: [
      asks('glue:StartJobRun', 'glue', 'startJobRun', { JobName: NOBODY }),
      asks('glue:GetJobRun', 'glue', 'getJobRun', { JobName: NOBODY, RunId: 'jr_0' }),
      asks('glue:GetJobRuns', 'glue', 'getJobRuns', { JobName: NOBODY, MaxResults: 1 }),
      asks('glue:BatchStopJobRun', 'glue', 'batchStopJobRun', {
        ...{ JobName: NOBODY, JobRunIds: ['jr_0'] },
      }),
      asks('glue:StartCrawler', 'glue', 'startCrawler', { Name: NOBODY }),
      asks('glue:GetCrawler', 'glue', 'getCrawler', { Name: NOBODY }),
    ],
    sources: ['aws.glue', 'aws.glue-dataquality'],
  },
  {
    name: 'states',
    words: 'Step Functions',
    watch: [
      asks('states:ListStateMachines', 'sfn', 'listStateMachines', { MaxResults: 1 }),
      blind('states:ListExecutions'),
      blind('states:DescribeExecution'),
    ],
    drive: [
      blind('states:StartExecution'),
      blind('states:DescribeExecution'),
      blind('states:StopExecution'),
    ],
    sources: ['aws.states'],
  },
  {
    name: 'lambda',
    words: 'Lambda, and the log lines of functions',
    watch: [
      asks('lambda:ListFunctions', 'lambda', 'listFunctions', { MaxItems: 1 }),
      asks('logs:DescribeLogGroups', 'cloudwatchlogs', 'describeLogGroups', { Limit: 1 }),
      asks('logs:FilterLogEvents', 'cloudwatchlogs', 'filterLogEvents', {
        ...{ LogGroupName: `/aws/lambda/${NOBODY}`, Limit: 1 },
      }),
    ],
    drive: [
      asks('lambda:InvokeFunction', 'lambda', 'invoke', {
        ...{ FunctionName: NOBODY, InvocationType: 'DryRun' },
      }),
    ],
    sources: [],
  },
  {
    name: 'logs',
    words: "log lines of jobs' own groups",
    watch: [],
    drive: [
      asks('logs:GetLogEvents', 'cloudwatchlogs', 'getLogEvents', {
        ...{ LogGroupName: NOBODY, LogStreamName: NOBODY, Limit: 1 },
      }),
      asks('logs:FilterLogEvents', 'cloudwatchlogs', 'filterLogEvents', {
        ...{ LogGroupName: NOBODY, Limit: 1 },
      }),
    ],
    sources: [],
  },
  {
    name: 'batch',
    words: 'Batch',
    watch: [
      asks('batch:DescribeJobQueues', 'batch', 'describeJobQueues', { MaxResults: 1 }),
      asks('batch:ListJobs', 'batch', 'listJobs', { JobQueue: NOBODY, MaxResults: 1 }),
      asks('batch:DescribeJobs', 'batch', 'describeJobs', { Jobs: [NOBODY] }),
    ],
    drive: [
      asks('batch:SubmitJob', 'batch', 'submitJob', {
        ...{ JobName: NOBODY, JobQueue: NOBODY, JobDefinition: NOBODY },
      }),
      blind('batch:TagResource'),
      asks('batch:DescribeJobs', 'batch', 'describeJobs', { Jobs: [NOBODY] }),
      asks('batch:ListJobs', 'batch', 'listJobs', { JobQueue: NOBODY, MaxResults: 1 }),
      asks('batch:TerminateJob', 'batch', 'terminateJob', { JobId: NOBODY, Reason: NOBODY }),
    ],
    sources: ['aws.batch'],
  },
  {
    name: 'emr',
    words: 'EMR clusters and their steps',
    watch: [
      asks('elasticmapreduce:ListClusters', 'emr', 'listClusters', { ClusterStates: ['STARTING'] }),
      asks('elasticmapreduce:DescribeCluster', 'emr', 'describeCluster', { ClusterId: 'j-0' }),
      asks('elasticmapreduce:ListSteps', 'emr', 'listSteps', { ClusterId: 'j-0' }),
    ],
    drive: [
      blind('elasticmapreduce:RunJobFlow'),
      blind('elasticmapreduce:AddTags'),
      asks('elasticmapreduce:DescribeCluster', 'emr', 'describeCluster', { ClusterId: 'j-0' }),
      asks('elasticmapreduce:ListClusters', 'emr', 'listClusters', { ClusterStates: ['STARTING'] }),
      asks('elasticmapreduce:AddJobFlowSteps', 'emr', 'addJobFlowSteps', {
        ...{ JobFlowId: 'j-0', Steps: [] },
      }),
      asks('elasticmapreduce:ListSteps', 'emr', 'listSteps', { ClusterId: 'j-0' }),
      asks('elasticmapreduce:DescribeStep', 'emr', 'describeStep', {
        ...{ ClusterId: 'j-0', StepId: 's-0' },
      }),
      asks('elasticmapreduce:CancelSteps', 'emr', 'cancelSteps', {
        ...{ ClusterId: 'j-0', StepIds: ['s-0'] },
      }),
      asks('elasticmapreduce:TerminateJobFlows', 'emr', 'terminateJobFlows', {
        JobFlowIds: ['j-0'],
      }),
    ],
    passesRoles: true,
    sources: ['aws.emr'],
  },
  {
    name: 'emr-serverless',
    words: 'EMR Serverless',
    watch: [
      asks('emr-serverless:ListApplications', 'emrserverless', 'listApplications', ONE),
      asks('emr-serverless:GetApplication', 'emrserverless', 'getApplication', {
        ApplicationId: '00',
      }),
      asks('emr-serverless:ListJobRuns', 'emrserverless', 'listJobRuns', {
        ...{ ApplicationId: '00', MaxResults: 1 },
      }),
      asks('emr-serverless:GetJobRun', 'emrserverless', 'getJobRun', {
        ...{ ApplicationId: '00', JobRunId: '00' },
      }),
    ],
    drive: [
      blind('emr-serverless:StartJobRun'),
      blind('emr-serverless:TagResource'),
      asks('emr-serverless:GetJobRun', 'emrserverless', 'getJobRun', {
        ...{ ApplicationId: '00', JobRunId: '00' },
      }),
      asks('emr-serverless:CancelJobRun', 'emrserverless', 'cancelJobRun', {
        ...{ ApplicationId: '00', JobRunId: '00' },
      }),
    ],
    passesRoles: true,
    sources: ['aws.emr-serverless'],
  },
  {
    name: 'athena',
    words: 'Athena',
    watch: [
      asks('athena:ListWorkGroups', 'athena', 'listWorkGroups', ONE),
      asks('athena:ListQueryExecutions', 'athena', 'listQueryExecutions', {
        ...{ WorkGroup: NOBODY, MaxResults: 1 },
      }),
      asks('athena:BatchGetQueryExecution', 'athena', 'batchGetQueryExecution', {
        QueryExecutionIds: ['00000000-0000-0000-0000-000000000000'],
      }),
    ],
    drive: [
      asks('athena:StartQueryExecution', 'athena', 'startQueryExecution', {
        ...{ QueryString: 'SELECT 1', WorkGroup: NOBODY },
      }),
      asks('athena:GetQueryExecution', 'athena', 'getQueryExecution', {
        QueryExecutionId: '00000000-0000-0000-0000-000000000000',
      }),
      asks('athena:BatchGetQueryExecution', 'athena', 'batchGetQueryExecution', {
        QueryExecutionIds: ['00000000-0000-0000-0000-000000000000'],
      }),
      asks('athena:GetQueryResults', 'athena', 'getQueryResults', {
        QueryExecutionId: '00000000-0000-0000-0000-000000000000',
      }),
      asks('athena:StopQueryExecution', 'athena', 'stopQueryExecution', {
        QueryExecutionId: '00000000-0000-0000-0000-000000000000',
      }),
      ...['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'].map(blind),
      ...['s3:GetBucketLocation', 's3:GetObject', 's3:ListBucket', 's3:PutObject'].map(blind),
    ],
    sources: ['aws.athena'],
  },
  {
    name: 'ecs',
    words: 'ECS and Fargate tasks',
    watch: [],
    drive: [
      blind('ecs:RunTask'),
      blind('ecs:TagResource'),
      asks('ecs:DescribeTasks', 'ecs', 'describeTasks', { Cluster: NOBODY, Tasks: [NOBODY] }),
      asks('ecs:StopTask', 'ecs', 'stopTask', { Cluster: NOBODY, Task: NOBODY }),
    ],
    passesRoles: true,
    sources: ['aws.ecs'],
  },
  {
    name: 'sns',
    words: 'SNS',
    watch: [],
    drive: [blind('sns:Publish')],
    sources: [],
  },
  {
    name: 'sqs',
    words: 'SQS',
    watch: [],
    drive: [blind('sqs:SendMessage')],
    sources: [],
  },
  {
    name: 'dynamodb',
    words: 'DynamoDB',
    watch: [],
    drive: [
      asks('dynamodb:GetItem', 'dynamodb', 'getItem', { TableName: NOBODY, Key: {} }),
      ...['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'].map(blind),
    ],
    sources: [],
  },
];

/** Names of the services whose things can be watched, and in which work can be done. */
export const WATCHED: readonly string[] = SERVICES.filter(({ watch }) => watch.length > 0).map(
  ({ name }) => name,
);
export const DRIVEN: readonly string[] = SERVICES.filter(({ drive }) => drive.length > 0).map(
  ({ name }) => name,
);

/**
 * Actions of some services for a use, each once, in their order.
 * @example actionsOf(['sns'], 'drive') // ['sns:Publish']
 */
export function actionsOf(names: readonly string[], use: Use): string[] {
  const actions = SERVICES.filter(({ name }) => names.includes(name)).flatMap((service) =>
    service[use].map(({ action }) => action),
  );
  return [...new Set(actions)];
}
