/** Secrets of Kibana: which stand in kibana.yml, and how one gets into the keystore. Shared, so that fixes agree. */
import type { Facts } from '../domain/facts.ts';
import type { Given } from './kibana-judging.ts';
import { type Edit, type Entry, fromYml, type KnownKibana } from './kibana-proposing.ts';
import { installOf } from './proposing.ts';

export const elasticsearchHosts = 'elasticsearch.hosts';
export const elasticsearchUser = 'elasticsearch.username';
export const elasticsearchPassword = 'elasticsearch.password';
export const elasticsearchToken = 'elasticsearch.serviceAccountToken';
/** Where `builtin-passwords` keeps the password of the same host's node. */
export const kibanaSystemRef = 'es/kibana_system';

/** A name that the keystore's tool and change take, for one value. */
const storable = /^[A-Za-z][A-Za-z0-9_.-]{0,199}$/;
/** A reference to a variable is no secret in clear text; one with a default is. */
const reference = /^\$\{[^}:]+\}$/;

/** A password in an address (`https://user:password@host`); one that is a reference to a variable does not count. */
export function holdsLogin(address: string): boolean {
  return /:\/\/[^/\s:]*:[^/\s]+@/.test(address.replace(/\$\{[^}:{$]+\}/g, ''));
}

/** An address as it may be said: its login stands in clear text wherever the whole one does. */
export function withoutLogin(address: string): string {
  return address.replace(/:\/\/[^/\s]*@/g, '://');
}

/**
 * Secret-like settings of kibana.yml with a value, and addresses with a login, whatever the keystore says. Secret-like values
 * are redacted, references are not.
 */
export function secretsInYml({ settings }: Pick<KnownKibana, 'settings'>) {
  return settings.settings.filter(({ secretLike, values }) =>
    values.some((value) => (secretLike ? value !== '' && !reference.test(value) : holdsLogin(value))),
  );
}

/** An address with a login is corrected by hand. A list goes into the keystore as one value only where it has one; Kibana would take it for a single text. */
export function isMovable(found: Pick<KnownKibana, 'settings'>, key: string): boolean {
  const all = found.settings.settings.filter((setting) => setting.key === key);
  return storable.test(key) && all.length === 1 && all[0]?.secretLike === true && all[0].values.length === 1;
}

interface Move {
  readonly edits: readonly Edit[];
  readonly set: readonly Entry[];
}

/** Out of kibana.yml into the keystore. Where the keystore has it already its value holds, and only the line goes. */
export function moveToKeystore(found: KnownKibana, given: Pick<Given, 'key'>): Move {
  const stored = found.effective.given(given.key)?.inKeystore === true;
  return {
    edits: [{ op: 'remove', key: given.key }],
    set: stored ? [] : [{ name: given.key, value: fromYml(found.settings, given.key) }],
  };
}

/** Kibana logs in as the superuser, and the password of `kibana_system` can be had from this host's node. */
export function replacesLogin(facts: Facts, { effective }: KnownKibana): boolean {
  return effective.text(elasticsearchUser) === 'elastic' && installOf(facts) !== undefined;
}
