/**
 * Secrets of teams in the environment of the server: `MILLRACE_SECRET_TEAM__NAME`, all in capitals.
 *
 * A name of a variable stands for one team only: teams are read from it whose names are small letters, digits and hyphens, and secrets whose
 * names are letters, digits and single underscores between them.
 * @module
 */
import type { SecretRegistry } from '../../../secrets/secret-registry.js';

const TEAM = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const NAME = /^[A-Za-z0-9]+(_[A-Za-z0-9]+)*$/;

/**
 * Looks up secrets in the environment; what it finds is masked from then on.
 * @example environmentSecrets({ MILLRACE_SECRET_PARCELS__SLACK: 'x' }, registry)('parcels', 'SLACK') // 'x'
 */
export function environmentSecrets(
  environment: { readonly [name: string]: string | undefined },
  registry: Pick<SecretRegistry, 'declare'>,
): (team: string, name: string) => string | undefined {
  return (team, name) => {
    if (!TEAM.test(team) || !NAME.test(name)) return undefined;
    const of = team.replaceAll('-', '_').toUpperCase();
    const value = environment[`MILLRACE_SECRET_${of}__${name.toUpperCase()}`];
    if (value === undefined || value === '') return undefined;
    registry.declare(value);
    return value;
  };
}
