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
const word: Shape = {
  type: 'string',
  min: 1,
  max: 512,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that must not be in it.
  pattern: /[\t ]*[^\x00-\x1f:\x7f][^\x00-\x08\x0a-\x1f:\x7f]*/,
  told: String.raw`^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$`,
};
const secret: Shape = { ...word, sensitive: true };
const kmsKey: Shape = { type: 'string', max: 2048, pattern: /^[a-zA-Z0-9_\-/:]*$/ };

/** What may stand in a header. */
export const headerValue: Shape = {
  type: 'string',
  max: 512,
  pattern: /[\t ]*[\x20-\x7e][\t\x20-\x7e]*/,
  told: String.raw`^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$`,
};
export const queryValue: Shape = {
  type: 'string',
  max: 512,
  pattern: String.raw`[^\x00-\x09\x0B\x0C\x0E-\x1F\x7F]+`,
};

const parameters = (key: Shape, value: Shape): Shape => ({
  type: 'list',
  max: 100,
  member: structure({
    Key: key,
    Value: { ...value, sensitive: true } as Shape,
    IsValueSecret: flag,
  }),
});
const httpParameters = structure({
  HeaderParameters: parameters(
    { type: 'string', max: 512, pattern: /^[!#$%&'*+-.^_`|~0-9a-zA-Z]+$/ },
    headerValue,
  ),
  QueryStringParameters: parameters(
    { type: 'string', max: 512, pattern: String.raw`[^\x00-\x1F\x7F]+` },
    queryValue,
  ),
  BodyParameters: parameters({ type: 'string' }, { type: 'string' }),
});
const privateResource = structure({
  'ResourceParameters!': structure({
    'ResourceConfigurationArn!': {
      type: 'string',
      max: 2048,
      pattern: String.raw`^(?:^arn:[a-z0-9\-]+:vpc-lattice:[a-zA-Z0-9\-]+:\d{12}:resourceconfiguration/rcfg-[0-9a-z]{17}$|^$)`,
    },
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
