import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import { MOST_DRAIN_SECONDS } from '../../api/drain.js';
import type { Held, Identity, Server, ServerConfig } from '../../server.js';
import { MillraceCommand } from '../base-command.js';
import { configFileIn, configLines, configure, openConfig } from '../config-file.js';
import { databaseFailure } from '../database-failure.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { secondsIn } from '../length-of-time.js';
import { logNamesOf, publicUrlOf } from '../log-flags.js';
import { takeEnvironment } from '../own-environment.js';
import { retentionOf } from '../retention-flag.js';
import { authoritiesIn } from '../server-trust.js';
import { standingBy } from '../standing-by.js';
import { stopAsked, whenToClose } from '../stopping.js';
import { UP_FLAGS } from '../up-flags.js';
import { kindsIn, tagLimitsIn } from '../worker-kinds.js';

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
    config: Flags.string({
      description:
        'file with any of these flags, under their names; a flag goes before a variable, that before the file',
      env: 'MILLRACE_CONFIG',
      helpValue: 'FILE',
    }),
    'print-config': Flags.boolean({
      description: 'print every value and where it comes from, and start nothing',
    }),
    ...UP_FLAGS,
  };

  async run(): Promise<void> {
    const file = configFileIn(this.argv, process.env);
    const config = file === undefined ? undefined : openConfig(file);
    const { argv, origins } = configure(this.argv, process.env, config);
    const { args, flags } = await this.parse(Up, [...argv]);
    const named = args.folder ?? config?.folder ?? (existsSync('pipelines') ? 'pipelines' : '.');
    const folder = resolve(named);
    if (flags['print-config']) {
      const from = args.folder !== undefined ? 'flag' : config?.folder ? 'file' : 'default';
      for (const line of configLines(flags, origins, { folder, from })) this.log(line);
      return;
    }
    const traceHeaders = process.env.OTEL_EXPORTER_OTLP_HEADERS ?? '';
    const openLineageKey = process.env.OPENLINEAGE_API_KEY;
    const oidcSecret = process.env.MILLRACE_OIDC_CLIENT_SECRET;
    const drainSeconds =
      flags['drain-timeout'] === undefined
        ? undefined
        : secondsIn(flags['drain-timeout'], MOST_DRAIN_SECONDS);
    // Before anything can run that could read it.
    const { environment, warning } = takeEnvironment(await namedIn(flags.secrets));
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
      ...(flags.store ? { place: flags.store } : {}),
      ...(flags['peer-url'] ? { peerUrl: publicUrlOf(flags['peer-url']) } : {}),
      ...(flags['seal-key'] ? { sealKey: resolve(flags['seal-key']) } : {}),
      ...(flags.standby ? { standby: standingBy(stop, say) } : {}),
      port: flags.port,
      host: flags.host,
      ...tlsOf(flags),
      allowHosts: flags['allow-host'] ?? [],
      trustedProxies: (flags['trusted-proxy'] ?? []).map(networkOf),
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
      workerLimits: tagLimitsIn(flags['worker-limits'] ?? ''),
      resumeRestored: flags['resume-restored'],
      ...(flags['dead-man'] ? { deadMan: { url: publicUrlOf(flags['dead-man']) } } : {}),
      ...(flags.rates ? { rates: flags.rates } : {}),
      ...(flags['work-folder'] ? { workFolder: resolve(flags['work-folder']) } : {}),
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
      // It stood by, and was told to end.
      if ((error as { code?: string }).code === 'closing') return undefined;
      throw (flags.store ? databaseFailure(error) : undefined) ?? startFailure(error, flags.port);
    });
    if (server === undefined) return;
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
    if (server.isExposed) {
      warn(
        `it listens on ${flags.host} without TLS: tokens and data can be read on the way. Give it --tls-cert and --tls-key, or name the proxy that ends TLS with --trusted-proxy`,
      );
    }
    renewAtHangup(server.tls);
    if (server.held !== undefined) for (const line of heldLines(server.held)) warn(line);
    say(colors.dim('  stop with Ctrl-C\n'));
    await whenToClose(server.drain, stop, drainSeconds, say);
    await server.close();
  }
}

/** @throws CommandFailure MILL5520 */
function tlsOf(flags: {
  'tls-cert'?: string | undefined;
  'tls-key'?: string | undefined;
  'ca-file'?: string | undefined;
}): Pick<ServerConfig, 'tls' | 'peerAuthorities'> {
  const { 'tls-cert': cert, 'tls-key': key, 'ca-file': authorities } = flags;
  if (authorities) authoritiesIn(authorities);
  return {
    ...(cert && key ? { tls: { cert: resolve(cert), key: resolve(key) } } : {}),
    ...(authorities ? { peerAuthorities: resolve(authorities) } : {}),
  };
}

/** A service manager's word that files were renewed, which ends no server; from a terminal it means that this has gone. */
function renewAtHangup(tls: Server['tls']): void {
  if (process.stdin.isTTY || process.stderr.isTTY) return;
  process.on('SIGHUP', () => void tls?.look());
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

/** @throws CommandFailure MILL5779 */
function networkOf(text: string): string {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  const isBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  if (isIP(address) !== 0 && isBits && rest.length === 0) return text;
  throw new CommandFailure(`'${text.slice(0, 80)}' is no address and no network.`, {
    exitCode: EXIT.usage,
    code: 'MILL5779',
    fix: 'Give --trusted-proxy an address such as 10.0.0.5, or a network such as 10.0.0.0/8.',
  });
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

export function startFailure(error: unknown, port: number): CommandFailure {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE') {
    return new CommandFailure(`Port ${port} is in use.`, {
      exitCode: EXIT.conflict,
      code: 'MILL5008',
      fix: 'Stop what uses it, or take another one with --port (0 takes a free one).',
    });
  }
  if (error instanceof Error && error.name === 'TlsFilesError') {
    const { fix } = error as Error & { fix: string };
    return new CommandFailure(error.message, {
      exitCode: EXIT.invalidDefinition,
      code: code ?? 'MILL5524',
      fix,
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
