/** `nft -j list ruleset` as plain data: base chains on the input hook, rules by chain, named sets. Knows no verdicts. */
export type Json = string | number | boolean | null | readonly Json[] | JsonRecord;
export type JsonRecord = { readonly [name: string]: Json | undefined };

export interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** Only base chains have one. */
  readonly hook: string | undefined;
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
  readonly rules: readonly (readonly JsonRecord[])[];
}

export interface NftRuleset {
  readonly chains: readonly NftChain[];
  /** By `family table name`. */
  readonly sets: ReadonlyMap<string, readonly Json[]>;
}

export function asRecord(value: Json | undefined): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !isList(value) ? value : undefined;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** `undefined` when the text is not what nft prints (cut off, another program, an old nft without JSON). */
export function parseNftRuleset(json: string): NftRuleset | undefined {
  let parsed: Json;
  try {
    parsed = JSON.parse(json) as Json;
  } catch {
    return undefined;
  }
  const items = asRecord(parsed)?.['nftables'];
  if (!isList(items)) return undefined;
  const rules = new Map<string, (readonly JsonRecord[])[]>();
  const sets = new Map<string, readonly Json[]>();
  for (const item of items) {
    const rule = asRecord(asRecord(item)?.['rule']);
    if (rule) {
      const key = `${text(rule['family'])} ${text(rule['table'])} ${text(rule['chain'])}`;
      const listed = rule['expr'];
      const expressions = isList(listed) ? listed.map(asRecord).filter((one) => one !== undefined) : [];
      rules.set(key, [...(rules.get(key) ?? []), expressions]);
    }
    const set = asRecord(asRecord(item)?.['set']);
    if (set) {
      const elements = set['elem'];
      sets.set(
        `${text(set['family'])} ${text(set['table'])} ${text(set['name'])}`,
        isList(elements) ? elements : [],
      );
    }
  }
  const chains = items.flatMap((item): NftChain[] => {
    const chain = asRecord(asRecord(item)?.['chain']);
    if (!chain) return [];
    const [family, table, name] = [text(chain['family']), text(chain['table']), text(chain['name'])];
    const priority = typeof chain['prio'] === 'number' ? chain['prio'] : 0;
    const policy = chain['policy'] === 'drop' ? 'drop' : 'accept';
    return [
      {
        family,
        table,
        name,
        hook: text(chain['hook']) || undefined,
        priority,
        policy,
        rules: rules.get(`${family} ${table} ${name}`) ?? [],
      },
    ];
  });
  return { chains, sets };
}
