/**
 * Taking the environment out of the server's process: a task of the same user can read `/proc/PID/environ` of it, and
 * credentials lie there.
 *
 *     variables ──▶ those of AWS, and what was named: one object, for the parts that read buckets and secrets
 *         │         process.env keeps those that programs need and that are no secrets
 *         └──overwritten with zeros where the system shows them
 *
 * Linux shows the memory in which a process got its variables at its start, whatever the process has changed since. So each
 * is set anew, which makes the C library keep a copy of its own, and the old place is overwritten through
 * `/proc/self/mem`. What the processes above this one show (a shell, npx) cannot be helped here; it is told.
 * @module
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

export type Environment = { readonly [name: string]: string | undefined };

export interface TakenEnvironment {
  /** AWS's settings and credentials, which the server needs, and what was named. */
  environment: Environment;
  /** Why it can still be read, and by whom; absent when it cannot. */
  warning?: string;
}

/**
 * What stays: names that the program, its libraries and the operating system look up while it runs.
 */
const KEPT =
  /^(PATH|HOME|USER|LOGNAME|SHELL|PWD|LANG|LANGUAGE|LC_\w+|TZ|TZDIR|TMPDIR|TEMP|TMP|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CI|SystemRoot|SystemDrive|USERPROFILE|PATHEXT|ComSpec|windir|SSL_CERT_FILE|SSL_CERT_DIR|UV_THREADPOOL_SIZE|LD_PRELOAD|LD_LIBRARY_PATH|NODE_(OPTIONS|ENV|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|V8_COVERAGE|NO_WARNINGS))$/;

/** AWS's settings that name where credentials are rather than being some: its client looks them up when it is used. */
const KEPT_OF_AWS = /^AWS_(?!ACCESS_KEY_ID$|SECRET_ACCESS_KEY$|SESSION_TOKEN$|SECURITY_TOKEN$)\w+$/;

/**
 * Takes out what the server needs, and removes what no part needs from this process and from what the system shows of it.
 * To be called before any task can run.
 * @param also names of further variables that the server needs: of commands that print secrets
 * @example const { environment } = takeEnvironment();
 */
export function takeEnvironment(also: readonly string[] = []): TakenEnvironment {
  const environment: { [name: string]: string } = {};
  for (const name of Object.keys(process.env)) {
    const value = process.env[name];
    if (value === undefined) continue;
    if (name.startsWith('AWS_') || also.includes(name)) environment[name] = value;
    if (KEPT.test(name) || KEPT_OF_AWS.test(name)) process.env[name] = value;
    else delete process.env[name];
  }
  const warning = hideOriginal() ?? parentWarning();
  return { environment, ...(warning === undefined ? {} : { warning }) };
}

/** Overwrites the variables where the system shows them. Answers why it could not. */
function hideOriginal(): string | undefined {
  if (process.platform !== 'linux') {
    return 'on this system every process of the same user can see the environment that the server was started with';
  }
  try {
    const [begin, end] = environmentRange();
    const memory = openSync('/proc/self/mem', 'r+');
    try {
      const zeros = Buffer.alloc(end - begin);
      for (let at = 0; at < zeros.length; ) {
        at += writeSync(memory, zeros, at, zeros.length - at, begin + at);
      }
    } finally {
      closeSync(memory);
    }
    if (!readFileSync('/proc/self/environ').some((byte) => byte !== 0)) return undefined;
    return `/proc/${process.pid}/environ still shows the server's environment`;
  } catch (error) {
    return `/proc/${process.pid}/environ shows the server's environment to tasks of its user (${(error as Error).message})`;
  }
}

/** Addresses: fields 50 and 51 of proc(5)'s `stat`. */
function environmentRange(): [begin: number, end: number] {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const begin = Number(fields[47]);
  const end = Number(fields[48]);
  // The system answers 0 where it does not tell.
  if (!(begin > 0 && end > begin && end < Number.MAX_SAFE_INTEGER)) {
    throw new Error('the system does not tell where it lies');
  }
  return [begin, end];
}

/** A process above that shows the same variables, because it started this one. */
function parentWarning(): string | undefined {
  for (let pid = process.ppid, steps = 0; pid > 1 && steps < 16; steps += 1) {
    const status = readText(`/proc/${pid}/status`);
    if (status === undefined) return undefined;
    const secret = nameOfSecret(readText(`/proc/${pid}/environ`) ?? '');
    if (secret !== undefined) {
      const name = /^Name:\s*(.*)$/m.exec(status)?.[1] ?? '';
      return `the process that started the server (${name}, ${pid}) shows its own environment to tasks of this user, with ${secret} in it`;
    }
    pid = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return undefined;
}

/** The first name that looks like one of a secret. */
function nameOfSecret(environ: string): string | undefined {
  const names = environ.split('\0').map((entry) => entry.slice(0, Math.max(0, entry.indexOf('='))));
  return names.find((name) => /TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|ACCESS_KEY/i.test(name));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
