/**
 * Amazon Bedrock. https://docs.aws.amazon.com/step-functions/latest/dg/connect-bedrock.html
 * @module
 */
import type { AwsJson, AwsObject } from '../../../aws/aws.js';
import { type Integration, REQUEST, textIn } from '../integration.js';

function bodyOf(output: AwsObject): AwsJson {
  const text = textIn(output, 'Body');
  try {
    return JSON.parse(text) as AwsJson;
  } catch {
    return text;
  }
}

export const BEDROCK: readonly Integration[] = [
  {
    resource: 'bedrock:invokeModel',
    forms: REQUEST,
    api: ['bedrockruntime', 'invokeModel'],
    names: {
      prefix: 'Bedrock',
      base: 'AmazonBedrockRuntimeException',
      service: 'AmazonBedrockRuntime',
    },
    hasMetadata: false,
    prepare: (input) => ({ ContentType: 'application/json', ...input }),
    shown: (output) => ({ ...output, Body: bodyOf(output) }),
  },
];
