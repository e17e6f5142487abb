/**
 * What tests use of `oidc-provider`, which brings no types.
 * @module
 */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export class Provider {
    constructor(
      issuer: string,
      configuration: {
        findAccount(
          context: unknown,
          sub: string,
        ): { accountId: string; claims(): Promise<{ sub: string; [claim: string]: unknown }> };
        [setting: string]: unknown;
      },
    );
    callback(): RequestListener;
  }
}
