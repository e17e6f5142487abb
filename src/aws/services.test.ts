import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientPackage, javaName } from './services.js';

describe('words of services', () => {
  it.each([
    ['glue', '@aws-sdk/client-glue'],
    ['sfn', '@aws-sdk/client-sfn'],
    ['emrserverless', '@aws-sdk/client-emr-serverless'],
    ['cloudwatchlogs', '@aws-sdk/client-cloudwatch-logs'],
    ['databasemigration', '@aws-sdk/client-database-migration-service'],
    ['elasticloadbalancingv2', '@aws-sdk/client-elastic-load-balancing-v2'],
  ])('%s is %s', (word, name) => {
    expect(clientPackage(word)).toBe(name);
  });

  it('are nothing but small letters and digits, so that nothing else is ever loaded', () => {
    const odd = ['', 'a', '../fs', 'client-s3', 'S3', '@x/y', 's3/../../x', 's3\n', 'a'.repeat(80)];
    for (const word of odd) expect(clientPackage(word)).toBeUndefined();
  });

  it('find each client that Millrace brings', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: { [name: string]: string };
    };
    const clients = Object.keys(dependencies).filter((name) => name.startsWith('@aws-sdk/client-'));
    expect(clients.length).toBeGreaterThan(20);
    for (const name of clients) {
      expect(clientPackage(name.slice('@aws-sdk/client-'.length).replaceAll('-', ''))).toBe(name);
    }
  });
});

describe('names of AWS’s Java SDK', () => {
  it.each([
    ['DBInstanceIdentifier', 'DbInstanceIdentifier'],
    ['MD5OfMessageBody', 'Md5OfMessageBody'],
    ['ETag', 'ETag'],
    ['jobName', 'JobName'],
    ['SSEKMSKeyId', 'SsekmsKeyId'],
    ['VpcId', 'VpcId'],
    ['DynamoDB', 'DynamoDb'],
    ['SFN', 'Sfn'],
    ['S3', 'S3'],
    ['EMRServerless', 'EmrServerless'],
    ['SecretsManager', 'SecretsManager'],
    ['CloudWatchLogs', 'CloudWatchLogs'],
  ])('%s is %s', (name, java) => {
    expect(javaName(name)).toBe(java);
  });
});
