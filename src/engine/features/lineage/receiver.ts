/**
 * Where events of OpenLineage go, as an operator writes it.
 * @module
 */
import type { OpenLineageConfig } from './outbox.js';

/** A receiver of OpenLineage, such as Marquez. */
export interface OpenLineageReceiver {
  /** `http://marquez:5000`: the path is `/api/v1/lineage` unless it says another. */
  readonly url: string;
  /** Sent as a bearer token. Default: none. */
  readonly apiKey?: string | undefined;
}

/** What a server is told of it. */
export interface OpenLineageServer {
  /** Receiver of events of OpenLineage. Default: there is none. */
  openLineage?: OpenLineageReceiver;
}

/** The address is none. */
export class OpenLineageUrlError extends Error {
  override name = 'OpenLineageUrlError';
}

/** Where OpenLineage's own clients post to (https://openlineage.io/docs/client/python). */
const PATH = '/api/v1/lineage';

/**
 * The member of the engine's configuration. Throws OpenLineageUrlError.
 * @example openLineageTo({ url: 'http://marquez:5000' }, '1.0.0', destinations).openLineage?.url // 'http://marquez:5000/api/v1/lineage'
 */
export function openLineageTo(
  receiver: OpenLineageReceiver | undefined,
  version: string,
  destinations: OpenLineageConfig['destinations'],
): { openLineage?: OpenLineageConfig } {
  if (receiver === undefined) return {};
  const { apiKey = '' } = receiver;
  const headers = apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  return { openLineage: { url: urlOf(receiver.url), headers, version, destinations } };
}

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new OpenLineageUrlError('The receiver of OpenLineage is no http or https address.');
  }
  if (url.pathname === '/') url.pathname = PATH;
  return url.href;
}
