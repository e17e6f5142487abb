/** A login, session or API token; only its hash is stored. */
export interface TokenRecord {
  hash: string;
  kind: 'login' | 'session' | 'api';
  /** What people call it. */
  label: string;
  /** Team names, or `*`. */
  teams: readonly string[];
  role: string;
  /** Whose it is: then it gives no more than the roles of this user. */
  user?: string;
  createdAt: number;
  expiresAt?: number;
}

/** A revision of a state machine that was published under a number of its own. */
export interface PublishedVersionRecord {
  team: string;
  pipeline: string;
  /** 1, 2, 3 …; never given twice. */
  version: number;
  /** Number of the machine record. */
  machine: number;
  description?: string;
  createdAt: number;
}

/** Which share of an alias's starts goes to a published version. */
export interface AliasRoute {
  version: number;
  /** 0 to 100; the weights of an alias add up to 100. */
  weight: number;
}

export interface AliasRecord {
  team: string;
  pipeline: string;
  name: string;
  description?: string;
  /** One or two. */
  routing: AliasRoute[];
  createdAt: number;
  updatedAt: number;
}

/** What a client of the wire API signs with. */
export interface AccessKeyRecord {
  id: string;
  team: string;
  role: string;
  label: string;
  /** Sealed: the store never sees the text. */
  secret: string;
  createdAt: number;
}
