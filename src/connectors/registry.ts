/**
 * All connectors by kind. `millrace:shell` in a state machine is performed by the connector with the key `shell`,
 * `arn:aws:states:::http:invoke` by the one with the key `http-invoke`.
 * @module
 */
import type { Connector } from './connector.js';
import { createDatasetConnector } from './dataset/dataset-connector.js';
import type { DatasetStorage } from './dataset/storage.js';
import { createDbtConnector } from './dbt/dbt-connector.js';
import { createEchoConnector } from './echo/echo-connector.js';
import type { HttpConfig } from './http/http-config.js';
import { createHttpConnector } from './http/http-connector.js';
import { createHttpInvokeConnector } from './http/http-invoke-connector.js';
import { createLambdaConnector, type LambdaConfig } from './lambda/lambda-connector.js';
import type { Confinement } from './process/confinement.js';
import { createShellConnector, type ShellConfig } from './shell/shell-connector.js';
import { createSparkConnector } from './spark/spark-connector.js';
import { createSqlConnector, type SqlConfig } from './sql/sql-connector.js';

export interface ConnectorsConfig {
  /** For all of them. Default: the server's own user, no data folder. */
  confinement?: Confinement;
  shell?: ShellConfig;
  lambda?: LambdaConfig;
  sql?: SqlConfig;
  http?: HttpConfig;
  /** Where versions of datasets lie. Without: no task writes one. */
  datasets?: DatasetStorage | undefined;
}

/** Close each of them when the server stops. */
export function createConnectors(config: ConnectorsConfig = {}): Map<string, Connector> {
  const { confinement, datasets: storage } = config;
  const connectors = [
    createShellConnector({ ...confinement, ...config.shell }),
    createLambdaConnector({ ...confinement, ...config.lambda }),
    createSparkConnector({ ...confinement, ...config.shell }),
    createDbtConnector({ ...confinement, ...config.shell }),
    createSqlConnector({ ...confinement, ...config.sql }),
    createHttpConnector({ ...confinement, ...config.http }),
    createHttpInvokeConnector({ ...confinement, ...config.http }),
    createEchoConnector(),
    ...(storage === undefined
      ? []
      : [createDatasetConnector({ ...confinement, ...config.sql, storage })]),
  ];
  return new Map(connectors.map((connector) => [connector.kind, connector]));
}
