/**
 * Every Kibana of a cluster needs the same keys. They are compared in memory, by prints that are worth nothing when the app
 * ends; so hosts are compared that were read in the same run of it.
 */
import type { HostState } from '../../shared/contract/state.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import {
  encryptionKeys,
  type KibanaFact,
  type KibanaKey,
  type KibanaKeystore,
  type KibanaPeer,
  type KibanaSettings,
} from '../../shared/domain/kibana.ts';
import type { KibanaReading } from '../../shared/engine/fact-source.ts';
import { findingAmong, kibanaPeersFact } from '../../shared/engine/scan.ts';
import { kibanaKeystoreCodec } from '../adapters/kibana/keystore-codec.ts';
import { systemClock, systemDigest, systemRandom } from '../adapters/system/system.ts';
import { outageOf } from './change-kinds.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { judgeAgain } from './topology.ts';

type FactsOf = (hostId: string) => Facts | undefined;

const salt = Buffer.from(systemRandom.bytes(32)).toString('hex');

export const kibanaReading: KibanaReading = {
  open: (file) => kibanaKeystoreCodec.open(file),
  print: (value) => systemDigest.sha256(`${salt}\0${value}`),
};

const comparing = ['saved-objects-key', 'security-cookie-key', 'reporting-key'] as const;
const [oneOfThem] = comparing;

/** What is known of Kibana on all hosts but this one. */
export function kibanaPeers(
  hosts: readonly HostState[],
  hostId: string,
  factsOf: FactsOf,
): readonly KibanaPeer[] {
  return hosts.filter(({ host }) => host.id !== hostId).map((state) => peerOf(state, factsOf(state.host.id)));
}

function peerOf({ host, latest, assess }: HostState, facts: Facts | undefined): KibanaPeer {
  const notRead: KibanaPeer = { host: host.name, state: 'not-read', keys: [] };
  const none: KibanaPeer = { host: host.name, state: 'none', keys: [] };
  if (facts === undefined) {
    const before = latest?.findings.find(({ controlId }) => controlId === oneOfThem);
    return before?.outcome === 'not-applicable' ? none : notRead;
  }
  const kibana = knownValue(facts.kibana);
  if (kibana === null) return none;
  const settings = kibana ? knownValue(kibana.settings) : undefined;
  const keystore = kibana ? knownValue(kibana.keystore) : undefined;
  // What a host said before its last assessment failed may not be so any more.
  if (!kibana || !settings || !keystore || hidesKey(kibana, settings, keystore) || assess.state === 'failed')
    return notRead;
  const keys = new Map<string, KibanaKey>([...settings.keys, ...keystore.keys].map((key) => [key.name, key]));
  return { host: host.name, state: 'read', keys: [...keys.values()] };
}

/** Whether it may have a key that was not read: from a variable, from the command line, or one of two that are given. */
function hidesKey(kibana: KibanaFact, settings: KibanaSettings, keystore: KibanaKeystore): boolean {
  const isGiven = (values: readonly string[]) => values.some((value) => value !== '');
  return (
    kibana.overrides.length > 0 ||
    encryptionKeys.some((name) => {
      const reads = ({ keys }: KibanaSettings | KibanaKeystore) => keys.some((key) => key.name === name);
      // The keystore outranks kibana.yml.
      if (keystore.entries.some((entry) => entry.name === name && isGiven(entry.values)))
        return !reads(keystore);
      if (settings.duplicates.includes(name)) return true;
      return settings.settings.some(({ key, values }) => key === name && isGiven(values)) && !reads(settings);
    })
  );
}

/** The facts of a host together with what the others say, as its controls judge and propose. */
export function withKibanaPeers(
  { store }: Pick<ServiceContext, 'store'>,
  hostId: string,
  factsOf: FactsOf,
): Facts | undefined {
  const facts = factsOf(hostId);
  const at = new Date(systemClock.now()).toISOString();
  return (
    facts && {
      ...facts,
      'kibana-peers': kibanaPeersFact(kibanaPeers(store.get().hosts, hostId, factsOf), at),
    }
  );
}

/** What one host was found to have may change the verdict on the others. */
export async function judgeKibanaAgain(
  context: Pick<ServiceContext, 'store'>,
  workspace: Pick<OpenWorkspace, 'paths'>,
  factsOf: FactsOf,
): Promise<void> {
  const at = new Date(systemClock.now()).toISOString();
  const controls = catalog.filter(({ words }) => comparing.some((id) => id === words.id));
  await judgeAgain(context, workspace, ({ host }) => {
    const facts = withKibanaPeers(context, host.id, factsOf);
    if (facts === undefined || knownValue(facts.kibana) == null) return undefined;
    return (finding) => {
      const control = controls.find(({ words }) => words.id === finding.controlId);
      return control ? findingAmong(catalog, control, facts, { hostId: host.id, at, outageOf }) : finding;
    };
  });
}
