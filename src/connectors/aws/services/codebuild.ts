/**
 * AWS CodeBuild. https://docs.aws.amazon.com/step-functions/latest/dg/connect-codebuild.html
 * @module
 */
import type { AwsObject } from '../../../aws/aws.js';
import type { RemoteJob } from '../../remote-tasks.js';
import { consoleLink, logsLink } from '../console-links.js';
import {
  type Integration,
  type JobKind,
  objectIn,
  objectsIn,
  REQUEST,
  REQUEST_OR_SYNC,
  textIn,
} from '../integration.js';
import { lookTogether, secondsBetween, stateOf } from '../looking.js';

const NAMES = { prefix: 'CodeBuild', base: 'AWSCodeBuildException', service: 'AWSCodeBuild' };
const ENDS = { succeeded: ['SUCCEEDED'], failed: ['FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED'] };
const LOOK = { style: 'optimized', urgency: 'look' } as const;

interface Builds {
  readonly list: string;
  readonly lists: string;
  readonly status: string;
  readonly shown: string;
  readonly stop: string;
}

const BUILDS: Builds = {
  list: 'batchGetBuilds',
  lists: 'Builds',
  status: 'BuildStatus',
  shown: 'Build',
  stop: 'stopBuild',
};
const BATCHES: Builds = {
  list: 'batchGetBuildBatches',
  lists: 'BuildBatches',
  status: 'BuildBatchStatus',
  shown: 'BuildBatch',
  stop: 'stopBuildBatch',
};

function jobsOf({ list, lists, status, shown, stop }: Builds): JobKind {
  return {
    most: 100,
    look: (asked, caller) =>
      lookTogether(
        asked,
        (ids) => caller.call('codebuild', list, { Ids: ids }, LOOK),
        (output) => objectsIn(output, lists),
        (build) => textIn(build, 'Id'),
        (build, job) => {
          const { GroupName = '', StreamName = '' } = objectIn(build, 'Logs');
          const log =
            GroupName === '' ? [] : [logsLink(job, `${GroupName}`, `${StreamName}` || undefined)];
          return stateOf(
            {
              status: textIn(build, status),
              output: { [shown]: build },
              used: { buildSeconds: secondsBetween(build.StartTime, build.EndTime) },
              links: [link(job), ...log],
            },
            ENDS,
          );
        },
      ),
    stop: (job, _cause, caller) =>
      caller.call('codebuild', stop, { Id: job.id }, { isRepeatable: true }),
    links: (job) => [link(job)],
    async streams(job, caller) {
      const answer = await caller.call('codebuild', list, { Ids: [job.id] }, LOOK);
      const [build] = answer.type === 'answered' ? objectsIn(answer.output, lists) : [];
      const logs: AwsObject = build === undefined ? {} : objectIn(build, 'Logs');
      const group = textIn(logs, 'GroupName');
      const stream = textIn(logs, 'StreamName');
      return group === '' || stream === '' ? undefined : [{ group, stream }];
    },
  };
}

function link(job: RemoteJob) {
  const [project = ''] = job.id.split(':');
  const page = `codesuite/codebuild/projects/${encodeURIComponent(project)}/build/${encodeURIComponent(job.id)}`;
  return consoleLink(job, page, '');
}

function start(action: string, builds: Builds): Integration {
  return {
    resource: `codebuild:${action}`,
    forms: REQUEST_OR_SYNC,
    api: ['codebuild', action],
    names: NAMES,
    hasMetadata: true,
    token: 'IdempotencyToken',
    job: (output) => ({ id: textIn(objectIn(output, builds.shown), 'Id') }),
    jobs: jobsOf(builds),
  };
}

function plain(action: string): Integration {
  return {
    resource: `codebuild:${action}`,
    forms: REQUEST,
    api: ['codebuild', action],
    names: NAMES,
    hasMetadata: true,
    isRepeatable: () => true,
  };
}

export const CODEBUILD: readonly Integration[] = [
  start('startBuild', BUILDS),
  plain('stopBuild'),
  plain('batchDeleteBuilds'),
  plain('batchGetReports'),
  start('startBuildBatch', BATCHES),
  plain('stopBuildBatch'),
  start('retryBuildBatch', BATCHES),
  plain('deleteBuildBatch'),
];
