/** What fixes of Kibana share: one change of settings and keystore, and what its restart means. */
import type { Change, ChangeOf, SecretSource } from '../domain/change.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { KibanaFact, KibanaSettings } from '../domain/kibana.ts';
import { type Effective, effectiveSettings } from './kibana-judging.ts';

type Setting = ChangeOf<'kibana-setting'>;
export type Edit = Setting['edits'][number];
export type Entry = Setting['keystore']['set'][number];

export interface KnownKibana {
  readonly kibana: KibanaFact;
  readonly settings: KibanaSettings;
  readonly effective: Effective;
}

/** Undefined where something that a fix rests on is not known any more. */
export function knownKibana(facts: Facts): KnownKibana | undefined {
  const kibana = knownValue(facts.kibana);
  const settings = kibana ? knownValue(kibana.settings) : undefined;
  if (!kibana || !settings) return undefined;
  return { kibana, settings, effective: effectiveSettings(settings, knownValue(kibana.keystore)) };
}

export function kibanaChange(
  { kibana, settings }: Pick<KnownKibana, 'kibana' | 'settings'>,
  wish: {
    readonly edits?: readonly Edit[];
    readonly set?: readonly Entry[];
    readonly remove?: readonly string[];
    readonly keep?: NonNullable<Setting['keep']>;
  },
): Change {
  return {
    kind: 'kibana-setting',
    pathConf: kibana.pathConf,
    home: kibana.home,
    ...(kibana.unit === undefined ? {} : { unit: kibana.unit }),
    edits: [...(wish.edits ?? [])],
    expects: settings.digest,
    keystore: { set: [...(wish.set ?? [])], remove: [...(wish.remove ?? [])] },
    ...(wish.keep === undefined || wish.keep.length === 0 ? {} : { keep: wish.keep }),
  };
}

/** Read out of kibana.yml on the host while the change is made. */
export function fromYml(settings: KibanaSettings, key: string): SecretSource {
  return { from: 'yaml-setting', path: settings.path, key };
}

/** @param asked whether everybody has to log in again, where that is not the key's doing */
export function restartWords(kibana: KibanaFact): string {
  return kibana.unit === undefined
    ? 'No systemd unit starts this Kibana: restart it by hand afterwards, or it goes on with the old settings. It is away for about a minute then.'
    : `${kibana.unit} restarts once: Kibana is away for one to three minutes, and reports that are being made are lost. Without a session key of its own everybody logs in again.`;
}

export const undoWords = 'Undo puts kibana.yml and the keystore back to the same bytes and restarts Kibana.';
