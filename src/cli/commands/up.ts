import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import type { Held, Identity, ServerConfig } from '../../server.js';
import { MillraceCommand } from '../base-command.js';
import { DEFAULT_DATA_FOLDER } from '../client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { logNamesOf, publicUrlOf } from '../log-flags.js';
import { takeEnvironment } from '../own-environment.js';
import { retentionOf } from '../retention-flag.js';
import { kindsIn } from '../worker-kinds.js';

/** `millrace up`: starts the server in this terminal. */
export default class Up extends MillraceCommand {
  static override enableJsonFlag = false;
  static override summary = 'Start Millrace: engine, API and console in one process';
  static override description =
    'Deploys the pipeline files of a folder and deploys them again whenever they change. Everything is kept in the data folder; stop it with Ctrl-C and start it again, and it goes on where it was.';
  static override examples = ['<%= config.bin %> up', '<%= config.bin %> up pipelines --port 8080'];
  static override args = {
    folder: Args.string({
      description: 'folder of pipeline files (default: ./pipelines, else this folder)',
    }),
  };
  static override flags = {
    data: Flags.string({
      description: 'data folder',
      default: DEFAULT_DATA_FOLDER,
      env: 'MILLRACE_DATA',
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
    'allow-host': Flags.string({
      description: 'another host name for this server',
      multiple: true,
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
      description: 'take every AWS access key without checking signatures (development only)',
    }),
    'allow-code-over-api': Flags.boolean({
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
    'no-local-tasks': Flags.string({
      description:
        'kinds of tasks that workers on other machines perform, whatever pipelines say: shell,sql',
      env: 'MILLRACE_NO_LOCAL_TASKS',
      helpValue: 'KINDS',
    }),
    'resume-restored': Flags.boolean({
      description:
        'let records that were restored from a backup go on at once, without `millrace resume`',
    }),
    'allow-private-addresses': Flags.boolean({
      description: 'let http tasks, and channels, reach loopback and private addresses',
    }),
    'allow-channel-address': Flags.string({
      description: 'private address that channels may reach, such as that of a mail server',
      multiple: true,
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Up);
    const traceHeaders = process.env.OTEL_EXPORTER_OTLP_HEADERS ?? '';
    const openLineageKey = process.env.OPENLINEAGE_API_KEY;
    const oidcSecret = process.env.MILLRACE_OIDC_CLIENT_SECRET;
    // Before anything can run that could read it.
    const { environment, warning } = takeEnvironment(await namedIn(flags.secrets));
    const folder = resolve(args.folder ?? (existsSync('pipelines') ? 'pipelines' : '.'));
    if (!existsSync(folder)) {
      throw new CommandFailure(`There is no folder ${folder}.`, {
        exitCode: EXIT.notFound,
        code: 'MILL5007',
        fix: 'Make a project with `millrace init`, or name the folder of your pipeline files.',
      });
    }
    // The server is large; commands that only call it must not load it.
    const { startServer } = await import('../../server.js');
    const say = (text: string): void => void process.stderr.write(`${text}\n`);
    // From here on, so that also what comes while it starts ends it in good order.
    const stop = stopAsked(say);
    const server = await startServer({
      folder,
      data: flags.data,
      port: flags.port,
      host: flags.host,
      allowHosts: flags['allow-host'] ?? [],
      allowPrivateAddresses: flags['allow-private-addresses'],
      channelAddresses: flags['allow-channel-address'] ?? [],
      acceptAnyAccessKey: flags['accept-any-access-key'],
      identity: identityOf(flags),
      metrics: { tags: tagsIn(flags['metric-tags']), jobs: flags['metric-jobs'] },
      ...(flags['otlp-traces'] === undefined
        ? {}
        : { traces: { url: flags['otlp-traces'], headers: traceHeaders } }),
      retention: retentionOf(flags.retention),
      logCopies: flags['log-copy'] ?? [],
      logNames: logNamesOf(flags['log-name'] ?? []),
      ...(flags['public-url'] ? { publicUrl: publicUrlOf(flags['public-url']) } : {}),
      allowCodeOverApi: flags['allow-code-over-api'],
      environment,
      ...(warning === undefined ? {} : { startNotes: [warning] }),
      ...(flags['task-user'] ? { taskUser: flags['task-user'] } : {}),
      ownControlGroup: true,
      noLocalTasks: kindsIn(flags['no-local-tasks'] ?? ''),
      resumeRestored: flags['resume-restored'],
      ...(flags['dead-man'] ? { deadMan: { url: publicUrlOf(flags['dead-man']) } } : {}),
      ...(flags.rates ? { rates: flags.rates } : {}),
      ...(flags.datasets ? { datasets: flags.datasets } : {}),
      ...(flags['duckdb-extensions'] ? { duckdbExtensions: flags['duckdb-extensions'] } : {}),
      ...(flags.openlineage
        ? { openLineage: { url: flags.openlineage, apiKey: openLineageKey } }
        : {}),
      ...(flags.accounts ? { accounts: flags.accounts } : {}),
      ...(flags.aws ? { aws: flags.aws as 'local' | 'real' } : {}),
      ...(flags.bindings ? { bindings: flags.bindings } : {}),
      ...(flags.secrets ? { secrets: flags.secrets } : {}),
      secretsEnv: flags['secrets-env'] ?? [],
      ...oidcOf(flags, oidcSecret),
      ...(flags['mock-config'] ? { mockConfig: flags['mock-config'] } : {}),
      onFolderChange: ({ deployed, problems }) => {
        for (const name of deployed) say(`${colors.green('deployed')} ${name}`);
        for (const { severity, code, file, line, column, message, fix } of problems) {
          const mark =
            severity === 'error' ? colors.red(`error[${code}]`) : colors.yellow(`warning[${code}]`);
          say(
            `${mark} ${file}:${line}:${column} ${message}${fix === undefined ? '' : colors.dim(` – ${fix}`)}`,
          );
        }
      },
    }).catch((error: unknown) => {
      throw startFailure(error, flags.port);
    });
    say('');
    say(`  ${colors.bold('Millrace')} is up at ${colors.cyan(server.url)}`);
    say(
      `  console   ${colors.cyan(server.loginUrl)} ${colors.dim('(logs you in, once; again with: millrace login)')}`,
    );
    say(
      `  AWS API   ${colors.cyan(server.url)} ${colors.dim('(as --endpoint-url; sign with a key from: millrace keys create)')}`,
    );
    say(`  pipelines ${folder}`);
    say(`  data      ${resolve(flags.data)}`);
    const warn = (text: string): void => say(colors.yellow(`  warning   ${text}`));
    if (!server.sealCheck.fits) {
      const { unreadable } = server.sealCheck;
      const named = unreadable.length === 0 ? '' : ` (${unreadable.join(', ')})`;
      warn(
        `seal.key is not the key that the data was sealed with${named}: put it back from a backup, or make the secrets anew`,
      );
    }
    if (flags['accept-any-access-key']) {
      warn('every AWS access key is accepted: whoever reaches this port may do everything');
    }
    if (flags['allow-code-over-api']) {
      const user = flags['task-user'] ?? 'the user of this server';
      warn(`every access key that may make state machines may run any command as ${user}`);
    }
    if (warning !== undefined) warn(warning);
    if (server.held !== undefined) for (const line of heldLines(server.held)) warn(line);
    say(colors.dim('  stop with Ctrl-C\n'));
    await stop;
    await server.close();
  }
}

/** Variables that commands which print secrets are given. */
async function namedIn(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  const { openSecretsFile } = await import('../../pipelines/secrets-file.js');
  try {
    return openSecretsFile(file).flatMap((source) =>
      source.type === 'command' ? source.environment : [],
    );
  } catch (error) {
    throw startFailure(error, 0);
  }
}

function oidcOf(
  flags: {
    'oidc-issuer'?: string | undefined;
    'oidc-client-id'?: string | undefined;
    'oidc-roles'?: string | undefined;
    'oidc-groups': string;
    'oidc-scope'?: string[] | undefined;
  },
  clientSecret: string | undefined,
): Pick<ServerConfig, 'oidc'> {
  const { 'oidc-issuer': issuer, 'oidc-client-id': clientId, 'oidc-roles': roles } = flags;
  if (issuer === undefined || clientId === undefined || roles === undefined) return {};
  const { 'oidc-groups': groupsClaim, 'oidc-scope': scopes = [] } = flags;
  const secret = clientSecret ? { clientSecret } : {};
  return { oidc: { issuer, clientId, roles, groupsClaim, scopes, ...secret } };
}

function heldLines({ madeAt, running, attempts, deliveries }: Held): string[] {
  const of = madeAt === undefined ? 'a copied database' : `a backup of ${madeAt}`;
  return [
    `restored from ${of}: nothing starts by itself, new work is refused`,
    `${running} executions, ${attempts} open attempts (to be closed as lost) and ${deliveries} deliveries wait`,
    'let it go on when the server that the backup is of runs nowhere any more: millrace resume',
  ];
}

function identityOf(flags: { account: string; region: string }): Identity {
  const { account: accountId, region } = flags;
  if (/^\d{12}$/.test(accountId) && /^[a-z]{2}(-[a-z]+){1,2}-\d$/.test(region)) {
    return { accountId, region };
  }
  throw new CommandFailure(`There is no account '${accountId}' or no region '${region}'.`, {
    exitCode: EXIT.usage,
    code: 'MILL5020',
    fix: 'Give twelve digits and a name like us-east-1, or leave both out.',
  });
}

/** @example tagsIn('county, state') // ['county', 'state'] */
function tagsIn(text = ''): string[] {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}

/** Listens for Ctrl-C and SIGTERM from the call on, and resolves at the first; a second one ends the process at once. */
export function stopAsked(say: (text: string) => void): Promise<void> {
  return new Promise<void>((asked) => {
    let isAsked = false;
    const stop = (): void => {
      if (isAsked) process.exit(EXIT.interrupted);
      isAsked = true;
      say('stopping: running tasks may end (Ctrl-C again to kill them) …');
      asked();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

export function startFailure(error: unknown, port: number): CommandFailure {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE') {
    return new CommandFailure(`Port ${port} is in use.`, {
      exitCode: EXIT.conflict,
      code: 'MILL5008',
      fix: 'Stop what uses it, or take another one with --port (0 takes a free one).',
    });
  }
  if (error instanceof Error && error.name === 'MockConfigurationError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.invalidDefinition,
      code: 'MILL5015',
      fix: 'Mend the file that --mock-config (or SFN_MOCK_CONFIG) names, or start without it.',
    });
  }
  if (error instanceof Error && error.name === 'BindingsFileError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.invalidDefinition,
      code: 'MILL5021',
      fix: 'Mend the file that --bindings (or MILLRACE_BINDINGS) names, or start without it.',
    });
  }
  if (error instanceof Error && error.name === 'RatesFileError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.invalidDefinition,
      code: 'MILL5065',
      fix: 'Mend the file that --rates (or MILLRACE_RATES) names, or start without it.',
    });
  }
  if (error instanceof Error && error.name === 'AccountsFileError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.invalidDefinition,
      code: 'MILL5081',
      fix: 'Mend the file that --accounts (or MILLRACE_ACCOUNTS) names, or start without it.',
    });
  }
  if (error instanceof Error && error.name === 'AwsTasksError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.usage,
      code: 'MILL5090',
      fix: 'Name a file of accounts with --accounts (or MILLRACE_ACCOUNTS), or start with --aws local.',
    });
  }
  if (
    error instanceof Error &&
    (error.name === 'OidcRolesFileError' || error.name === 'OidcConfigError')
  ) {
    return new CommandFailure(error.message, {
      exitCode: EXIT.invalidDefinition,
      code: 'MILL5074',
      fix: 'Mend what --oidc-issuer and --oidc-roles name, or start without them.',
    });
  }
  if (error instanceof Error && error.name === 'SecretsFileError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.invalidDefinition,
      code: 'MILL5071',
      fix: 'Mend what --secrets and --secrets-env (or MILLRACE_SECRETS, MILLRACE_SECRETS_ENV) name, or start without it.',
    });
  }
  if (error instanceof Error && error.name === 'MetricTagsError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.usage,
      code: 'MILL5063',
      fix: 'Name up to eight tags of your pipelines in --metric-tags (or MILLRACE_METRIC_TAGS), such as county,state.',
    });
  }
  if (error instanceof Error && error.name === 'TraceReceiverError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.usage,
      code: 'MILL5064',
      fix: 'Give --otlp-traces an address such as http://127.0.0.1:4318, and keys in OTEL_EXPORTER_OTLP_HEADERS as name=value.',
    });
  }
  if (error instanceof Error && error.name === 'OpenLineageUrlError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.usage,
      code: 'MILL5740',
      fix: 'Give --openlineage an address such as http://127.0.0.1:5000, and its key in OPENLINEAGE_API_KEY.',
    });
  }
  if (error instanceof Error && error.name === 'LogCopyError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.usage,
      code: 'MILL5122',
      fix: (error as Error & { fix: string }).fix,
    });
  }
  if (error instanceof Error && error.name === 'TaskUserError') {
    return new CommandFailure(error.message, {
      exitCode: EXIT.usage,
      code: 'MILL5024',
      fix: (error as Error & { fix: string }).fix,
    });
  }
  if (code === 'locked') {
    return new CommandFailure(message ?? 'The data folder is in use.', {
      exitCode: EXIT.conflict,
      code: 'MILL5009',
      fix: 'Another `millrace up` runs with this data folder: stop it, or take another folder with --data.',
    });
  }
  if (code === 'corrupt') {
    return new CommandFailure(message ?? 'The records are damaged.', {
      exitCode: EXIT.internal,
      code: 'MILL5031',
      fix: 'Nothing was changed. See what is damaged with `millrace doctor`, and put a backup in place (docs/guides/operations.md, "Damage and how to get back").',
    });
  }
  if (code === 'full' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new CommandFailure('There is no space left on the disk of the data folder.', {
      exitCode: EXIT.internal,
      code: 'MILL5030',
      fix: 'Free some space there (`millrace doctor` says how much there is), or put the folder on a larger disk and name it with --data. Nothing is lost.',
    });
  }
  return new CommandFailure(message ?? String(error), {
    exitCode: EXIT.internal,
    code: 'MILL5010',
    fix: 'Run `millrace doctor`.',
  });
}
