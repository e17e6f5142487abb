/**
 * Activities, and the outcomes of tasks that wait for a token.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { ActivityRecord } from '../../../engine/features/activities/activity-table.js';
import { EngineError } from '../../../engine/kernel/errors.js';
import { type Call, timestamp } from '../call.js';
import { WireError } from '../wire-error.js';
import { readArn } from './arns.js';
import { readJson } from './json-text.js';
import { invalidToken, pageOf } from './pages.js';
import { readTags } from './tags.js';

export async function createActivity({ engine, caller, request }: Call): Promise<object> {
  try {
    const { name } = request;
    const record = await engine.activities.create(caller.own, name, readTags(request.tags ?? []));
    return {
      activityArn: engine.arns.activity(record.name),
      creationDate: timestamp(record.createdAt),
    };
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'InvalidName') {
      throw new WireError('InvalidName', `Invalid Name: '${request.name}'`);
    }
    throw error;
  }
}

export function describeActivity(call: Call): object {
  const { name, createdAt } = findActivity(call);
  return {
    activityArn: call.request.activityArn,
    name,
    creationDate: timestamp(createdAt),
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  };
}

export function listActivities({ engine, caller, request }: Call): object {
  const { items, nextToken } = pageOf('activities', engine.activities.list(caller.scope), request);
  return {
    activities: items.map(({ name, createdAt }) => ({
      activityArn: engine.arns.activity(name),
      name,
      creationDate: timestamp(createdAt),
    })),
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

export async function deleteActivity(call: Call): Promise<object> {
  try {
    await call.engine.activities.delete(call.caller.scope, findActivity(call));
  } catch (error) {
    if (!(error instanceof WireError && error.code === 'ActivityDoesNotExist')) throw error;
  }
  return {};
}

/** Waits up to a minute for a task; without one the token is null. */
export async function getActivityTask(call: Call): Promise<object> {
  const activity = findActivity(call);
  const { workerName } = call.request;
  const task = await call.engine.activities.poll(call.caller.scope, activity, {
    signal: call.whenGone(),
    ...(workerName ? { workerName } : {}),
  });
  if (!task) return { taskToken: null };
  return { taskToken: task.taskToken, input: JSON.stringify(task.input) };
}

/** Throws ActivityDoesNotExist. */
function findActivity({ engine, caller, request }: Call): ActivityRecord {
  const arn = request.activityArn;
  const { parts } = readArn(engine.arns.identity, arn, 'activity');
  try {
    return engine.activities.find(caller.scope, parts.join(':'));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
  throw new WireError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);
}

export async function sendTaskSuccess({ engine, caller, request }: Call): Promise<object> {
  const { taskToken } = request;
  const read = readJson(request.output);
  if ('problem' in read) {
    if (!TOKEN.test(taskToken)) throw invalidToken();
    throw new WireError('InvalidOutput', `Invalid Output: '${read.problem}'`);
  }
  const sending = engine.tasks.succeed(caller.scope, taskToken, read.value as Json);
  await settle(taskToken, sending);
  return {};
}

export async function sendTaskFailure({ engine, caller, request }: Call): Promise<object> {
  const { taskToken, error, cause } = request;
  const failure = {
    ...(typeof error === 'string' ? { error } : {}),
    ...(typeof cause === 'string' ? { cause } : {}),
  };
  await settle(taskToken, engine.tasks.fail(caller.scope, taskToken, failure));
  return {};
}

export async function sendTaskHeartbeat({ engine, caller, request }: Call): Promise<object> {
  const { taskToken } = request;
  await settle(taskToken, engine.tasks.heartbeat(caller.scope, taskToken));
  return {};
}

/** What tokens look like that tasks were given. */
const TOKEN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d+-\d+$/;

async function settle(token: string, sending: Promise<void>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.kind === 'TaskTokenUnknown') {
      // What has ended is not kept: a token of the right form was one of ours, most likely.
      if (!TOKEN.test(token)) throw invalidToken();
      throw new WireError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    if (error.kind.startsWith('Payload')) {
      throw new WireError('InvalidOutput', `Invalid Output: '${error.message}'`);
    }
    throw error;
  }
}
