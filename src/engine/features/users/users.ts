/**
 * Users: people who log in, each with a role in some teams.
 *
 *     admin of a team ──put──▶ roles that were given ─┐
 *     OIDC provider ──groups──▶ roles of its groups ──┴──▶ what tokens and sessions of the user may do, at once
 *
 * A user has the higher one of both in a team. Whoever gives access to some teams changes the roles in these and sees no
 * others; a user without any role is gone. They are few, so all of them are in memory.
 * @module
 */
import { type AnyTable, defineTable, type Table } from '../../../store/table.js';
import { EngineError } from '../../kernel/errors.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Grants, type Role, reaches } from '../../kernel/roles.js';
import { EVERYTHING, type Scope, sees } from '../../kernel/scope.js';
import { RowMap } from '../../kernel/turn-memory.js';

/** Who a provider says somebody is. */
export interface ProviderIdentity {
  readonly issuer: string;
  readonly subject: string;
}

interface UserRow {
  name: string;
  email?: string;
  /** Roles that were given here. */
  roles: { [team: string]: Role };
  /** Roles of the groups that the provider named at the last login. */
  groupRoles: { [team: string]: Role };
  identity?: { issuer: string; subject: string };
  createdAt: number;
  lastLoginAt?: number;
}

/** A user as whoever gives access to some teams sees them. */
export interface User {
  readonly name: string;
  readonly email?: string;
  /** By team, only of those that are seen; `*` is every team. */
  readonly roles: Grants;
  /** How they log in: by links that somebody makes, or by an OIDC provider. */
  readonly login: 'link' | 'oidc';
  readonly createdAt: number;
  readonly lastLoginAt?: number;
}

/** Somebody whom a provider has let in. */
export interface Arrival {
  readonly name: string;
  readonly email?: string;
  readonly identity: ProviderIdentity;
  readonly roles: Grants;
}

/** `engine.users`. */
export interface UserCalls {
  /** By name: those who have a role in a team that is seen. */
  list(scope: Scope): User[];
  /** @throws EngineError UserNotFound */
  find(scope: Scope, name: string): User;
  /**
   * Gives a user these roles in the teams that the scope sees, and no others there; makes the user when there is none.
   * Durable when it resolves. @throws EngineError TooManyUsers
   */
  put(scope: Scope, name: string, given: { email?: string; roles: Grants }): Promise<User>;
  /** Takes the roles in the teams that the scope sees. Durable when it resolves. @throws EngineError UserNotFound */
  remove(scope: Scope, name: string): Promise<void>;
  /**
   * Notes a login by a provider; false: the user has no role, and is gone. Durable when it resolves.
   * @throws EngineError UserTaken, TooManyUsers
   */
  arrive(arrival: Arrival): Promise<boolean>;
  /** What a user may do now; undefined: there is no such user. */
  grantsOf(name: string): Grants | undefined;
}

/** Table `users`. */
export const USERS: Table<UserRow> = defineTable<UserRow>({
  name: 'users',
  columns: {
    name: 'text',
    email: 'text?',
    roles: 'json',
    groupRoles: 'json',
    identity: 'json?',
    createdAt: 'integer',
    lastLoginAt: 'integer?',
  },
  key: ['name'],
  migrations: [
    `CREATE TABLE users (
       name TEXT PRIMARY KEY,
       email TEXT,
       roles TEXT NOT NULL,
       group_roles TEXT NOT NULL,
       identity TEXT,
       created_at BIGINT NOT NULL,
       last_login_at BIGINT
     );`,
  ],
});

const MOST = 10_000;

export class Users implements UserCalls, Feature {
  readonly name = 'users';
  readonly tables: readonly AnyTable[] = [USERS];
  readonly #kernel: Kernel;
  readonly #all: RowMap<UserRow> = new RowMap(USERS);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async open(): Promise<void> {
    await this.#all.open(this.#kernel.store);
  }

  list(scope: Scope): User[] {
    return this.#all
      .durableValues()
      .filter((row) => isSeen(scope, row))
      .map((row) => seenBy(scope, row))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  find(scope: Scope, name: string): User {
    return seenBy(scope, this.#expect(scope, name));
  }

  async put(scope: Scope, name: string, given: { email?: string; roles: Grants }): Promise<User> {
    let put: UserRow | undefined;
    await this.#kernel.write((turn) => {
      const known = this.#all.get(name);
      // Whoever gives access to one team says nothing of a person who is known to others.
      const { email } = known !== undefined && scope !== EVERYTHING ? known : given;
      const kept = Object.entries(known?.roles ?? {}).filter(([team]) => !reachesTo(scope, team));
      put = {
        ...this.#row(known, name),
        ...(email === undefined ? {} : { email }),
        roles: Object.fromEntries([...kept, ...Object.entries(given.roles)]),
      };
      if (hasNone(put)) throw new EngineError('UserWithoutRole', { user: name });
      this.#all.put(turn, put);
    });
    return seenBy(scope, put as UserRow);
  }

  async remove(scope: Scope, name: string): Promise<void> {
    await this.#kernel.write((turn) => {
      const known = this.#expect(scope, name);
      const without = (roles: { [team: string]: Role }): { [team: string]: Role } =>
        Object.fromEntries(Object.entries(roles).filter(([team]) => !reachesTo(scope, team)));
      const left: UserRow = {
        ...known,
        roles: without(known.roles),
        groupRoles: without(known.groupRoles),
      };
      if (hasNone(left)) this.#all.delete(turn, name);
      else this.#all.put(turn, left);
    });
  }

  async arrive({ name, email, identity, roles }: Arrival): Promise<boolean> {
    const { issuer, subject } = identity;
    let isIn = true;
    await this.#kernel.write((turn) => {
      const known = this.#all.get(name);
      const isSame = known?.identity?.issuer === issuer && known.identity.subject === subject;
      // A name is no proof: a provider lets people choose theirs.
      if (known !== undefined && !isSame) throw new EngineError('UserTaken', { user: name });
      const arrived: UserRow = {
        ...this.#row(known, name),
        ...(email === undefined ? {} : { email }),
        groupRoles: { ...roles },
        identity: { issuer, subject },
        lastLoginAt: this.#kernel.time.now(),
      };
      isIn = !hasNone(arrived);
      if (isIn) this.#all.put(turn, arrived);
      else if (known !== undefined) this.#all.delete(turn, name);
    });
    return isIn;
  }

  grantsOf(name: string): Grants | undefined {
    const row = this.#all.durable(name);
    return row === undefined ? undefined : rolesOf(row);
  }

  #row(known: UserRow | undefined, name: string): UserRow {
    if (known !== undefined) return known;
    if (this.#all.size >= MOST) throw new EngineError('TooManyUsers', { limit: String(MOST) });
    return { name, roles: {}, groupRoles: {}, createdAt: this.#kernel.time.now() };
  }

  #expect(scope: Scope, name: string): UserRow {
    const known = this.#all.get(name);
    if (known === undefined || !isSeen(scope, known)) {
      throw new EngineError('UserNotFound', { user: name });
    }
    return known;
  }
}

function rolesOf({ roles, groupRoles }: UserRow): Grants {
  const all: { [team: string]: Role } = { ...groupRoles };
  for (const [team, role] of Object.entries(roles)) {
    if (!reaches(all[team], role)) all[team] = role;
  }
  return all;
}

/** A role in all teams is for those to change who may change all. */
function reachesTo(scope: Scope, team: string): boolean {
  return scope === EVERYTHING || (team !== '*' && sees(scope, team));
}

function isSeen(scope: Scope, row: UserRow): boolean {
  return scope === EVERYTHING || Object.keys(rolesOf(row)).some((team) => reachesTo(scope, team));
}

function hasNone(row: UserRow): boolean {
  return Object.keys(rolesOf(row)).length === 0;
}

function seenBy(scope: Scope, row: UserRow): User {
  const { name, email, identity, createdAt, lastLoginAt } = row;
  const roles = Object.entries(rolesOf(row)).filter(([team]) => reachesTo(scope, team));
  return {
    name,
    ...(email === undefined ? {} : { email }),
    roles: Object.fromEntries(roles),
    login: identity === undefined ? 'link' : 'oidc',
    createdAt,
    ...(lastLoginAt === undefined ? {} : { lastLoginAt }),
  };
}
