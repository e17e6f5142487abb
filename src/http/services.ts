/**
 * What the HTTP server is given: the engine, who may call it, and what it shows besides.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Engine } from '../engine/engine.js';
import type { PipelineFolder } from '../engine/pipeline-folder.js';
import type { SecretRegistry } from '../secrets/secret-registry.js';
import type { Store } from '../store/store.js';
import type { Authenticator } from './auth.js';
import type { BackupDesk } from './backups/backup-desk.js';
import type { DrainDesk } from './drain-desk.js';
import type { GraphLayouts } from './graph/layouts.js';
import type { OidcDesk } from './oidc/oidc-desk.js';
import type { TlsDesk } from './tls/tls-desk.js';
import type { WebhookDesk } from './webhooks/webhook-desk.js';
import type { AccessKeys } from './wire/access-keys.js';

export interface HttpConfig {
  version: string;
  /** Whether the sealing key is the one that the store was written with. */
  sealFits: boolean;
  /** Host names, without port, under which the server may be addressed. */
  hosts: readonly string[];
  /** Address under which people reach this server, without a slash at its end; undefined: the one that they have asked. */
  publicUrl: string | undefined;
  /** Addresses and networks from which a request may say for whom it was passed on. */
  trustedProxies: readonly string[];
  /** Folder of the built console; undefined: none is served. */
  consoleFolder: string | undefined;
  /** Text of the JSON Schema for pipeline files. */
  pipelineSchema: string;
  /** Called with failures that are ours: where they are logged. */
  onFault: (error: unknown, requestId: string) => void;
}

export interface HttpServices {
  engine: Engine;
  store: Store;
  authenticator: Authenticator;
  /** What clients of the AWS wire API sign with. */
  accessKeys: AccessKeys;
  /** Receives signed events of others. */
  webhooks: WebhookDesk;
  /** Lets people in whom a provider knows, when there is one. */
  oidc: OidcDesk | undefined;
  /** The folder of pipeline files, when one is watched. */
  folder: PipelineFolder | undefined;
  layouts: GraphLayouts;
  backups: BackupDesk;
  /** Ends the server when nothing runs on it any more. */
  drain: DrainDesk;
  /** The certificate that it speaks with; undefined: without TLS. */
  tls: TlsDesk | undefined;
  /** What the process tells of itself to Prometheus. */
  processMetrics: Registry;
  /** The one place that masks. */
  secrets: SecretRegistry;
  config: HttpConfig;
  /** Routes of features that have joined from outside; they lie under `/api/v1` like all others. */
  additions: readonly RouteAddition[];
}

/** Adds the routes of a feature. */
export type RouteAddition = (api: FastifyInstance, services: HttpServices) => void;
