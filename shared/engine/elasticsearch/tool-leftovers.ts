/**
 * What tools of Elasticsearch leave in the configuration directory when they are ended in the middle or fail (seen on 8.19.21).
 * Told by names alone, in words for operators.
 */

/** `certs.<epoch>.tmp`: the security set-up was ended while it made keys. Nothing uses it, and it stays for ever. */
const unfinished = /^certs\.\d+\.tmp$/;
/** Copies of before that the set-up makes; the one of the keystore goes when it succeeds, the one of `certs` never. */
const copies = /^(?:certs|elasticsearch\.keystore)\.\d+\.orig$/;
/** The keystore is written here and renamed: the keystore itself is whole. */
const halfKeystore = 'elasticsearch.keystore.tmp';

export interface ToolLeftovers {
  /** Worth nothing to anybody. */
  readonly unfinished: readonly string[];
  /** May be the only copy of what was before. */
  readonly copies: readonly string[];
  /** A `certs` that is there already: the set-up moves it out of its way. */
  readonly certs: boolean;
}

/** @param names of what lies directly in the configuration directory */
export function toolLeftovers(names: readonly string[]): ToolLeftovers {
  return {
    unfinished: names.filter((name) => unfinished.test(name) || name === halfKeystore),
    copies: names.filter((name) => copies.test(name)),
    certs: names.includes('certs'),
  };
}

/** Words for a plan that replaces the configuration by a copy of it; empty where nothing was left. */
export function leftoverWords(pathConf: string, found: ToolLeftovers): readonly string[] {
  return [
    ...(found.unfinished.length === 0
      ? []
      : [
          `A tool of Elasticsearch was ended in the middle and left ${found.unfinished.join(', ')} in ${pathConf}. Nothing uses it, so the secured configuration is made without it; undoing brings it back.`,
        ]),
    ...(found.copies.length === 0
      ? []
      : [
          `Elasticsearch’s security set-up left copies of before in ${pathConf}: ${found.copies.join(', ')}. They hold keys and secrets and stay where they are; remove them once nobody needs them.`,
        ]),
    ...(found.certs
      ? [`${pathConf}/certs is there already; it is kept as certs.<time>.orig beside the new one.`]
      : []),
  ];
}

/** Words for a plan that writes the keystore. */
export function halfKeystoreWords(pathConf: string): string {
  return `A write to the keystore was cut off earlier and left ${pathConf}/${halfKeystore}. The keystore itself is whole; the unfinished one goes with this change.`;
}
