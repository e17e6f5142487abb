/**
 * Amazon DynamoDB. https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html
 * @module
 */
import { type Integration, REQUEST } from '../integration.js';

function item(action: string, isRepeatable: boolean): Integration {
  return {
    resource: `dynamodb:${action}`,
    forms: REQUEST,
    api: ['dynamodb', action],
    names: { prefix: 'DynamoDB', base: 'AmazonDynamoDBException', service: 'AmazonDynamoDBv2' },
    hasMetadata: true,
    isRepeatable: () => isRepeatable,
  };
}

export const DYNAMODB: readonly Integration[] = [
  item('getItem', true),
  item('putItem', false),
  item('updateItem', false),
  item('deleteItem', false),
];
