import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { Flags } from '@oclif/core';
import { WORKER_KINDS } from '../../pipelines/sections/worker-section.js';
import { CA_FILE, MillraceCommand } from '../base-command.js';
import { findDataFolder, readServerFile, trustOf } from '../client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { millisecondsIn } from '../length-of-time.js';
import { takeEnvironment } from '../own-environment.js';
import { expectTrusted, fetchFrom, type ServerTrust } from '../server-trust.js';
import { stopAsked } from '../stopping.js';
import { kindsWithSlots, workerTagsIn } from '../worker-kinds.js';

/** `millrace worker`: performs tasks for a server on another machine. */
export default class Worker extends MillraceCommand {
  static override summary = 'Perform tasks for a server on another machine, until it is stopped';
  static override description =
    'It asks the server for tasks and needs no address of its own. Files of the pipeline and the execution come and go by themselves; scripts, functions and programs run on this machine. Ctrl-C or SIGTERM: it takes nothing new, lets what runs end, and goes.';
  static override examples = [
    'MILLRACE_TOKEN=… <%= config.bin %> worker --server https://millrace.example --tags gpu',
    '<%= config.bin %> worker --kinds shell=4,sql=1',
    '<%= config.bin %> worker --token-file /run/secrets/worker --name gpu-1',
  ];
  static override flags = {
    server: Flags.string({ description: 'address of the server', env: 'MILLRACE_URL' }),
    'ca-file': CA_FILE,
    token: Flags.string({
      description:
        'token with the role worker; whoever sees the processes of this machine sees it: rather put it into MILLRACE_TOKEN or a file',
      exclusive: ['token-file'],
    }),
    'token-file': Flags.string({ description: 'file that holds the token' }),
    'server-data': Flags.string({
      description: 'data folder of a server on this machine, for its address and token',
    }),
    name: Flags.string({ description: 'as people know it (default: that of this machine)' }),
    kinds: Flags.string({
      description: 'kinds of tasks that it performs, with how many at a time: shell=4,sql',
      default: WORKER_KINDS.join(','),
    }),
    tags: Flags.string({ description: 'what tasks may ask for: gpu,large', default: '' }),
    slots: Flags.integer({
      description: 'tasks at a time (default: twice the processors)',
      min: 1,
      max: 1_000,
    }),
    data: Flags.string({ description: 'folder for its files', default: '.millrace-worker' }),
    cache: Flags.integer({
      description: 'MiB of files that it keeps for later tasks',
      default: 2_048,
      min: 0,
      max: 1_000_000,
    }),
    grace: Flags.string({
      description: 'how long tasks may go on when it is stopped: 25s, 10m',
      default: '25s',
    }),
    once: Flags.boolean({ description: 'perform one task, then end' }),
    'allow-private-addresses': Flags.boolean({
      description: 'let http tasks reach loopback and private addresses',
    }),
  };

  async run(): Promise<{ performed: number }> {
    const { flags } = await this.parse(Worker);
    const { url, token, trust } = placeOf(flags);
    // Before anything can run that could read it.
    takeEnvironment();
    const slots = flags.slots ?? availableParallelism() * 2;
    const grace = millisecondsIn(flags.grace);
    const kinds = kindsWithSlots(flags.kinds, slots);
    const tags = workerTagsIn(flags.tags);
    const name = flags.name ?? hostname().replaceAll(/[^\w.:@-]/g, '-');
    const say = (text: string): void =>
      this.say(`${new Date().toISOString().slice(11, 19)}  ${text}`);
    const fetch = fetchFrom(trust);
    await expectTrusted(fetch, url);
    const { openWorker } = await import('../../worker/open-worker.js');
    const worker = await openWorker({
      ...{ url, token, name, kinds, tags, slots, say },
      fetch,
      version: this.config.version,
      data: flags.data,
      cacheBytes: flags.cache * 1024 * 1024,
      allowPrivateAddresses: flags['allow-private-addresses'],
      ...(flags.once ? { attempts: 1 } : {}),
    });
    const performs = Object.entries(kinds).map(([kind, most]) =>
      most === slots ? kind : `${kind} (${most})`,
    );
    const tagged = tags.length === 0 ? '' : `, tags ${tags.join(', ')}`;
    say(`${name} takes up to ${slots} tasks from ${url}: ${performs.join(', ')}${tagged}`);
    void stopAsked(() => undefined).then(() => worker.drain(grace));
    const end = await worker.run();
    if (end.type === 'refused') {
      const { refusal } = end;
      throw new CommandFailure(refusal.message, {
        exitCode: refusal.status === 401 ? EXIT.unauthenticated : EXIT.conflict,
        code: refusal.code === '' ? 'MILL5792' : refusal.code,
        fix: refusal.fix === '' ? 'Look at the address and the token.' : refusal.fix,
      });
    }
    say(`${name} has gone: ${end.performed} ${end.performed === 1 ? 'task' : 'tasks'} performed`);
    return { performed: end.performed };
  }
}

/** Where the server is, and the token: flags, environment, the file that a server on this machine leaves. */
function placeOf(flags: {
  server?: string | undefined;
  token?: string | undefined;
  'token-file'?: string | undefined;
  'server-data'?: string | undefined;
  'ca-file'?: string | undefined;
}): { url: string; token: string; trust: ServerTrust } {
  const file = readServerFile(findDataFolder(flags['server-data']));
  const url = flags.server ?? file?.url;
  if (url === undefined) {
    throw new CommandFailure('Nobody knows where the server is.', {
      exitCode: EXIT.unreachable,
      code: 'MILL5001',
      fix: 'Name it with --server or MILLRACE_URL.',
    });
  }
  const token =
    flags.token ?? tokenIn(flags['token-file']) ?? process.env.MILLRACE_TOKEN ?? file?.token;
  if (token !== undefined && token !== '') {
    return { url, token, trust: trustOf(flags.server, flags['ca-file'], file) };
  }
  throw new CommandFailure('A worker needs a token.', {
    exitCode: EXIT.unauthenticated,
    code: 'MILL5793',
    fix: 'Make one with `millrace token create --role worker --team NAME --label NAME`, and give it in MILLRACE_TOKEN or --token-file.',
  });
}

function tokenIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CommandFailure(`The token cannot be read: ${(error as Error).message}`, {
      exitCode: EXIT.usage,
      code: 'MILL5794',
      fix: 'Name a file with --token-file that this user may read.',
    });
  }
}
