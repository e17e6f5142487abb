/**
 * The flags of `millrace up`: the one list of them. The file of `--config`, its JSON Schema and what
 * `--print-config` and `doctor --config` tell are made from it (`config-file.ts`).
 * @module
 */
import { Flags } from '@oclif/core';
import { DEFAULT_DATA_FOLDER } from './client.js';

export const UP_FLAGS = {
  data: Flags.string({
    description: 'data folder',
    default: DEFAULT_DATA_FOLDER,
    env: 'MILLRACE_DATA',
  }),
  store: Flags.string({
    description:
      'database of PostgreSQL that the records lie in, such as postgres://millrace@db.example.com/millrace; default: a file in the data folder',
    env: 'MILLRACE_STORE',
    helpValue: 'URL',
  }),
  standby: Flags.boolean({
    allowNo: true,
    description:
      'wait while another server is active on the same database, hand requests to it, and take over when it is gone',
    env: 'MILLRACE_STANDBY',
    dependsOn: ['store'],
  }),
  'peer-url': Flags.string({
    description: 'address under which other servers of the same database reach this one',
    env: 'MILLRACE_PEER_URL',
    helpValue: 'URL',
    dependsOn: ['store'],
  }),
  'seal-key': Flags.string({
    description:
      'file of the sealing key, the same for all servers of a database; default: seal.key in the data folder',
    env: 'MILLRACE_SEAL_KEY',
    helpValue: 'FILE',
  }),
  port: Flags.integer({
    description: 'port; 0 takes a free one',
    default: 7350,
    env: 'MILLRACE_PORT',
    min: 0,
    max: 65535,
  }),
  host: Flags.string({
    description: 'address to listen on',
    default: '127.0.0.1',
    env: 'MILLRACE_HOST',
  }),
  'tls-cert': Flags.string({
    description:
      'PEM file of a certificate, with those of authorities after it: the server speaks TLS, and takes a renewed file by itself',
    env: 'MILLRACE_TLS_CERT',
    helpValue: 'FILE',
    dependsOn: ['tls-key'],
  }),
  'tls-key': Flags.string({
    description: "PEM file of the certificate's key, closed to others",
    env: 'MILLRACE_TLS_KEY',
    helpValue: 'FILE',
    dependsOn: ['tls-cert'],
  }),
  'ca-file': Flags.string({
    description:
      'PEM file of authorities by which other servers of the same database are trusted, instead of the known ones',
    env: 'MILLRACE_CA_FILE',
    helpValue: 'FILE',
  }),
  'allow-host': Flags.string({
    description: 'another host name for this server',
    multiple: true,
  }),
  'trusted-proxy': Flags.string({
    description:
      'address of a proxy before this server, or a network such as 10.0.0.0/8: only from there X-Forwarded-For and X-Forwarded-Proto are believed',
    env: 'MILLRACE_TRUSTED_PROXY',
    helpValue: 'CIDR',
    multiple: true,
    multipleNonGreedy: true,
  }),
  bindings: Flags.string({
    description:
      'file of bindings: who performs AWS resources in state machines that clients make over the AWS API, and which teams may run code',
    env: 'MILLRACE_BINDINGS',
  }),
  'mock-config': Flags.string({
    description:
      'mock configuration file of Step Functions Local: executions started on one of its test cases get its answers',
    env: 'SFN_MOCK_CONFIG',
  }),
  secrets: Flags.string({
    description:
      'file that says where secrets come from besides the store: environment files, commands, AWS Secrets Manager',
    env: 'MILLRACE_SECRETS',
  }),
  'secrets-env': Flags.string({
    description: 'environment file with secrets, as [TEAM=]FILE (TEAM: default; * is every team)',
    env: 'MILLRACE_SECRETS_ENV',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'oidc-issuer': Flags.string({
    description: 'OpenID Connect provider by which people log in, such as https://id.example.com',
    env: 'MILLRACE_OIDC_ISSUER',
    dependsOn: ['oidc-client-id', 'oidc-roles'],
  }),
  'oidc-client-id': Flags.string({
    description:
      'what this server is called there; its secret stands in MILLRACE_OIDC_CLIENT_SECRET, or there is none',
    env: 'MILLRACE_OIDC_CLIENT_ID',
  }),
  'oidc-roles': Flags.string({
    description: 'file of the roles that groups of the provider give',
    env: 'MILLRACE_OIDC_ROLES',
  }),
  'oidc-groups': Flags.string({
    description: 'claim that lists the groups of a person',
    env: 'MILLRACE_OIDC_GROUPS',
    default: 'groups',
  }),
  'oidc-scope': Flags.string({
    description: 'scope that is asked for besides openid, profile and email',
    env: 'MILLRACE_OIDC_SCOPE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  account: Flags.string({
    description: 'account number in ARNs: twelve digits',
    env: 'MILLRACE_ACCOUNT',
    default: '000000000000',
  }),
  region: Flags.string({
    description: 'region in ARNs',
    env: 'MILLRACE_REGION',
    default: 'us-east-1',
  }),
  'accept-any-access-key': Flags.boolean({
    allowNo: true,
    description: 'take every AWS access key without checking signatures (development only)',
  }),
  'allow-code-over-api': Flags.boolean({
    allowNo: true,
    description: 'let every state machine that a client makes run any code (development only)',
  }),
  'task-user': Flags.string({
    description: 'user that tasks run as: a name, or UID[:GID]; the server must be root',
    env: 'MILLRACE_TASK_USER',
  }),
  retention: Flags.string({
    description:
      'how long executions are kept after their end when their pipeline says nothing: a duration, or forever; for other things KIND=DURATION, as in logs=30d (events, dead-letters, backfills, logs, checks, audit)',
    env: 'MILLRACE_RETENTION',
    default: ['90d'],
    multiple: true,
    multipleNonGreedy: true,
  }),
  'log-copy': Flags.string({
    description:
      'where a copy of what tasks print goes, as JSON records: stdout, file:PATH, otlp:URL or loki:URL',
    env: 'MILLRACE_LOG_COPY',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'log-name': Flags.string({
    description:
      'another name for a member of log records, as in pipeline=job; nothing behind the = leaves it out',
    env: 'MILLRACE_LOG_NAMES',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'public-url': Flags.string({
    description: 'address under which people reach this server: links in log records lead there',
    env: 'MILLRACE_PUBLIC_URL',
  }),
  'work-folder': Flags.string({
    description:
      'folder of the files of executions; servers of one database need the same; default: work in the data folder',
    env: 'MILLRACE_WORK_FOLDERS',
    helpValue: 'FOLDER',
  }),
  datasets: Flags.string({
    description:
      'where versions of datasets lie: a folder, or s3://BUCKET/PREFIX; default: datasets in the data folder',
    env: 'MILLRACE_DATASETS',
    helpValue: 'PLACE',
  }),
  'duckdb-extensions': Flags.string({
    description:
      "folder of DuckDB's extensions (iceberg, avro, delta), with which tables of Iceberg and Delta are read; default: none",
    env: 'MILLRACE_DUCKDB_EXTENSIONS',
    helpValue: 'FOLDER',
  }),
  rates: Flags.string({
    description: 'file of prices: what a state, a second of a worker and reported units cost',
    env: 'MILLRACE_RATES',
  }),
  accounts: Flags.string({
    description:
      'file of AWS accounts: whose pipelines may act in which account and region, and as whom',
    env: 'MILLRACE_ACCOUNTS',
  }),
  aws: Flags.string({
    description:
      'who performs tasks of AWS resources: bindings (local), or AWS itself (real); default: real with accounts, local without',
    env: 'MILLRACE_AWS',
    options: ['local', 'real'] as const,
  }),
  'dead-man': Flags.string({
    description:
      'address of an outside service that is asked every minute while all is well, and raises the alarm when it is not; what is wrong is posted to the same with /fail',
    env: 'MILLRACE_DEAD_MAN',
  }),
  'metric-tags': Flags.string({
    description: 'tags whose values become labels of job metrics, divided by commas',
    env: 'MILLRACE_METRIC_TAGS',
  }),
  'metric-jobs': Flags.integer({
    description: 'jobs with metrics of their own; all beyond are counted together as "other"',
    env: 'MILLRACE_METRIC_JOBS',
    default: 10_000,
    min: 1,
    max: 1_000_000,
  }),
  'otlp-traces': Flags.string({
    description:
      'receiver of OpenTelemetry (OTLP over HTTP) to which a trace of each execution goes, such as http://127.0.0.1:4318; OTEL_EXPORTER_OTLP_HEADERS is sent along',
    env: 'MILLRACE_OTLP_TRACES',
  }),
  openlineage: Flags.string({
    description:
      'receiver of OpenLineage that is told of each execution and its datasets, such as http://127.0.0.1:5000; OPENLINEAGE_API_KEY is sent along',
    env: 'MILLRACE_OPENLINEAGE',
    helpValue: 'URL',
  }),
  'drain-timeout': Flags.string({
    description:
      'drain for so long at SIGTERM or Ctrl-C, such as 10m, before what still runs is killed; default: new requests are refused and attempts have 25 seconds',
    env: 'MILLRACE_DRAIN_TIMEOUT',
    helpValue: 'TIME',
  }),
  'no-local-tasks': Flags.string({
    description:
      'kinds of tasks that workers on other machines perform, whatever pipelines say: shell,sql',
    env: 'MILLRACE_NO_LOCAL_TASKS',
    helpValue: 'KINDS',
  }),
  'worker-limits': Flags.string({
    description:
      'tasks that workers perform at a time, over all workers, by the tag that they ask for: gpu=2,warehouse=4',
    env: 'MILLRACE_WORKER_LIMITS',
    helpValue: 'TAG=COUNT',
  }),
  'resume-restored': Flags.boolean({
    allowNo: true,
    description:
      'let records that were restored from a backup go on at once, without `millrace resume`',
  }),
  'allow-private-addresses': Flags.boolean({
    allowNo: true,
    description: 'let http tasks, and channels, reach loopback and private addresses',
  }),
  'allow-channel-address': Flags.string({
    description: 'private address that channels may reach, such as that of a mail server',
    multiple: true,
  }),
} as const;

/** Name of a flag of `up`. */
export type UpFlag = keyof typeof UP_FLAGS;
