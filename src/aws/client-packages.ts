/**
 * AWS's clients, each loaded when its service is first called: none of them is part of what a command loads.
 * @module
 */
import { createRequire } from 'node:module';
import type { NormalizedSchema } from '@smithy/core/schema';
import { clientPackage } from './services.js';

/** What is used of a client and of a command; all of AWS's clients have it. */
export interface AnyClient {
  send(command: AnyCommand, options: { abortSignal: AbortSignal }): Promise<unknown>;
  destroy(): void;
}

export interface AnyCommand {
  readonly middlewareStack: {
    add(
      middleware: (next: Handle) => Handle,
      options: { step: 'deserialize'; priority: 'low'; name: string },
    ): void;
  };
}

type Handle = (given: unknown) => Promise<{ response: unknown }>;

type ClientClass = new (config: object) => AnyClient;
type CommandClass = new (input: object) => AnyCommand;

/** One action: its command, and what goes in and comes out; undefined for clients without schemas. */
export interface ActionPart {
  readonly Command: CommandClass;
  readonly schemas:
    | { readonly input: NormalizedSchema; readonly output: NormalizedSchema }
    | undefined;
}

/** A client's package, loaded. */
export interface ClientPart {
  readonly Client: ClientClass;
  /** As AWS writes it: `DynamoDB`. */
  readonly name: string;
  action(name: string): ActionPart | undefined;
  /** All actions in camel case. */
  readonly actions: readonly string[];
}

export type Loaded =
  | { readonly type: 'loaded'; readonly part: ClientPart }
  /** What to do about it. */
  | { readonly type: 'absent'; readonly problem: string };

const require = createRequire(import.meta.url);

/**
 * What to do before a service can be called; undefined when its client is there. Nothing is loaded.
 * @example missingClient('kms') // 'The client for service "kms" is not installed. …'
 */
export function missingClient(service: string): string | undefined {
  const name = clientPackage(service);
  if (name === undefined) return `AWS has no service "${service}".`;
  try {
    require.resolve(name);
    return undefined;
  } catch {
    return `The client for service "${service}" is not installed. Install it beside Millrace: npm install ${name}`;
  }
}

const loading = new Map<string, Promise<Loaded>>();

/**
 * Loads the client of a service.
 * @param service its word in resources
 * @example await loadClient('glue') // { type: 'loaded', part }
 */
export function loadClient(service: string): Promise<Loaded> {
  const name = clientPackage(service);
  if (name === undefined) {
    return Promise.resolve({ type: 'absent', problem: `AWS has no service "${service}".` });
  }
  let known = loading.get(name);
  if (known === undefined) {
    known = load(name, service);
    loading.set(name, known);
    // Whoever installs it meanwhile must not have to start the server anew.
    void known.then((loaded) => {
      if (loaded.type === 'absent') loading.delete(name);
    });
  }
  return known;
}

async function load(name: string, service: string): Promise<Loaded> {
  let exported: { readonly [name: string]: unknown };
  let schema: typeof import('@smithy/core/schema');
  try {
    // The clients that come with this package run on Node 20, whatever later ones will do.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    [exported, schema] = await Promise.all([import(name), import('@smithy/core/schema')]);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    return { type: 'absent', problem: missingClient(service) ?? `${name} cannot be loaded.` };
  }
  const clientName = Object.keys(exported).find(
    (one) =>
      /^\w+Client$/.test(one) && !one.startsWith('__') && typeof exported[one] === 'function',
  );
  if (clientName === undefined) {
    return { type: 'absent', problem: `${name} has no client.` };
  }
  const commands = new Map<string, CommandClass>();
  for (const [one, value] of Object.entries(exported)) {
    if (!/^[A-Z]\w*Command$/.test(one) || typeof value !== 'function') continue;
    commands.set(one.slice(0, -'Command'.length), value as CommandClass);
  }
  const names = new Map([...commands.keys()].map((one) => [one.toLowerCase(), one]));
  const parts = new Map<string, ActionPart>();
  return {
    type: 'loaded',
    part: {
      Client: exported[clientName] as ClientClass,
      name: clientName.slice(0, -'Client'.length),
      actions: [...commands.keys()].map((one) => one.charAt(0).toLowerCase() + one.slice(1)),
      action(asked) {
        // `listObjectsV2`, `assumeRoleWithSAML`: resources write some with other capitals than the models.
        const full = /^[a-z]\w*$/.test(asked) ? names.get(asked.toLowerCase()) : undefined;
        if (full === undefined) return undefined;
        const known = parts.get(full);
        if (known !== undefined) return known;
        const operation = exported[`${full}$`];
        const part: ActionPart = {
          Command: commands.get(full) as CommandClass,
          schemas: Array.isArray(operation)
            ? {
                input: schema.NormalizedSchema.of(operation[4]),
                output: schema.NormalizedSchema.of(operation[5]),
              }
            : undefined,
        };
        parts.set(full, part);
        return part;
      },
    },
  };
}
