/**
 * Wires everything together: store, connectors, engine, watched folder, HTTP. Nothing else knows all the rooms.
 * @module
 */
import { mkdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { createAws } from './aws/create-aws.js';
import { openDatasetStorage } from './connectors/dataset/open-storage.js';
import { runQuery } from './connectors/dataset/query/run-query.js';
import { createDestinations } from './connectors/http/destinations.js';
import { confineTasks } from './connectors/process/confine-tasks.js';
import { endControlGroup, enterControlGroup } from './connectors/process/control-group.js';
import { endOrphans } from './connectors/process/orphans.js';
import { createConnectors } from './connectors/registry.js';
import { createS3Buckets } from './connectors/s3/s3-buckets.js';
import { recordsIn } from './copy-store.js';
import { createChannelPorts } from './engine/adapters/channels/channel-ports.js';
import { createConnectorRunner } from './engine/adapters/connector-runner.js';
import { createEvaluationPool } from './engine/adapters/evaluation/pool.js';
import { createLocalItems } from './engine/adapters/local-items.js';
import { openProcessLedger } from './engine/adapters/process-ledger.js';
import { openSecretSources } from './engine/adapters/secret-sources/open-sources.js';
import { type TraceReceiver, tracesTo } from './engine/adapters/traces/trace-receiver.js';
import { takeWorkPlace } from './engine/adapters/work-place.js';
import { type ServerOfWorkers, workersOf } from './engine/adapters/worker-files.js';
import { type AwsTasksConfig, performers, untold, withAccounts } from './engine/aws-tasks.js';
import type { Addition } from './engine/compose.js';
import { createEngine } from './engine/create-engine.js';
import { DECLARED_TABLES } from './engine/declared-tables.js';
import type { Engine } from './engine/engine.js';
import { createFileSource } from './engine/features/files/file-source.js';
import type { DeadMan } from './engine/features/heartbeats/heartbeats.js';
import { type OpenLineageServer, openLineageTo } from './engine/features/lineage/receiver.js';
import { openLogSink } from './engine/features/logs/copies/open-sinks.js';
import type { LogNames } from './engine/features/logs/log-record.js';
import type { MetricsConfig } from './engine/features/metrics/metric-labels.js';
import type { RetentionConfig } from './engine/features/retention/retention.js';
import type { Identity } from './engine/kernel/arn.js';
import { checkEncryption, type SealCheck } from './engine/kernel/masking/check-encryption.js';
import { openEncryptionFile } from './engine/kernel/masking/encryption.js';
import type { TaskMocks } from './engine/kernel/mocked-tasks.js';
import { settleWorkFolder } from './engine/kernel/work-folders.js';
import { argumentProblemsOf } from './engine/literal-arguments.js';
import { openFolderLater } from './engine/open-folder-later.js';
import { openPipelineFolder, type PipelineFolder } from './engine/pipeline-folder.js';
import { type App, createApp, type OpenApp } from './http/app.js';
import { type Authenticator, createAuthenticator } from './http/auth.js';
import { createBackupDesk, type Held } from './http/backups/backup-desk.js';
import { heldText } from './http/backups/held-text.js';
import { createDrainDesk, type DrainDesk } from './http/drain-desk.js';
import { expectFreePort } from './http/free-port.js';
import { createGraphLayouts } from './http/graph/layouts.js';
import { collectProcessMetrics } from './http/metrics/process-metrics.js';
import { createOidcDesk } from './http/oidc/oidc-desk.js';
import { createOidcProvider, type OidcConfig } from './http/oidc/provider.js';
import { forgetServerFile, writeServerFile } from './http/server-file.js';
import type { RouteAddition } from './http/services.js';
import { openWaitingRoom, peerAddress, waitingIn } from './http/standby/waiting-room.js';
import { isExposed } from './http/tls/exposure.js';
import type { TlsFiles } from './http/tls/read-pair.js';
import { addressOf, serverTls, shownName } from './http/tls/server-tls.js';
import type { TlsDesk } from './http/tls/tls-desk.js';
import { createWebhookDesk } from './http/webhooks/webhook-desk.js';
import { type AccessKeys, createAccessKeys } from './http/wire/access-keys.js';
import { createOwnServices } from './http/wire/from-within.js';
import { consoleFolder, packageFile, packageVersion } from './package-files.js';
import { openAccountsFile } from './pipelines/accounts-file.js';
import { openBindingsFile } from './pipelines/bindings-file.js';
import { openOidcRolesFile } from './pipelines/oidc-roles-file.js';
import { openRatesFile } from './pipelines/rates-file.js';
import { environmentFileFlag, openSecretsFile } from './pipelines/secrets-file.js';
import { createSecretRegistry, declareEnvironment } from './secrets/secret-registry.js';
import { openServerLog } from './secrets/server-log.js';
import { BACKUP_NOTE, type BackupNote } from './store/backups/backup-note.js';
import { openRecords } from './store/open-records.js';
import type { StandbyOptions } from './store/postgres/leadership.js';
import { passwordIn } from './store/postgres/pool.js';
import type { Store } from './store/store.js';
import { configuredMocks } from './testing/configured-mocks.js';
import { openMockConfiguration } from './testing/open-mock-configuration.js';

export { copyStore, recordsIn, restoreToStore, verifyStore } from './copy-store.js';
export type { ExecutionDetail } from './engine/engine.js';
export type { Identity } from './engine/kernel/arn.js';
export { EVERYTHING } from './engine/kernel/scope.js';
export type { Held } from './http/backups/backup-desk.js';
export type { Drained } from './http/drain-desk.js';
export { isExposed } from './http/tls/exposure.js';
export { readPair } from './http/tls/read-pair.js';
export { checkSealOf, rotateSealOf } from './sealing-key.js';

/** A feature that joins from outside; see `docs/adding-a-feature.md`. */
export interface ServerAddition {
  /** Makes the feature. */
  feature: Addition;
  /** Adds its routes; called once the engine is open. */
  routes?: RouteAddition;
}

export interface ServerConfig extends AwsTasksConfig, OpenLineageServer, ServerOfWorkers {
  /** Folder of pipeline files; undefined: only what is deployed already. */
  folder?: string;
  /** Where everything is kept. Default: `.millrace`. */
  data?: string;
  /** Where the records lie instead of there: `postgres://…`, a database of PostgreSQL. Secret: it may hold a password. */
  place?: string;
  /** Waits while another server is active on the same database, and takes over when it is not. Default: fails then. */
  standby?: StandbyOptions;
  /** Where other servers of the same database reach this one. Default: where it listens. */
  peerUrl?: string;
  /** Folder of the files of executions; servers of one database have the same. Default: `work` in the data folder. */
  workFolder?: string;
  /** PEM file of authorities by which other servers of the same database are trusted. Default: those that Node.js knows. */
  peerAuthorities?: string;
  /** File of the sealing key; servers of one database have the same. Default: `seal.key` in the data folder. */
  sealKey?: string;
  /** Default: 127.0.0.1, this machine only. */
  host?: string;
  /** Default: 7350; 0 takes a free one. */
  port?: number;
  /** Speaks TLS with this certificate and key; other files under these names are taken while it runs. Default: HTTP without TLS. */
  tls?: TlsFiles;
  /** More host names under which the server may be addressed; those of the certificate are known. */
  allowHosts?: readonly string[];
  /** Addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Default: nobody's. */
  trustedProxies?: readonly string[];
  /** Let HTTP tasks reach private addresses. Default: false. */
  allowPrivateAddresses?: boolean;
  /** Private addresses that channels may reach: of a mail server, a chat, a receiver of webhooks. Default: as `allowPrivateAddresses`. */
  channelAddresses?: readonly string[];
  /** Attempts of a kind that may run at a time, by connector. */
  concurrency?: { [kind: string]: number };
  /**
   * Mock configuration file of Step Functions Local: executions that are started on one of its test cases are answered
   * from it. Default: none. It is read once, at the start.
   */
  mockConfig?: string;
  /**
   * File of bindings for machines without a pipeline file, and for what pipelines leave open; it also says which teams'
   * machines may run code. Default: none. It is read once, at the start.
   */
  bindings?: string;
  /** Machines that clients make over an API may run any code: for development. Default: false. */
  allowCodeOverApi?: boolean;
  /** File that says where secrets come from besides the store of this server. Default: none. It is read once, at the start. */
  secrets?: string;
  /** Environment files with secrets, as `[TEAM=]FILE`; of the team `default` unless it is said. Default: none. */
  secretsEnv?: readonly string[];
  /** Lets people in whom an OpenID Connect provider knows. Default: nobody. */
  oidc?: OidcConfig & {
    /** File of the roles that groups give. It is read once, at the start. */
    roles: string;
  };
  /** User under which tasks run: its name, or UID[:GID]. Linux only, and the server must be root. Default: the server's own. */
  taskUser?: string;
  /** Where credentials of S3 are looked for. Default: the environment of this process. */
  environment?: { readonly [name: string]: string | undefined };
  /** Account and region in ARNs. Default: 000000000000 in us-east-1. */
  identity?: Identity;
  /** Takes every AWS access key without looking at its signature: for development. Default: false. */
  acceptAnyAccessKey?: boolean;
  /** Lets records that were restored from a backup go on at once. Default: false, the server waits for `millrace resume`. */
  resumeRestored?: boolean;
  /** What should be known about this start, for the server's log. Default: nothing. */
  startNotes?: readonly string[];
  /**
   * Moves this process into a control group of its own where the system allows it, so that whatever tasks leave behind is
   * found after a crash. For a process that is nothing but the server. Default: false.
   */
  ownControlGroup?: boolean;
  /** Told about files that were deployed or have problems. */
  onFolderChange?: Parameters<typeof openPipelineFolder>[0]['onChange'];
  /** Where copies of what tasks print go: `stdout`, `file:PATH`, `otlp:URL`, `loki:URL`. Default: nowhere. */
  logCopies?: readonly string[];
  /** Names of members of log records that are not those of `LOG_NAMES`. */
  logNames?: LogNames;
  /** Address under which people reach this server, without a slash at its end. Default: where it listens. */
  publicUrl?: string;
  /** How long things are kept. Default: `DEFAULT_RETENTION`. */
  retention?: RetentionConfig;
  /** What jobs are counted by for Prometheus. Default: their names and teams. */
  metrics?: MetricsConfig;
  /** File of prices, see `openRatesFile`. Default: nothing is priced. It is read once, at the start. */
  rates?: string;
  /** Where versions of datasets lie: a folder, or `s3://bucket/prefix`. Default: `datasets` in the data folder. */
  datasets?: string;
  /** Folder of DuckDB's extensions, which read tables of Iceberg and Delta. Default: there are none. */
  duckdbExtensions?: string;
  /** File of AWS accounts, see `openAccountsFile`. Default: there are none. It is read once, at the start. */
  accounts?: string;
  /** An outside service that raises the alarm when it hears nothing of this server for a minute or two. Default: nobody is told. */
  deadMan?: DeadMan;
  /** Receiver of OpenTelemetry to which traces of executions go. Default: there are none. */
  traces?: TraceReceiver;
  /** Features that join besides those that there are, with what they show over REST. Default: none. */
  additions?: readonly ServerAddition[];
  /** Lines for people: where the server's own log goes. Default: `millrace.log` in the data folder. */
  logFile?: string;
}

/** What `server.engine.pipelines.deploy` takes of a plan. */
export { deploymentOf } from './engine/pipeline-folder.js';

export interface Server {
  url: string;
  /** Works once, for 15 minutes. */
  loginUrl: string;
  engine: Engine;
  folder: PipelineFolder | undefined;
  /** Makes tokens for people and programs. */
  authenticator: Authenticator;
  /** Makes access keys for clients of the AWS wire API. */
  accessKeys: AccessKeys;
  app: App;
  /** Whether the sealing key is the one that the store was written with. */
  sealCheck: SealCheck;
  /** It was restored from a backup, and waited at its start until somebody says that it may go on. */
  held: Held | undefined;
  /** Whether others can read on the way what is said here: it listens beyond this machine, and nobody is known to end TLS. */
  isExposed: boolean;
  /** The certificate that it speaks with; undefined: it speaks no TLS. */
  tls: TlsDesk | undefined;
  /** Drains it. When that is `over`, whoever has started the server closes it. */
  drain: DrainDesk;
  /** Refuses new work, lets attempts end, closes everything. */
  close(): Promise<void>;
}

const DEFAULT_PORT = 7350;
/** Connections that wait to be accepted; the kernel's own limit is mostly lower. */
const BACKLOG = 16_384;
/** Ends the process when the store can no longer be trusted: EX_SOFTWARE of sysexits.h. */
const FATAL_EXIT = 70;

/**
 * Starts Millrace in this process.
 * @throws StoreError when the data folder is in use, newer than this program, or damaged
 * @example const server = await startServer({ folder: 'pipelines', port: 0 });
 */
export async function startServer(config: ServerConfig = {}): Promise<Server> {
  const closers: Closer[] = [];
  try {
    return await openServer(config, closers);
  } catch (error) {
    // What is open would keep the process alive and the data folder locked.
    await closeAll(closers);
    throw error;
  }
}

type Closer = () => Promise<void> | void;

/** The last opened is closed first. */
async function closeAll(closers: Closer[]): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
}

async function openServer(config: ServerConfig, closers: Closer[]): Promise<Server> {
  const host = config.host ?? '127.0.0.1';
  const port = config.port ?? DEFAULT_PORT;
  // Before the engine takes up its work: it would have to be interrupted again.
  await expectFreePort(host, port);
  const data = resolve(config.data ?? '.millrace');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const secrets = createSecretRegistry();
  declareEnvironment(secrets, config.environment ?? process.env);
  const log = openServerLog(config.logFile ?? join(data, 'millrace.log'), secrets);
  for (const note of config.startNotes ?? []) log.warn(note);
  const endFatally = (error: unknown): void => {
    const problem = error instanceof Error ? error.message : String(error);
    log.fatal({ err: error }, 'the store failed; the process ends and recovers at its next start');
    // The log may be what is gone.
    process.stderr.write(`The store failed, so the server ends: ${problem}\n`);
    process.exit(FATAL_EXIT);
  };
  const serverFile = join(data, 'server.json');
  const tls = serverTls(config.tls, log);
  if (tls !== undefined) closers.push(() => tls.close());
  const trustedProxies = config.trustedProxies ?? [];
  const exposed = isExposed({ host, isTls: tls !== undefined, trustedProxies });
  if (exposed) log.warn({ host }, 'it listens beyond this machine without TLS');
  const { place } = config;
  const password = place === undefined ? undefined : passwordIn(place);
  if (password !== undefined) secrets.declare(password);
  // Also of a server that does not stand by: others learn the port before it listens.
  const room =
    place === undefined
      ? undefined
      : await openWaitingRoom({ host, port, tls, authorities: config.peerAuthorities });
  closers.push(() => room?.close());
  const records = await openRecords({
    ...{ data, place, tables: DECLARED_TABLES },
    server: {
      name: `${hostname()} ${process.pid}`,
      url: config.peerUrl ?? peerAddress(host, room?.port ?? port, tls?.state()),
    },
    ...(config.standby === undefined ? {} : { standby: waitingIn(room, config.standby) }),
    onDamage(damage) {
      log.fatal({ damage }, 'the records are damaged; nothing is accepted any more');
      process.stderr.write(
        `The records are damaged, so nothing is accepted any more: ${damage}\nStop the server, run \`millrace doctor\`, and put a backup in place.\n`,
      );
    },
    onLost: endFatally,
    onProblem: (problem) => log.warn({ problem }, 'the records could not be checked'),
  });
  closers.push(() => records.close());
  room?.forwardTo(undefined);
  const { store, readers, source } = records;
  const work = config.workFolder ?? join(data, 'work');
  settleWorkFolder(work);
  const elsewhere = await takeWorkPlace(store, work);
  if (elsewhere !== undefined) log.warn(elsewhere);
  const { folder: pipelines, bindings } = config;
  const sealKey = config.sealKey ?? join(data, 'seal.key');
  const places = { data, work, sealKey, folder: pipelines, bindings };
  const confinement = await confineTasks(config.taskUser, places);
  closers.push(() => forgetServerFile(serverFile, store));
  // The store's lock is ours: whatever an earlier server left running belongs to nobody.
  const ledger = openProcessLedger(join(data, 'processes'));
  const controlGroup = join(data, 'control-group');
  const left = await endControlGroup(controlGroup);
  const orphans = left + (await endOrphans(ledger.takeLeftovers(), work));
  if (orphans > 0) log.warn({ orphans }, 'ended processes that an earlier server left behind');
  if (config.ownControlGroup === true) {
    const forget = enterControlGroup(controlGroup);
    if (forget !== undefined) closers.push(forget);
  }
  const seal = openEncryptionFile(sealKey);
  const http = { allowPrivateAddresses: config.allowPrivateAddresses ?? false };
  const environment = config.environment ?? process.env;
  const buckets = createS3Buckets(environment);
  const isShared = config.taskUser !== undefined;
  const datasets = openDatasetStorage(config.datasets, data, buckets, isShared);
  const duckdb =
    config.duckdbExtensions === undefined ? {} : { extensions: resolve(config.duckdbExtensions) };
  const connectors = createConnectors({
    ...{ http, datasets, sql: duckdb },
    confinement,
    ...(config.identity === undefined ? {} : { lambda: { identity: config.identity } }),
  });
  const destinations = createDestinations(http);
  const aws =
    config.accounts === undefined
      ? undefined
      : createAws({ accounts: openAccountsFile(config.accounts), environment, secrets });
  if (aws !== undefined) closers.push(() => aws.close());
  const awsTasks = withAccounts(config, aws);
  const evaluator = createEvaluationPool();
  closers.push(() => evaluator.close());
  const engine: Engine = createEngine({
    store,
    readers,
    runner: createConnectorRunner(connectors, config.concurrency, ledger, confinement),
    evaluator,
    itemSource: createLocalItems(buckets, confinement),
    files: createFileSource(buckets),
    ...mocksOf(config.mockConfig),
    ...(config.bindings === undefined
      ? {}
      : { sharedBindings: openBindingsFile(config.bindings, [...connectors.values()]) }),
    allowCodeOverApi: config.allowCodeOverApi ?? false,
    ...(await workersOf(config, join(data, 'worker-files'), confinement, packageVersion())),
    workFolder: work,
    destinations,
    logs: {
      names: config.logNames ?? {},
      ...(config.publicUrl === undefined ? {} : { url: config.publicUrl }),
      sinks: (config.logCopies ?? []).map((place) =>
        openLogSink(place, { destinations, environment }),
      ),
      onProblem: (problem) => log.warn(problem),
    },
    notifications: {
      ports: createChannelPorts({
        allowPrivateAddresses: http.allowPrivateAddresses || [...(config.channelAddresses ?? [])],
      }),
    },
    services: createOwnServices(() => engine),
    ...performers(awsTasks),
    seal,
    secrets,
    secretSources: openSecretSources(
      [
        ...(config.secretsEnv ?? []).map(environmentFileFlag),
        ...(config.secrets === undefined ? [] : openSecretsFile(config.secrets)),
      ],
      environment,
    ),
    ...(config.retention === undefined ? {} : { retention: config.retention }),
    ...(config.rates === undefined ? {} : { rates: openRatesFile(config.rates) }),
    ...(aws === undefined ? {} : { aws }),
    datasets,
    readData: (work, tables, signal) => runQuery(work, tables, signal, duckdb),
    ...openLineageTo(config.openLineage, packageVersion(), destinations),
    ...(config.deadMan === undefined ? {} : { deadMan: config.deadMan }),
    ...(config.metrics === undefined ? {} : { metrics: config.metrics }),
    ...tracesTo(config.traces, {
      source,
      allowPrivateAddresses: config.allowPrivateAddresses ?? false,
      resource: { version: packageVersion(), instance: data },
      onProblem: (problem) => log.warn({ problem }, 'traces were not sent'),
    }),
    additions: (config.additions ?? []).map(({ feature }) => feature),
    ...(config.identity === undefined ? {} : { identity: config.identity }),
    onFatal: endFatally,
    onProblem: (error, execution) =>
      log.error({ err: error, execution }, 'an execution could not go on'),
  });
  // Closed after the engine, so that who asks meanwhile gets an answer.
  let opened: OpenApp | undefined;
  closers.push(async () => {
    await opened?.finish();
    await opened?.app.close();
  });
  // What outlived the time of a drain has had its time.
  let grace: number | undefined;
  closers.push(() => engine.close(grace));
  const held = await heldBy(store, config.resumeRestored ?? false);
  await engine.open(held === undefined ? 'working' : 'held');
  const sealCheck = await checkEncryption(store, seal);
  if (!sealCheck.fits) {
    log.error(
      { unreadable: sealCheck.unreadable },
      'seal.key is not the key that the store was written with: put it back from a backup of the data folder, or make anew what cannot be read (access keys, webhooks, connections)',
    );
  }
  const folder =
    config.folder === undefined
      ? undefined
      : openFolderLater(config.folder, () =>
          openPipelineFolder({
            engine,
            folder: config.folder ?? '',
            check: (plan) => argumentProblemsOf(plan, connectors),
            untold: untold(awsTasks),
            ...(config.onFolderChange === undefined ? {} : { onChange: config.onFolderChange }),
          }),
        );
  // Also one that is being opened now: what it deploys is durable before the engine closes.
  if (folder !== undefined) closers.push(() => folder.close());
  if (held === undefined) await folder?.open();
  const database = source.kind === 'sqlite' ? source.database : recordsIn(source.url);
  const backups = createBackupDesk({
    ...{ engine, data, database },
    version: packageVersion(),
    held,
    onGoOn: async () => {
      log.warn({ ...held }, 'the restored records are in use from now on');
      await folder?.open();
    },
  });
  const drain = createDrainDesk(engine, Date.now);
  void drain.over.then(({ left }) => {
    grace = left > 0 ? 0 : undefined;
    log.warn({ left }, 'the server is drained');
  });
  if (held !== undefined) log.warn({ ...held }, heldText(held));
  const authenticator = createAuthenticator(store, Date.now, secrets, engine.users);
  const accessKeys = createAccessKeys({
    store,
    seal,
    secrets,
    now: Date.now,
    acceptAnyKey: config.acceptAnyAccessKey ?? false,
  });
  if (config.oidc?.clientSecret !== undefined) secrets.declare(config.oidc.clientSecret);
  const oidc =
    config.oidc === undefined
      ? undefined
      : createOidcDesk({
          provider: createOidcProvider(config.oidc),
          groups: openOidcRolesFile(config.oidc.roles),
          users: engine.users,
          authenticator,
          now: Date.now,
          onProblem: (problem) => log.warn({ problem }, 'a login came to nothing'),
        });
  const webhooks = createWebhookDesk({ engine, seal, secrets, now: Date.now });
  const names = tls?.state().names ?? [];
  const hosts = ['localhost', '127.0.0.1', '[::1]', host, ...names, ...(config.allowHosts ?? [])];
  const processMetrics = collectProcessMetrics(
    source.kind === 'sqlite' ? source.database : undefined,
    tls,
  );
  closers.push(() => processMetrics.close());
  const layouts = createGraphLayouts();
  // Before whoever asks for a picture: a thread of its own would keep the process from ending.
  closers.push(() => layouts.close());
  opened = await createApp({
    engine,
    store,
    authenticator,
    accessKeys,
    webhooks,
    oidc,
    folder,
    layouts,
    backups,
    drain,
    tls,
    processMetrics: processMetrics.registry,
    secrets,
    additions: (config.additions ?? []).flatMap(({ routes }) => routes ?? []),
    config: {
      version: packageVersion(),
      sealFits: sealCheck.fits,
      // AWS's clients put `sync-` before the host for calls that wait for their result.
      hosts: [...hosts, ...hosts.map((name) => `sync-${name}`)],
      publicUrl: config.publicUrl,
      trustedProxies,
      consoleFolder: consoleFolder(),
      pipelineSchema: readFileSync(packageFile('schema/pipeline.json'), 'utf8'),
      onFault: (error, requestId) => log.error({ err: error, requestId }, 'a request failed'),
    },
  });
  const { app, refuse } = opened;
  // As many as the kernel lets wait: a connection that does not fit is tried again after a second, three, seven …
  await room?.close();
  await app.listen({ host, port: room?.port ?? port, backlog: BACKLOG });
  const address = app.server.address() as AddressInfo;
  const isAnywhere = host === '0.0.0.0' || host === '::';
  const own = isAnywhere ? 'localhost' : host;
  const url = addressOf(isAnywhere ? shownName(tls?.state()) : own, address.port, tls?.state());
  engine.logs.linkTo(url);
  const login = await authenticator.issue('login', { label: 'console' });
  await forgetServerFile(serverFile, store);
  const token = await authenticator.issue('api', { label: 'command line of this machine' });
  const taskUser = confinement.user?.name;
  const about = { url, token, pid: process.pid, taskUser, records: recordsOf(store) };
  const tell = (fingerprints: readonly string[] = []): void =>
    writeServerFile(serverFile, {
      ...about,
      exposed: exposed ? host : undefined,
      tls: tls === undefined ? undefined : { host: own, fingerprints },
    });
  tell(tls?.fingerprints());
  tls?.onRenewed(tell);
  // Refuses first, while the listener stays open: whoever comes is told, and not that nobody is there.
  closers.push(refuse);

  let closing: Promise<void> | undefined;
  return {
    url,
    loginUrl: `${url}/login?token=${login}`,
    engine,
    folder,
    authenticator,
    accessKeys,
    app,
    sealCheck,
    held: backups.held(),
    isExposed: exposed,
    tls,
    drain,
    close() {
      closing ??= closeAll(closers);
      return closing;
    },
  };
}

/** Where they lie, for `doctor`; undefined: in the data folder. */
function recordsOf(store: Store): string | undefined {
  const { driver, version, schema, location } = store.information();
  return driver === 'postgresql'
    ? `PostgreSQL ${version}, database ${location}, version ${schema} of the tables`
    : undefined;
}

/** What is held back of records that were restored; undefined when they are in use. */
async function heldBy(store: Store, isGoingOn: boolean): Promise<Held | undefined> {
  const note = (await store.readSetting(BACKUP_NOTE)) as BackupNote | undefined;
  if (note === undefined) return undefined;
  if (isGoingOn) {
    await store.leaveBackup();
    return undefined;
  }
  return { ...note, ...(await store.countOpenWork()) };
}

/** @throws MockConfigurationError when there is no such file, or something is wrong with it */
function mocksOf(file: string | undefined): { mocks?: TaskMocks } {
  return file === undefined ? {} : { mocks: configuredMocks(openMockConfiguration(file)) };
}
