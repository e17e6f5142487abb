/**
 * The command `millrace-temporal`: flags in, calls of Temporal out.
 * @module
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Json } from '../../src/asl/json.js';
import { EXIT, EXIT_HELP } from '../../src/cli/exit-codes.js';
import { CommandFailure } from '../../src/cli/failure.js';
import { readInput } from '../../src/cli/read-input.js';
import { openSecretSources } from '../../src/engine/adapters/secret-sources/open-sources.js';
import { parseDuration } from '../../src/pipelines/duration.js';
import {
  environmentFileFlag,
  openSecretsFile,
  SecretsFileError,
} from '../../src/pipelines/secrets-file.js';
import { KeyRefused, openClient, type Place, readKey } from './connect.js';
import {
  DEFAULT_OPTIONS,
  type ExecutionOutcome,
  type ExecutionView,
  TASK_QUEUE,
} from './execution-input.js';
import { createExecutions, type Executions, Refusal } from './executions.js';
import { installLogging, openWorker } from './open-worker.js';
import { openPipelineFolder, PipelineFileError } from './pipeline-folder.js';
import { openPostgresRecords } from './postgres-records.js';

const HELP = `Runs pipelines of Millrace on Temporal.

  millrace-temporal worker                     host executions and perform their tasks, until it is stopped
  millrace-temporal start PIPELINE             start an execution; --wait waits for its end
  millrace-temporal describe EXECUTION         where it stands, and what waits for a token
  millrace-temporal history EXECUTION          events of its last run
  millrace-temporal stop EXECUTION             stop it
  millrace-temporal redrive EXECUTION          go on from where it failed
  millrace-temporal answer TOKEN               tell a task its outcome: --output or --error
  millrace-temporal key FILE                   make a key that seals payloads

An EXECUTION is what start prints: millrace/TEAM/PIPELINE/NAME, or TEAM/PIPELINE/NAME.

Everywhere
  --address HOST:PORT   Temporal's frontend (TEMPORAL_ADDRESS; default: 127.0.0.1:7233)
  --namespace NAME      (TEMPORAL_NAMESPACE; default: default)
  --task-queue NAME     (default: ${TASK_QUEUE})
  --seal-key FILE       32 bytes that seal all payloads (MILLRACE_TEMPORAL_KEY)
  --pipelines DIR       folder of pipeline files (default: .)
  --json                print JSON
  TEMPORAL_API_KEY      key of Temporal's, sent over TLS

worker
  --data DIR            folder for its files (default: .millrace-temporal)
  --store URL           PostgreSQL that histories are written into (MILLRACE_STORE)
  --secrets FILE        where secrets come from (MILLRACE_SECRETS)
  --secrets-env FILE    environment file with secrets, as [TEAM=]FILE
  --slots N             tasks at a time (default: twice the processors)
  --grace TIME          how long tasks may go on when it is stopped (default: 25s)
  --allow-private-addresses   let http tasks reach loopback and private addresses

start
  --team TEAM           whose pipeline, when several teams have one of the name
  --input JSON          JSON, @FILE, or - for standard input (default: that of the file)
  --name NAME           name of the execution; a name is given once
  --wait                wait for the end
  --no-records          do not write its history into the records
  --lease TIME          without a sign of life for so long, a task is lost (default: 30s)

stop        --error NAME --cause TEXT
redrive     --from STATE, --with-current (with the files as they are now), --wait
answer      --output JSON, or --error NAME and --cause TEXT, or --heartbeat

Exit codes: ${EXIT_HELP}
`;

const OPTIONS = {
  address: { type: 'string' },
  namespace: { type: 'string' },
  'task-queue': { type: 'string' },
  'seal-key': { type: 'string' },
  pipelines: { type: 'string', default: '.' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  data: { type: 'string', default: '.millrace-temporal' },
  store: { type: 'string' },
  secrets: { type: 'string' },
  'secrets-env': { type: 'string', multiple: true },
  slots: { type: 'string' },
  grace: { type: 'string', default: '25s' },
  'allow-private-addresses': { type: 'boolean', default: false },
  team: { type: 'string' },
  input: { type: 'string' },
  name: { type: 'string' },
  wait: { type: 'boolean', default: false },
  'no-records': { type: 'boolean', default: false },
  lease: { type: 'string', default: '30s' },
  error: { type: 'string' },
  cause: { type: 'string' },
  output: { type: 'string' },
  heartbeat: { type: 'boolean', default: false },
  from: { type: 'string' },
  'with-current': { type: 'boolean', default: false },
} as const;

type Flags = ReturnType<typeof parsed>['values'];

function parsed(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true });
}

/** Runs a command, and answers its exit code. */
export async function main(argv: string[]): Promise<number> {
  let given: ReturnType<typeof parsed>;
  try {
    given = parsed(argv);
  } catch (error) {
    return complain(
      new CommandFailure((error as Error).message, { exitCode: EXIT.usage, code: 'MILL5540' }),
    );
  }
  const { values: flags, positionals } = given;
  const [command, subject] = positionals;
  if (flags.help || command === undefined) {
    process.stdout.write(HELP);
    return command === undefined && !flags.help ? EXIT.usage : EXIT.ok;
  }
  try {
    return await perform(command, subject, flags);
  } catch (error) {
    return complain(error);
  }
}

async function perform(
  command: string,
  subject: string | undefined,
  flags: Flags,
): Promise<number> {
  switch (command) {
    case 'worker':
      return await work(flags);
    case 'key':
      return await makeKey(needed(subject, 'the file that the key is written into'));
    case 'start':
      return await start(needed(subject, 'the name of a pipeline'), flags);
    case 'describe':
      return await describe(needed(subject, 'an execution'), flags);
    case 'history':
      return await history(needed(subject, 'an execution'), flags);
    case 'stop':
      return await stop(needed(subject, 'an execution'), flags);
    case 'redrive':
      return await redrive(needed(subject, 'an execution'), flags);
    case 'answer':
      return await answer(needed(subject, 'a task token'), flags);
    default:
      throw usage(`There is no command '${command}'.`);
  }
}

function usage(message: string): CommandFailure {
  const fix = 'millrace-temporal --help';
  return new CommandFailure(message, { exitCode: EXIT.usage, code: 'MILL5540', fix });
}

function needed(given: string | undefined, what: string): string {
  if (given === undefined) throw usage(`It needs ${what}.`);
  return given;
}

function placeOf(flags: Flags): Place {
  const { env } = process;
  const file = flags['seal-key'] ?? env.MILLRACE_TEMPORAL_KEY;
  const apiKey = env.TEMPORAL_API_KEY;
  return {
    address: flags.address ?? env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233',
    namespace: flags.namespace ?? env.TEMPORAL_NAMESPACE ?? 'default',
    taskQueue: flags['task-queue'] ?? TASK_QUEUE,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(file === undefined ? {} : { key: readKey(file) }),
  };
}

function milliseconds(flag: string, text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined)
    throw usage(`--${flag} ${text} is no length of time such as 30s or 5m.`);
  return seconds * 1_000;
}

function workflowIdIn(given: string): string {
  return given.startsWith('millrace/') ? given : `millrace/${given}`;
}

async function connected<Answer>(
  flags: Flags,
  act: (executions: Executions) => Promise<Answer>,
): Promise<Answer> {
  const place = placeOf(flags);
  const client = await openClient(place);
  try {
    return await act(createExecutions(client, place.taskQueue));
  } finally {
    await client.connection.close();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

// The commands.

async function work(flags: Flags): Promise<number> {
  const place = placeOf(flags);
  const slots = Number(flags.slots ?? 2 * availableParallelism());
  if (!Number.isInteger(slots) || slots < 1 || slots > 1_000) {
    throw usage(`--slots ${flags.slots} is no number from 1 to 1000.`);
  }
  const store = flags.store ?? process.env.MILLRACE_STORE;
  const secrets = flags.secrets ?? process.env.MILLRACE_SECRETS;
  installLogging('WARN');
  const worker = await openWorker({
    ...{ place, slots, pipelines: flags.pipelines, data: flags.data },
    ...(store === undefined ? {} : { records: await openPostgresRecords(store) }),
    secretSources: openSecretSources(
      [
        ...(flags['secrets-env'] ?? []).map(environmentFileFlag),
        ...(secrets === undefined ? [] : openSecretsFile(secrets)),
      ],
      process.env,
    ),
    graceMs: milliseconds('grace', flags.grace),
    allowPrivateAddresses: flags['allow-private-addresses'],
    say,
  });
  const { address, namespace, taskQueue } = place;
  const kept = store === undefined ? 'nothing is recorded' : 'histories go into the records';
  say(`works for ${address}, namespace ${namespace}, task queue ${taskQueue}; ${kept}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => worker.stop());
  await worker.ended;
  return EXIT.ok;
}

async function makeKey(file: string): Promise<number> {
  const { writeFile } = await import('node:fs/promises');
  const { randomBytes } = await import('node:crypto');
  await writeFile(file, randomBytes(32), { mode: 0o600, flag: 'wx' });
  say(`made ${file}: give it to every worker and whoever starts executions, and to nobody else`);
  return EXIT.ok;
}

async function start(pipeline: string, flags: Flags): Promise<number> {
  const folder = openPipelineFolder(flags.pipelines);
  const plan = await folder.find(flags.team, pipeline);
  const input = flags.input === undefined ? plan.input : await readInput(flags.input);
  const records = !flags['no-records'] && process.env.MILLRACE_STORE !== undefined;
  return await connected(flags, async (executions) => {
    const { workflowId, id, name } = await executions.start({
      deployment: folder.deploymentOf(plan),
      input,
      ...(flags.name === undefined ? {} : { name: flags.name }),
      options: {
        ...DEFAULT_OPTIONS,
        records: records || (flags.store !== undefined && !flags['no-records']),
        heartbeatMs: milliseconds('lease', flags.lease),
        isSealed: placeOf(flags).key !== undefined,
      },
    });
    if (flags.wait) return tell(workflowId, await executions.ended(workflowId), flags);
    say(flags.json ? JSON.stringify({ execution: workflowId, id, name }) : workflowId);
    return EXIT.ok;
  });
}

/** Tells how an execution ended. */
function tell(workflowId: string, outcome: ExecutionOutcome, flags: Flags): number {
  const { status, output, error, cause, startedAt, stoppedAt } = outcome;
  if (flags.json) say(JSON.stringify({ execution: workflowId, ...outcome }));
  else {
    const seconds = ((stoppedAt - startedAt) / 1_000).toFixed(1);
    say(`${workflowId}  ${status}  ${seconds} s`);
    if (error !== undefined || cause !== undefined)
      say(`  ${[error, cause].filter(Boolean).join(': ')}`);
    if (output !== undefined) say(JSON.stringify(output, null, 2));
  }
  return status === 'SUCCEEDED' ? EXIT.ok : EXIT.notSuccessful;
}

async function describe(given: string, flags: Flags): Promise<number> {
  const workflowId = workflowIdIn(given);
  const view = await connected(flags, (executions) => executions.describe(workflowId));
  if (flags.json) say(JSON.stringify({ execution: workflowId, ...view }));
  else say(viewText(workflowId, view));
  return EXIT.ok;
}

function viewText(workflowId: string, view: ExecutionView): string {
  const { status, startedAt, states, waiting, error, cause, output, redriveCount } = view;
  const again = redriveCount === 0 ? '' : `, redriven ${redriveCount}×`;
  return [
    `${workflowId}  ${status}  since ${new Date(startedAt).toISOString()}${again}`,
    ...(error === undefined && cause === undefined
      ? []
      : [`  ${[error, cause].filter(Boolean).join(': ')}`]),
    ...(status === 'RUNNING' ? states.map((one) => `  ${one.state}: ${one.phase}`) : []),
    ...waiting.map((one) => `  ${one.state} waits for an answer: ${one.taskToken}`),
    ...(output === undefined ? [] : [JSON.stringify(output, null, 2)]),
  ].join('\n');
}

async function history(given: string, flags: Flags): Promise<number> {
  const events = await connected(flags, (executions) => executions.history(workflowIdIn(given)));
  if (flags.json) say(JSON.stringify(events));
  else {
    for (const { id, at, type, details } of events) {
      const name = typeof details.name === 'string' ? `  ${details.name}` : '';
      say(`${String(id).padStart(5)}  ${new Date(at).toISOString()}  ${type}${name}`);
    }
  }
  return EXIT.ok;
}

function whyOf({ error, cause }: Flags): { error?: string; cause?: string } {
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

async function stop(given: string, flags: Flags): Promise<number> {
  await connected(flags, (executions) => executions.stop(workflowIdIn(given), whyOf(flags)));
  return EXIT.ok;
}

async function redrive(given: string, flags: Flags): Promise<number> {
  const workflowId = workflowIdIn(given);
  const folder = openPipelineFolder(flags.pipelines);
  const [, team, pipeline = ''] = workflowId.split('/');
  const deployment = flags['with-current']
    ? folder.deploymentOf(await folder.find(team, pipeline))
    : undefined;
  return await connected(flags, async (executions) => {
    const { redriveCount } = await executions.redrive(workflowId, {
      ...(flags.from === undefined ? {} : { from: flags.from }),
      ...(deployment === undefined ? {} : { deployment }),
    });
    if (flags.wait) return tell(workflowId, await executions.ended(workflowId), flags);
    say(
      flags.json
        ? JSON.stringify({ execution: workflowId, redriveCount })
        : `${workflowId} goes on`,
    );
    return EXIT.ok;
  });
}

async function answer(taskToken: string, flags: Flags): Promise<number> {
  const output: Json | undefined =
    flags.output === undefined ? undefined : await readInput(flags.output);
  const isFailure = flags.error !== undefined || flags.cause !== undefined;
  if (Number(output !== undefined) + Number(isFailure) + Number(flags.heartbeat) !== 1) {
    throw usage('It needs --output, or --error and --cause, or --heartbeat.');
  }
  await connected(flags, (executions) => {
    if (flags.heartbeat) return executions.answer({ taskToken, type: 'TaskHeartbeat' });
    if (output !== undefined)
      return executions.answer({ taskToken, type: 'TaskSucceeded', output });
    return executions.answer({ taskToken, type: 'TaskFailed', ...whyOf(flags) });
  });
  return EXIT.ok;
}

// What goes wrong.

function complain(error: unknown): number {
  const { code, message, fix, exitCode } = failureOf(error);
  process.stderr.write(`Error ${code}: ${message}\n${fix === undefined ? '' : `  ${fix}\n`}`);
  return exitCode;
}

function failureOf(error: unknown): {
  code: string;
  message: string;
  fix?: string | undefined;
  exitCode: number;
} {
  if (error instanceof CommandFailure) return error;
  if (error instanceof Refusal) {
    const codes = { invalid: EXIT.usage, conflict: EXIT.conflict, 'not found': EXIT.notFound };
    return { code: error.code, message: error.message, exitCode: codes[error.kind] };
  }
  if (error instanceof PipelineFileError) {
    return { code: 'MILL5547', message: error.message, exitCode: EXIT.invalidDefinition };
  }
  if (error instanceof KeyRefused || error instanceof SecretsFileError) {
    return { code: 'MILL5548', message: error.message, exitCode: EXIT.usage };
  }
  const { name, message, stack } = error as Error;
  if (name === 'TransportError' || /UNAVAILABLE|Failed to connect|DEADLINE/i.test(message)) {
    const fix = 'Start Temporal, or say where it is: --address HOST:PORT.';
    return {
      code: 'MILL5549',
      message: `Temporal does not answer: ${message}`,
      fix,
      exitCode: EXIT.unreachable,
    };
  }
  return { code: 'MILL5550', message: stack ?? message, exitCode: EXIT.internal };
}
