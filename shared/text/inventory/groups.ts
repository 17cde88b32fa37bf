/**
 * What both spellings of an Ansible inventory say: groups with hosts, variables and children. Variables of a parent are
 * overruled by those of its children, and all of them by the host's own, as Ansible does it
 * (docs.ansible.com, "How to build your inventory", "How variables are merged").
 */

/** An inventory comes from somebody else: what is larger is not read. */
export const limits = {
  characters: 1_000_000,
  /** Characters of one line. */
  line: 2000,
  hosts: 500,
  groups: 2000,
  /** Groups named as children of others, and hosts named in groups, each in sum. */
  children: 10_000,
  mentions: 100_000,
  /** Ranges in one name. */
  ranges: 10,
  /** Collections of YAML within each other. */
  nesting: 100,
  ignored: 200,
  depth: 20,
} as const;

/** Why a file is not read at all; undefined when it is. */
export function tooLarge(text: string): string | undefined {
  if (text.length > limits.characters) return 'The file is too large to be an inventory.';
  const at = text.split('\n').findIndex((line) => line.length > limits.line);
  return at < 0
    ? undefined
    : `Line ${at + 1} has more than ${limits.line} characters: the file was not read.`;
}

/**
 * Variables that anybody asks for. All others are forgotten: a file may hold more than memory, and secrets. A password of another kind
 * counts only as being there.
 */
const read = new Set([
  'name',
  'roles',
  'sudo',
  'ansible_connection',
  'ansible_host',
  'ansible_ssh_host',
  'ansible_user',
  'ansible_ssh_user',
  'ansible_port',
  'ansible_ssh_port',
  'ansible_ssh_private_key_file',
  'ansible_private_key_file',
  'ansible_ssh_common_args',
  'ansible_ssh_extra_args',
  'ansible_password',
  'ansible_ssh_pass',
  'ansible_become_pass',
  'ansible_become_password',
  'ansible_sudo_pass',
  'ansible_sudo_password',
]);

/** Adds to `values` what is ever read. */
export function keep(values: Map<string, string>, key: string, value: string): void {
  if (read.has(key)) values.set(key, value);
  else if (/pass(word)?$/.test(key)) values.set('password', '');
}

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
  #refused: string | undefined;
  #children = 0;
  #mentions = 0;
  #leftOut = 0;
  #hosts = new Set<string>();

  group(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const made: Group = { hosts: new Map(), variables: new Map(), children: new Set() };
    if (this.#groups.size >= limits.groups)
      this.#refused ??= `The file has more than ${limits.groups} groups: it was not read.`;
    else this.#groups.set(name, made);
    return made;
  }

  addChild(name: string, child: string): void {
    this.#children += 1;
    if (this.#children > limits.children)
      this.#refused ??= `The file names more than ${limits.children} groups as children of others: it was not read.`;
    else this.group(name).children.add(child);
  }

  /** A limit was passed: what follows is in vain. */
  get refused(): boolean {
    return this.#refused !== undefined;
  }

  /** False once there are more hosts than are read. */
  addHost(group: string, name: string, values: ReadonlyMap<string, string>): boolean {
    this.#mentions += 1;
    if (this.#mentions > limits.mentions)
      this.#refused ??= `The file names hosts more than ${limits.mentions} times: it was not read.`;
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

  /** The groups themselves and all above them. */
  #ancestors(names: readonly string[], parents: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
    const found = new Set(names);
    for (const name of found) for (const parent of parents.get(name) ?? []) found.add(parent);
    return found;
  }

  #parents(): ReadonlyMap<string, readonly string[]> {
    const parents = new Map<string, string[]>();
    for (const [parent, { children }] of this.#groups)
      for (const child of children) {
        const known = parents.get(child);
        if (known === undefined) parents.set(child, [parent]);
        else known.push(parent);
      }
    return parents;
  }

  inventory(): Inventory {
    if (this.#refused !== undefined) return { entries: [], ignored: [this.#refused] };
    const depths = this.#depths();
    const parents = this.#parents();
    const entries = [...this.#hosts].map((host): InventoryEntry => {
      const direct = [...this.#groups].filter(([, { hosts }]) => hosts.has(host)).map(([name]) => name);
      const groups = [...this.#ancestors(direct, parents)].filter((name) => name !== 'all');
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

/**
 * A word that stands where a name should and looks like a variable: what follows in it may be a password
 * (`ansible_ssh_pass=…`, `user:…@host`). Ranges, a port behind a name and addresses of IPv6 are none.
 */
export function looksLikeVariable(word: string): boolean {
  const bare = word.replaceAll(/\[[A-Za-z0-9:]*\]/g, '');
  const [first = ''] = bare.split(/[=:]/, 1);
  if (bare.includes('=') || /^ansible_|pass(word|wd|phrase)?$/i.test(first)) return true;
  return bare.includes(':') && !/^[^:@]+:\d{1,5}$/.test(bare) && !/^[0-9a-f:.]+$/i.test(bare);
}

/** The beginning of a name that is none, without what may be a value in it. */
export function quotedName(name: string): string {
  return quoted(name.split(/[=:\s]/, 1)[0] ?? '');
}

/** A piece of the file as it is shown: short, on one line, without what could deceive the eye. */
export function quoted(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
  return `“${shown.length > 60 ? `${shown.slice(0, 57)}…` : shown}”`;
}
