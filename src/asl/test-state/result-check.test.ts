import { describe, expect, it } from 'vitest';
import type { Json } from '../json.js';
import type { FieldValidationMode } from './request.js';
import { checkResult } from './result-check.js';
import { memberName, responseShape } from './service-model.js';

const SDK = 'arn:aws:states:::aws-sdk:';
const OPTIMIZED = 'arn:aws:states:::';

/** What is wrong with a result; 'fits' when nothing is. */
async function problem(
  resource: string,
  result: Json,
  mode: FieldValidationMode = 'STRICT',
): Promise<string> {
  try {
    await checkResult(resource, result, mode);
    return 'fits';
  } catch (error) {
    return (error as Error).message.replace('Mock result schema validation error: ', '');
  }
}

describe('a mocked result', () => {
  it.each<[string, Json, string]>([
    [`${SDK}s3:listObjectsV2`, { Contents: [{ Size: '9' }] }, "Field 'Size' must be a number"],
    [`${SDK}s3:listObjectsV2`, { Contents: {} }, "Field 'Contents' must be an array"],
    [`${SDK}s3:listObjectsV2`, { IsTruncated: 'no' }, "Field 'IsTruncated' must be a boolean"],
    [`${SDK}s3:headObject`, { Metadata: { day: 1 } }, "Field 'Metadata' must be a string"],
    [`${SDK}lambda:getFunction`, { Code: [] }, "Field 'Code' must be an object"],
    [
      `${SDK}secretsmanager:getSecretValue`,
      { Name: '' },
      "Field 'Name' is smaller than the minimum length",
    ],
    [`${SDK}sqs:receiveMessage`, { Messages: [{ Body: 'b', MD5OfBody: 7 }] }, 'fits'],
    [
      `${SDK}sqs:receiveMessage`,
      { Messages: [{ Body: 'b', Md5OfBody: 7 }] },
      "Field 'Md5OfBody' must be a string",
    ],
    [`${OPTIMIZED}sns:publish`, { MessageId: 1 }, "Field 'MessageId' must be a string"],
    [`${OPTIMIZED}dynamodb:getItem`, { Item: { price: { N: 12 } } }, "Field 'N' must be a string"],
    [`${OPTIMIZED}dynamodb:getItem`, { Item: { price: { N: '12' } } }, 'fits'],
    [`${OPTIMIZED}lambda:invoke`, { StatusCode: 200, Payload: { any: ['thing'] } }, 'fits'],
    [
      `${OPTIMIZED}states:startExecution.sync:2`,
      { ExecutionArn: 'arn:1', StateMachineArn: 'arn:2', StartDate: 'now', Status: 'DONE' },
      "Field 'Status' is not an expected value",
    ],
    [`${OPTIMIZED}batch:submitJob`, { JobId: 'j' }, "Required field 'JobName' is missing"],
    [`${SDK}kms:encrypt`, [], 'Mocked result must be a JSON object.'],
    ['arn:aws:lambda:us-east-1:000000000000:function:f', 12, 'fits'],
    ['arn:aws:states:us-east-1:000000000000:activity:a', 12, 'fits'],
    [`${OPTIMIZED}http:invoke`, { StatusCode: 'x' }, 'fits'],
    [`${OPTIMIZED}sqs:sendMessage.waitForTaskToken`, 'anything', 'fits'],
    [`${SDK}constructor:valueOf`, {}, 'fits'],
    ['millrace:shell', 12, 'fits'],
  ])('of %s: %j: %s', async (resource, result, expected) => {
    expect(await problem(resource, result)).toBe(expected);
  });

  it('need not be complete when only what is present counts, and fits anyway when nothing is checked', async () => {
    const resource = `${OPTIMIZED}states:startExecution`;
    expect(await problem(resource, {}, 'STRICT')).toBe("Required field 'ExecutionArn' is missing");
    expect(await problem(resource, {}, 'PRESENT')).toBe('fits');
    expect(await problem(resource, { StartDate: 1 }, 'PRESENT')).toBe(
      "Field 'StartDate' must be a string",
    );
    expect(await problem(resource, { StartDate: 1 }, 'NONE')).toBe('fits');
  });
});

describe('the models of services', () => {
  it('are all readable to the last type', async () => {
    // One operation of each model that the check loads; a name that resolves to no line would be an empty structure.
    const resources = [
      'athena:getQueryExecution',
      'batch:describeJobs',
      'cloudwatch:getMetricData',
      'codebuild:batchGetBuilds',
      'dynamodb:query',
      'ecs:describeTasks',
      'eventbridge:listRules',
      'glue:getTable',
      'kinesis:getRecords',
      'lambda:listFunctions',
      's3:listParts',
      'sfn:getExecutionHistory',
      'textract:analyzeDocument',
    ];
    for (const resource of resources) {
      const seen = new Set<string>();
      const visit = (shape: Awaited<ReturnType<typeof responseShape>>, path: string): void => {
        if (shape === undefined) throw new Error(`${resource}: nothing at ${path}`);
        if (path.split('.').length > 6) return;
        if (shape.type === 'list' || shape.type === 'map') visit(shape.member(), `${path}.*`);
        if (shape.type === 'string') expect(shape.values?.length).not.toBe(0);
        if (shape.type !== 'structure') return;
        seen.add(path);
        for (const [name, member] of shape.members) visit(member(), `${path}.${name}`);
      };
      visit(await responseShape(SDK + resource), resource);
      expect(seen.size).toBeGreaterThan(1);
    }
  });

  it('spell acronyms as words for SDK integrations', () => {
    expect(memberName('SSEKMSKeyId', true)).toBe('SsekmsKeyId');
    expect(memberName('ETag', true)).toBe('ETag');
    expect(memberName('MD5OfMessageBody', false)).toBe('MD5OfMessageBody');
    expect(memberName('executionArn', false)).toBe('ExecutionArn');
  });
});
