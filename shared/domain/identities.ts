/** Who may log in to a node and what they may do, as the node tells a login that may read it. A part that is undefined was not told. */
export interface Identities {
  /** Users of the native store and built-in ones; those of the file realm are not among them. */
  readonly users: readonly KnownUser[] | undefined;
  /** Roles of one's own making. */
  readonly roles: OwnRoles | undefined;
  readonly mappings: readonly RoleMapping[] | undefined;
  /** Keys that are valid now. */
  readonly apiKeys: readonly ApiKey[] | undefined;
  /** Whether the node has a stored password of `elastic`; without one it accepts the seed of its own keystore. */
  readonly elasticStored: boolean | undefined;
}

export interface KnownUser {
  readonly name: string;
  readonly enabled: boolean;
  readonly reserved: boolean;
  readonly roles: readonly string[];
}

export interface OwnRoles {
  readonly count: number;
  /** Those that grant everything, or the means to get it, with the words of their definition that do. */
  readonly broad: readonly {
    readonly name: string;
    readonly grants: readonly string[];
    /** Whoever has it can make himself a superuser. */
    readonly superuser: boolean;
  }[];
  /** Of all roles that the node tells, built-in ones too; those of roles.yml are not among them. */
  readonly names: readonly string[];
}

export interface RoleMapping {
  readonly name: string;
  readonly enabled: boolean;
  readonly roles: readonly string[];
  /** Which roles it gives is worked out at each login. */
  readonly byTemplate: boolean;
  /** Its rule lets in everybody whom the realm knows. */
  readonly everybody: boolean;
}

export interface ApiKey {
  readonly name: string;
  readonly owner: string;
  readonly expires: boolean;
  /** Has all rights of its owner; undefined: the version does not tell (before 8.5). */
  readonly unlimited: boolean | undefined;
  /** May make its holder a superuser, whatever has become of its owner; undefined: not told. */
  readonly everything: boolean | undefined;
}
