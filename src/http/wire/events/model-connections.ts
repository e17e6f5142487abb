/**
 * Shapes of connections and API destinations. Secrets are never repeated in messages.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html
 * @module
 */
import { type Shape, structure } from '../shape.js';

type Members = { [name: string]: Shape };

export const connectionName: Shape = {
  type: 'string',
  min: 1,
  max: 64,
  pattern: String.raw`[\.\-_A-Za-z0-9]+`,
};
export const endpointName: Shape = connectionName;
export const connectionArn: Shape = {
  type: 'string',
  min: 1,
  max: 1600,
  pattern: String.raw`^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:connection\/[\.\-_A-Za-z0-9]+\/[\-A-Za-z0-9]+$`,
};

const description: Shape = { type: 'string', max: 512 };
const flag: Shape = { type: 'boolean' };
const endpoint: Shape = {
  type: 'string',
  min: 1,
  max: 2048,
  pattern: /^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?$/,
};
// Written so that it takes no longer on texts that nearly match; the service's own pattern means the same.
const word: Shape = { type: 'string', min: 1, max: 512, pattern: /[^\p{Cc}:]+/u };
const secret: Shape = { ...word, sensitive: true };
const kmsKey: Shape = { type: 'string', max: 2048, pattern: /^[a-zA-Z0-9_\-/:]*$/ };

const parameter = (key: Shape): Shape => ({
  type: 'list',
  max: 100,
  member: structure({
    Key: key,
    Value: { type: 'string', max: 512, pattern: /[^\p{Cc}]*/u, sensitive: true },
    IsValueSecret: flag,
  }),
});
const httpParameters = structure({
  HeaderParameters: parameter({
    type: 'string',
    max: 512,
    pattern: /^[!#$%&'*+-.^_`|~0-9a-zA-Z]+$/,
  }),
  QueryStringParameters: parameter({ type: 'string', max: 512 }),
  BodyParameters: parameter({ type: 'string', max: 512 }),
});
const privateResource = structure({
  'ResourceParameters!': structure({
    'ResourceConfigurationArn!': { type: 'string', max: 2048 },
  }),
});

/** @param must `!` where members are required */
export function authorization(must: '!' | ''): Members {
  return {
    Description: description,
    [`AuthorizationType${must}`]: {
      type: 'string',
      enum: ['BASIC', 'OAUTH_CLIENT_CREDENTIALS', 'API_KEY'],
    },
    [`AuthParameters${must}`]: structure({
      BasicAuthParameters: structure({
        [`Username${must}`]: word,
        [`Password${must}`]: secret,
      }),
      OAuthParameters: structure({
        [`ClientParameters${must}`]: structure({
          [`ClientID${must}`]: word,
          [`ClientSecret${must}`]: secret,
        }),
        [`AuthorizationEndpoint${must}`]: endpoint,
        [`HttpMethod${must}`]: { type: 'string', enum: ['GET', 'POST', 'PUT'] },
        OAuthHttpParameters: httpParameters,
      }),
      ApiKeyAuthParameters: structure({
        [`ApiKeyName${must}`]: word,
        [`ApiKeyValue${must}`]: secret,
      }),
      InvocationHttpParameters: httpParameters,
      ConnectivityParameters: privateResource,
    }),
    InvocationConnectivityParameters: privateResource,
    KmsKeyIdentifier: kmsKey,
  };
}

/** @param must `!` where members are required */
export function apiDestinationChange(must: '!' | ''): Members {
  return {
    Description: description,
    [`ConnectionArn${must}`]: connectionArn,
    [`InvocationEndpoint${must}`]: endpoint,
    [`HttpMethod${must}`]: {
      type: 'string',
      // In the order in which the service lists them.
      enum: ['HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'GET', 'OPTIONS'],
    },
    InvocationRateLimitPerSecond: { type: 'integer', min: 1 },
  };
}
