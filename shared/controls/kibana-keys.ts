/** The three encryption keys of Kibana: judged and put in place alike, equal on every Kibana of the workspace. */
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { EncryptionKey, KibanaKey, KibanaPeer } from '../domain/kibana.ts';
import type { Evaluation, Proposal } from './define-control.ts';
import { evidence, failed, listed, notKnown, passed, undecided } from './judging.ts';
import { judgePart, judgeSettings, noKibana } from './kibana-judging.ts';
import { kibanaChange, knownKibana, restartWords, undoWords } from './kibana-proposing.ts';
import { isMovable, moveToKeystore } from './kibana-secrets.ts';
import { factsMissing, manual } from './proposing.ts';

/** Kibana refuses shorter ones (its settings reference). */
const shortest = 32;
const madeLength = 40;

/** In the vault, the same for every Kibana of the workspace. */
export const sharedKeyRef = (name: EncryptionKey) => `shared/kibana/${name}`;

export interface KeyWords {
  readonly name: EncryptionKey;
  /** What the key is for, as in "has no key for …". */
  readonly about: string;
  /** What is lost with a Kibana that has none, or another one. */
  readonly without: string;
}

function keyOf(keys: readonly KibanaKey[], name: EncryptionKey): KibanaKey | undefined {
  return keys.find((key) => key.name === name);
}

interface Others {
  readonly different: readonly KibanaPeer[];
  readonly lacking: readonly KibanaPeer[];
  readonly having: readonly KibanaPeer[];
  readonly notRead: readonly KibanaPeer[];
}

function othersOf(peers: readonly KibanaPeer[], name: EncryptionKey, own: KibanaKey | undefined): Others {
  const read = peers.filter(({ state }) => state === 'read');
  const having = read.filter(({ keys }) => keyOf(keys, name) !== undefined);
  return {
    having,
    lacking: read.filter((peer) => !having.includes(peer)),
    different:
      own === undefined
        ? []
        : having.filter(({ keys }) => own.print === undefined || keyOf(keys, name)?.print !== own.print),
    notRead: peers.filter(({ state }) => state === 'not-read'),
  };
}

const names = (peers: readonly KibanaPeer[]) => listed(peers.map(({ host }) => host));

export function judgeKey(facts: Facts, words: KeyWords): Evaluation {
  const { name, about, without } = words;
  const peers = facts['kibana-peers'];
  if (facts.kibana?.status === 'known' && facts.kibana.value === null)
    return judgeSettings(facts, () => undecided(noKibana));
  if (peers?.status !== 'known') return notKnown('kibana-peers', peers);
  return judgeSettings(facts, ({ kibana, settings, effective, shown }) =>
    judgePart(kibana.keystore, (keystore) => {
      const stored = keyOf(keystore.value.keys, name);
      const own = stored ?? keyOf(settings.value.keys, name);
      const others = othersOf(peers.value, name, own);
      const compared = [...others.having, ...others.lacking];
      const seen = [
        shown(name, 'no default'),
        ...(own === undefined
          ? []
          : [evidence(stored ? keystore : settings, 'length', `${own.length} characters`)]),
        evidence(
          peers,
          'other hosts with Kibana',
          compared.length === 0
            ? 'none that was read'
            : compared.map((peer) => `${peer.host}: ${standing(peer, name, others)}`).join(', '),
        ),
      ];
      if (own === undefined) {
        const variable = effective.given(name) !== undefined && effective.text(name) !== undefined;
        if (variable) return undecided(`The value of ${name} could not be read as a text.`, ...seen);
        return failed(`Kibana has no key for ${about}: ${without}.`, ...seen);
      }
      if (own.length < shortest)
        return failed(
          `The key for ${about} has ${own.length} characters; Kibana wants at least ${shortest}.`,
          ...seen,
        );
      if (others.different.length > 0)
        return failed(
          `The key for ${about} is another one than on ${names(others.different)}: ${without}.`,
          ...seen,
        );
      if (keyOf(settings.value.keys, name) !== undefined)
        return failed(`The key for ${about} stands in clear text in kibana.yml.`, ...seen);
      if (others.lacking.length > 0)
        return failed(
          `Kibana on ${names(others.lacking)} ${others.lacking.length === 1 ? 'does' : 'do'} not have the key for ${about} that this Kibana has.`,
          ...seen,
        );
      if (others.notRead.length > 0)
        return undecided(
          `Whether ${names(others.notRead)} ${others.notRead.length === 1 ? 'has' : 'have'} the same key is not known. Assess all hosts with Kibana without closing Bulwark in between; a key from a variable or the command line is not read.`,
          ...seen,
        );
      return passed(
        `The key for ${about} is long enough, in the keystore, and the same everywhere.`,
        ...seen,
      );
    }),
  );
}

function standing(peer: KibanaPeer, name: EncryptionKey, others: Others): string {
  if (others.lacking.includes(peer)) return 'no key';
  if (keyOf(peer.keys, name) === undefined) return 'no key';
  return others.different.includes(peer) ? 'another key' : 'a key';
}

export function proposeKey(facts: Facts, { name, about }: KeyWords): Proposal {
  const found = knownKibana(facts);
  const peers = knownValue(facts['kibana-peers']);
  const keystore = found ? knownValue(found.kibana.keystore) : undefined;
  if (!found || !peers || !keystore) return factsMissing;
  const { kibana, settings } = found;
  const ref = sharedKeyRef(name);
  const stored = keyOf(keystore.keys, name);
  const own = stored ?? keyOf(settings.keys, name);
  const others = othersOf(peers, name, own);
  const disturbs = restartWords(kibana);
  const undo = `${undoWords} The vault keeps the key, because what was saved with it meanwhile cannot be read without it.`;
  if (own !== undefined && own.length < shortest)
    return manual(
      'A key that is in use is never replaced: what was saved with it could not be read any more.',
      `Make a longer key, move the old one to xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys where it is the one for saved objects, and set the new one on every Kibana.`,
      'Restart every Kibana, and call POST /api/encrypted_saved_objects/_rotate_key.',
    );
  if (own !== undefined && others.different.length > 0)
    return manual(
      `This Kibana and ${names(others.different)} have used different keys. Neither is replaced, because what was saved with it could not be read any more.`,
      'If they belong to different clusters, this is as it should be: accept it as a risk with this reason.',
      'If they belong to one cluster, choose the key that most was saved with, set it everywhere, and give the other one as a key for decryption only (xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys).',
    );
  if (own !== undefined) {
    const lies = keyOf(settings.keys, name) !== undefined;
    if (lies && !isMovable(found, name))
      return manual(
        `${name} is not a single value in kibana.yml.`,
        `Leave one line of it in kibana.yml, then assess again.`,
      );
    const move = lies ? moveToKeystore(found, { key: name }) : { edits: [], set: [] };
    return {
      type: 'changes',
      changes: [kibanaChange(found, { ...move, keep: [{ name, ref }] })],
      steps: [
        ...(lies
          ? [
              'Bulwark will move the key as it is from kibana.yml into the keystore. A key that is in use is never replaced.',
            ]
          : []),
        'Bulwark will take the key over into your vault, for the other hosts with Kibana.',
        ...(others.lacking.length > 0
          ? [
              `Plan the same finding of ${names(others.lacking)} afterwards: it gets this key out of the vault.`,
            ]
          : []),
      ],
      disturbs: lies ? disturbs : 'Nobody notices: nothing on the host changes.',
      undo,
    };
  }
  if (others.notRead.length > 0)
    return manual(
      `If Kibana on ${names(others.notRead)} has a key for ${about} already, that one has to be used, and what it has is not known.`,
      `Assess ${names(others.notRead)} together with this host, or take out of the workspace what does not exist any more.`,
      'A key that comes from a variable or from the command line is not read: put it into the keystore of that Kibana, then assess again.',
    );
  const source =
    others.having.length > 0
      ? ({ from: 'vault', ref } as const)
      : ({ from: 'generate', ref, length: madeLength } as const);
  return {
    type: 'changes',
    changes: [kibanaChange(found, { set: [{ name, value: source }] })],
    steps: [
      others.having.length > 0
        ? `Bulwark will put the key of ${names(others.having)} into the keystore. It has to be in your vault: apply the same finding of ${names(others.having)} first.`
        : `Bulwark will make a key of ${madeLength} characters, keep it in your vault, and put it into the keystore.`,
      `Every Kibana of this workspace gets the same key for ${about} out of the vault.`,
    ],
    disturbs,
    undo,
  };
}
