import { describe, expect, it } from 'vitest';
import type { Json } from './json.js';
import { parameterProblems } from './service-parameters.js';
import { parseResource } from './task-resource.js';

const problemsOf = (resource: string, parameters: Json): string[] =>
  parameterProblems(parseResource(`arn:aws:states:::${resource}`), parameters);

describe('the parameters of an integration', () => {
  const request = { ApiEndpoint: 'x', Method: 'GET' };

  it('must have what the service cannot do without', () => {
    expect(problemsOf('apigateway:invoke', {})).toEqual([
      "The field 'ApiEndpoint' is required but was missing",
      "The field 'Method' is required but was missing",
    ]);
    expect(problemsOf('sqs:sendMessage.waitForTaskToken', { QueueUrl: 'q' })).toEqual([
      "The field 'MessageBody' is required but was missing",
    ]);
    expect(problemsOf('states:startExecution.sync:2', {})).toHaveLength(1);
  });

  it.each<[Json, boolean]>([
    [{ accept: ['text/csv'] }, true],
    [{ accept: ['text/csv', 'text/plain'], other: [] }, true],
    [null, true],
    [{}, true],
    [{ accept: 'text/csv' }, false],
    [{ accept: [1] }, false],
    ['accept', false],
    [['accept'], false],
  ])('give headers as lists of texts: %j', (Headers, isRight) => {
    expect(problemsOf('apigateway:invoke', { ...request, Headers })).toEqual(
      isRight ? [] : ["The value of the field 'Headers' has an invalid format"],
    );
  });

  it('are the business of services that are called as they are', () => {
    expect(problemsOf('aws-sdk:s3:getObject', {})).toEqual([]);
    expect(problemsOf('constructor:toString', {})).toEqual([]);
    expect(parameterProblems(parseResource('millrace:http'), {})).toEqual([]);
  });
});
