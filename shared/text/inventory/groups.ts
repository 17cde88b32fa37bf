/**
 * What both spellings of an Ansible inventory say: groups with hosts, variables and children. Variables of a parent are
 * overruled by those of its children, and all of them by the host's own, as Ansible does it
 * (docs.ansible.com, "How to build your inventory", "How variables are merged").
 */

/** An inventory comes from somebody else: what is larger is not read. */
export const limits = { characters: 1_000_000, hosts: 500, ignored: 200, depth: 20 } as const;

export interface InventoryEntry {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
  /** Every group that it is in, also by way of others; without `all` and `ungrouped`. */
  readonly groups: readonly string[];
}

export interface Inventory {
  readonly entries: readonly InventoryEntry[];
  /** What was left out and why, each a sentence. */
  readonly ignored: readonly string[];
}

export interface Group {
  readonly hosts: Map<string, Map<string, string>>;
  readonly variables: Map<string, string>;
  readonly children: Set<string>;
}

export class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #ignored: string[] = [];
  #leftOut = 0;
  #hosts = new Set<string>();

  group(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const made: Group = { hosts: new Map(), variables: new Map(), children: new Set() };
    this.#groups.set(name, made);
    return made;
  }

  /** False once there are more hosts than are read. */
  addHost(group: string, name: string, values: ReadonlyMap<string, string>): boolean {
    if (!this.#hosts.has(name) && this.#hosts.size >= limits.hosts) return false;
    this.#hosts.add(name);
    const { hosts } = this.group(group);
    hosts.set(name, new Map([...(hosts.get(name) ?? []), ...values]));
    return true;
  }

  ignore(sentence: string): void {
    if (this.#ignored.length < limits.ignored) this.#ignored.push(sentence);
    else this.#leftOut += 1;
  }

  /** Depth of every group below the roots; a group that is its own ancestor stays where it was met first. */
  #depths(): ReadonlyMap<string, number> {
    const depths = new Map<string, number>([...this.#groups.keys()].map((name) => [name, 0]));
    let front = [...this.#groups.keys()];
    for (let depth = 1; depth <= limits.depth && front.length > 0; depth += 1) {
      const next = new Set(front.flatMap((name) => [...(this.#groups.get(name)?.children ?? [])]));
      for (const name of next) depths.set(name, depth);
      front = [...next];
    }
    return depths;
  }

  #ancestors(name: string): ReadonlySet<string> {
    const found = new Set([name]);
    for (let size = 0; size !== found.size; ) {
      size = found.size;
      for (const [parent, { children }] of this.#groups)
        if ([...found].some((child) => children.has(child))) found.add(parent);
    }
    return found;
  }

  inventory(): Inventory {
    const depths = this.#depths();
    const ancestors = new Map([...this.#groups.keys()].map((name) => [name, this.#ancestors(name)]));
    const entries = [...this.#hosts].map((host): InventoryEntry => {
      const direct = [...this.#groups].filter(([, { hosts }]) => hosts.has(host)).map(([name]) => name);
      const groups = [...new Set(direct.flatMap((name) => [...(ancestors.get(name) ?? [])]))].filter(
        (name) => name !== 'all',
      );
      groups.sort((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0) || (a < b ? -1 : 1));
      const values = new Map(this.#groups.get('all')?.variables);
      for (const name of groups)
        for (const [key, value] of this.#groups.get(name)?.variables ?? []) values.set(key, value);
      for (const name of ['all', ...groups])
        for (const [key, value] of this.#groups.get(name)?.hosts.get(host) ?? []) values.set(key, value);
      return { name: host, values, groups: groups.filter((name) => name !== 'ungrouped') };
    });
    const more = this.#leftOut === 0 ? [] : [`${this.#leftOut} more lines were left out.`];
    return { entries, ignored: [...this.#ignored, ...more] };
  }
}

/** A piece of the file as it is shown: short, on one line, without what could deceive the eye. */
export function quoted(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
  return `“${shown.length > 60 ? `${shown.slice(0, 57)}…` : shown}”`;
}
