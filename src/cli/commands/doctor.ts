import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import colors from 'picocolors';
import type { Health } from '../../api/health.js';
import { PATHS, PREFIX } from '../../api/paths.js';
import { MillraceCommand } from '../base-command.js';
import { findDataFolder, readServerFile, trustOf } from '../client.js';
import { checkConfig } from '../config-checks.js';
import { EXIT } from '../exit-codes.js';
import { fetchFrom, type ServerFetch } from '../server-trust.js';
import { type Check, taskRights } from '../task-rights.js';
import { certificateChecks, configuredTls, exposureChecks } from '../tls-checks.js';
import { workerChecks } from '../worker-checks.js';

const MIN_NODE = [20, 19] as const;
const LITTLE_SPACE = 1024 ** 3;

/** `millrace doctor`: looks whether this machine is fit, line by line. */
export default class Doctor extends MillraceCommand {
  static override summary = 'Check this machine and the data folder; every line with its fix';
  static override flags = {
    data: Flags.string({ description: 'data folder (default: the nearest .millrace)' }),
    port: Flags.integer({ description: 'port that the server would use (default: 7350)' }),
    config: Flags.string({
      description: 'configuration of `up` that is checked, with what it names',
      env: 'MILLRACE_CONFIG',
      helpValue: 'FILE',
    }),
  };

  async run(): Promise<{ checks: Check[] }> {
    const { flags } = await this.parse(Doctor);
    const configured = flags.config === undefined ? undefined : checkConfig(flags.config);
    const said = configured?.config?.values;
    const data = findDataFolder(flags.data ?? said?.get('data')?.[0]);
    const port = flags.port ?? Number(said?.get('port')?.[0] ?? 7350);
    const server = readServerFile(data);
    const fetch = fetchFrom(trustOf(undefined, undefined, server));
    const answer = server === undefined ? undefined : await askHealth(server.url, fetch);
    const checks = [
      ...(configured?.checks ?? []),
      ...(configured?.config === undefined ? [] : await configuredTls(configured.config)),
      nodeVersion(),
      dataFolder(data),
      freeSpace(data),
      server?.records === undefined
        ? await database(data, answer?.health)
        : ({ name: 'database', verdict: 'ok', found: server.records } satisfies Check),
      await sealKey(data, answer, said?.get('seal-key')?.[0]),
      await serverAnswers(server?.url, answer, port),
      ...certificateChecks(answer?.health),
      ...(answer === undefined ? [] : exposureChecks(server?.exposed)),
      ...partsOf(answer?.health),
      ...(server === undefined || answer === undefined ? [] : await workerChecks(server, fetch)),
      ...taskRights(server),
      timeZones(),
      program(
        'python3',
        'Python Lambda functions',
        'Install Python 3, or write the handlers in Node.',
      ),
    ];
    for (const { name, verdict, found, fix } of checks) {
      const mark = {
        ok: colors.green('ok  '),
        warn: colors.yellow('warn'),
        fail: colors.red('fail'),
      }[verdict];
      this.log(
        `${mark} ${name.padEnd(14)} ${found}${fix === undefined ? '' : colors.dim(`\n     fix: ${fix}`)}`,
      );
    }
    if (checks.some((check) => check.verdict === 'fail')) process.exitCode = EXIT.checkFailed;
    return { checks };
  }
}

function nodeVersion(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return {
    name: 'Node.js',
    verdict: enough ? 'ok' : 'fail',
    found: process.versions.node,
    ...(enough ? {} : { fix: `Install Node.js ${MIN_NODE.join('.')} or newer.` }),
  };
}

function dataFolder(data: string): Check {
  try {
    const folder = existingPart(data);
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file`);
    accessSync(folder, constants.W_OK);
    return {
      name: 'data folder',
      verdict: 'ok',
      found: existsSync(data) ? data : `${data} (will be made)`,
    };
  } catch {
    return {
      name: 'data folder',
      verdict: 'fail',
      found: `${data} cannot be written`,
      fix: 'Give yourself write access, or choose another folder with --data.',
    };
  }
}

/** The path itself, or the nearest folder above it that is there. */
function existingPart(path: string): string {
  let part = resolve(path);
  while (!existsSync(part) && part !== resolve(part, '..')) part = resolve(part, '..');
  return part;
}

function freeSpace(data: string): Check {
  const { bavail, bsize } = statfsSync(existingPart(data));
  const bytes = bavail * bsize;
  const found = `${(bytes / 1024 ** 3).toFixed(1)} GiB free`;
  return bytes > LITTLE_SPACE
    ? { name: 'disk', verdict: 'ok', found }
    : {
        name: 'disk',
        verdict: 'warn',
        found,
        fix: 'Free some space: a full disk makes the server refuse new work.',
      };
}

const DAMAGED =
  'Put a backup in place: docs/guides/operations.md, "Damage and how to get back". Keep the damaged folder until that is done.';

/** Reads all of it when no server has it; a server that has it tells what it has found. */
async function database(data: string, health: Health | undefined): Promise<Check> {
  const name = 'database';
  try {
    const { inspectStore, usedSqlite } = await import('../../store/inspect-store.js');
    const found = inspectStore(resolve(data, 'millrace.db'));
    switch (found.state) {
      case 'in use': {
        const problem = isWaiting(health) ? found.note : (health?.problem ?? found.note);
        if (problem !== undefined) return { name, verdict: 'fail', found: problem, fix: DAMAGED };
        const { holder } = found;
        const who = holder
          ? `process ${holder.pid} on ${holder.host}, since ${holder.since}`
          : 'the running server';
        return { name, verdict: 'ok', found: `in use by ${who}` };
      }
      case 'damaged':
        return { name, verdict: 'fail', found: found.what, fix: DAMAGED };
      default: {
        const { driver, version } = usedSqlite();
        const schema =
          found.state === 'sound'
            ? `schema ${found.schema}, all records sound${found.isRestored ? ', restored from a backup: it waits for `millrace resume` after `millrace up`' : ''}`
            : 'none yet';
        const patched = newerThan(version, [3, 51, 3]);
        return {
          name,
          verdict: 'ok',
          found: `SQLite ${version} (${driver}), ${schema}${patched ? '' : '; one connection writes, which avoids the WAL-reset bug of versions before 3.51.3'}`,
        };
      }
    }
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    const fix =
      code === 'newer-schema'
        ? 'Use the version of Millrace that wrote it, or a newer one.'
        : 'Look at the disk and at who may read the folder.';
    return { name, verdict: 'fail', found: message ?? String(error), fix };
  }
}

/** Sealed secrets can be read only with the key that they were sealed with. */
async function sealKey(
  data: string,
  answer: { health: Health } | undefined,
  key: string | undefined,
): Promise<Check> {
  const name = 'sealing key';
  const file = key ?? 'seal.key';
  const lost = (what: string): Check => ({
    name,
    verdict: 'fail',
    found: `${file} is not the key that the store was written with${what}`,
    fix: `Put ${file} back from a backup and start again: nothing is lost. Without it make the access keys, webhooks and connections anew.`,
  });
  try {
    if (answer !== undefined) {
      return answer.health.sealKey === undefined
        ? { name, verdict: 'ok', found: 'fits the store' }
        : lost('');
    }
    const database = resolve(data, 'millrace.db');
    const { isInUse } = await import('../../store/inspect-store.js');
    if (isInUse(database)) return { name, verdict: 'ok', found: 'not looked at: in use' };
    if (!existsSync(database)) return { name, verdict: 'ok', found: 'will be made' };
    const { checkSealOf } = await import('../../server.js');
    const { fits, unreadable } = await checkSealOf(data, key);
    const named = unreadable.length === 0 ? '' : `; it cannot open: ${unreadable.join(', ')}`;
    return fits ? { name, verdict: 'ok', found: 'fits the store' } : lost(named);
  } catch (error) {
    return { name, verdict: 'warn', found: `not looked at: ${(error as Error).message}` };
  }
}

function newerThan(version: string, wanted: readonly [number, number, number]): boolean {
  const parts = version.split('.').map(Number);
  for (const [i, number] of wanted.entries()) {
    const own = parts[i] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/** What it says of itself then is no damage. */
function isWaiting(health: Health | undefined): boolean {
  return health?.status === 'held' || health?.status === 'draining';
}

/** What of a running server does not do its work. */
function partsOf(health: Health | undefined): Check[] {
  if (health === undefined) return [];
  const { degraded = [], status } = health;
  if (degraded.length === 0) {
    return status === 'ready' ? [{ name: 'parts', verdict: 'ok', found: 'all do their work' }] : [];
  }
  return degraded.map((found) => ({
    name: 'part',
    verdict: 'warn' as const,
    found,
    fix: 'Look at millrace.log in the data folder; docs/guides/watching-the-watcher.md tells what each part is.',
  }));
}

/** Milliseconds by which the server's clock may differ. */
const MUCH_SKEW = 5_000;

/** Undefined when nobody answers. */
async function askHealth(
  url: string,
  fetch: ServerFetch,
): Promise<{ health: Health; skew: number } | undefined> {
  try {
    const asked = Date.now();
    const response = await fetch(url + PREFIX + PATHS.health, {
      signal: AbortSignal.timeout(3000),
    });
    const health = (await response.json()) as Health;
    return { health, skew: Math.abs(Date.parse(response.headers.get('date') ?? '') - asked) };
  } catch {
    return undefined;
  }
}

async function serverAnswers(
  url: string | undefined,
  answer: { health: Health; skew: number } | undefined,
  port: number,
): Promise<Check> {
  const name = 'server';
  if (url !== undefined && answer !== undefined) {
    const { health, skew } = answer;
    const skewed = skew > MUCH_SKEW;
    const found = `${url} is ${health.status}${skewed ? `, its clock differs by ${Math.round(skew / 1000)} s` : ''}`;
    if (health.status === 'corrupt') return { name, verdict: 'fail', found, fix: DAMAGED };
    if (health.status === 'draining') {
      const fix = 'Let it stop, or have it take work again: millrace drain --undo';
      return { name, verdict: 'warn', found: `${url}: ${health.problem}`, fix };
    }
    if (health.status === 'held') {
      const fix =
        'Make sure that the server which the backup is of runs nowhere any more, then: millrace resume';
      return { name, verdict: 'warn', found: `${url} waits: ${health.problem}`, fix };
    }
    return { name, verdict: health.status === 'ready' && !skewed ? 'ok' : 'warn', found };
  }
  if (url !== undefined) {
    return {
      name,
      verdict: 'warn',
      found: `${url} does not answer`,
      fix: 'Start it again with `millrace up`.',
    };
  }
  const free = await new Promise<boolean>((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
  return free
    ? { name: 'server', verdict: 'ok', found: `not running; port ${port} is free` }
    : {
        name: 'server',
        verdict: 'warn',
        found: `port ${port} is used by another program`,
        fix: 'Start with another one: millrace up --port 0',
      };
}

function timeZones(): Check {
  const zones = Intl.supportedValuesOf('timeZone').length;
  return zones > 300
    ? { name: 'time zones', verdict: 'ok', found: `${zones} zones` }
    : {
        name: 'time zones',
        verdict: 'warn',
        found: `only ${zones} zones`,
        fix: 'Use a Node.js build with full ICU data.',
      };
}

function program(name: string, use: string, fix: string): Check {
  const { status, stdout, stderr } = spawnSync(name, ['--version'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  return status === 0
    ? { name, verdict: 'ok', found: `${(stdout || stderr).trim()} (${use})` }
    : { name, verdict: 'warn', found: `not found: no ${use}`, fix };
}
