/** What every judgement of Kibana needs: its facts, its effective settings, and honest words where one is not known. */
import type { Evidence } from '../domain/evidence.ts';
import type { Fact } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { KibanaFact, KibanaKeystore, KibanaSettings } from '../domain/kibana.ts';
import type { Evaluation } from './define-control.ts';
import { evidence, listed, notApplicable, notKnown, type Seen, undecided } from './judging.ts';

export const noKibana = 'There is no Kibana on this host.';

/** Judges a host with Kibana; not-applicable without one, unknown or error where that could not be told. */
export function judgeKibana(facts: Facts, judge: (kibana: Seen<KibanaFact>) => Evaluation): Evaluation {
  const { kibana } = facts;
  if (kibana?.status !== 'known') return notKnown('kibana', kibana);
  if (kibana.value === null) return notApplicable(noKibana, evidence(kibana, 'Kibana', 'not found'));
  return judge({ value: kibana.value, where: kibana.where, at: kibana.at });
}

/** One part of the Kibana fact; where it is not known the judgement is what the reason allows. */
export function judgePart<T>(part: Fact<T>, judge: (seen: Seen<T>) => Evaluation): Evaluation {
  return part.status === 'known' ? judge(part) : notKnown('kibana', part);
}

/** A setting as Kibana takes it. */
export interface Given {
  readonly key: string;
  /** Nothing at all for an empty setting, which Kibana takes as null. */
  readonly values: readonly string[];
  readonly secretLike: boolean;
  readonly inKeystore: boolean;
  /** `kibana.yml, line 3`, `the keystore`. */
  readonly place: string;
}

/** kibana.yml and the keystore laid over it. */
export interface Effective {
  readonly given: (key: string) => Given | undefined;
  /** Undefined when it is absent or empty. */
  readonly text: (key: string) => string | undefined;
  /** Every setting whose name fits. */
  readonly matching: (name: RegExp) => readonly Given[];
}

export function effectiveSettings(
  settings: KibanaSettings,
  keystore: KibanaKeystore | undefined,
): Effective & { readonly used: ReadonlySet<string> } {
  const all = new Map<string, Given>();
  for (const { key, values, secretLike, line } of settings.settings)
    all.set(key, { key, values, secretLike, inKeystore: false, place: `kibana.yml, line ${line}` });
  for (const { name, values, secretLike } of keystore?.entries ?? [])
    all.set(name, { key: name, values, secretLike, inKeystore: true, place: 'the keystore' });
  const used = new Set<string>();
  const given = (key: string) => {
    used.add(key);
    return all.get(key);
  };
  return {
    used,
    given,
    text(key) {
      const values = given(key)?.values ?? [];
      return values.length === 0 ? undefined : values.join(',');
    },
    matching(name) {
      const found = [...all.values()].filter(({ key }) => name.test(key));
      for (const { key } of found) used.add(key);
      return found;
    },
  };
}

export interface SeenSettings {
  readonly kibana: KibanaFact;
  readonly settings: Seen<KibanaSettings>;
  /** Undefined where it could not be read: then nothing that it could change is called a pass. */
  readonly keystore: Seen<KibanaKeystore> | undefined;
  readonly effective: Effective;
  /** What is said of a setting, with its place or the default. */
  readonly shown: (key: string, otherwise: string) => Evidence;
}

/**
 * Judges by effective settings. What outranks kibana.yml (arguments, a keystore that could not be read) or is decided
 * elsewhere (variables, a setting given twice) never reads as pass.
 */
export function judgeSettings(facts: Facts, judge: (seen: SeenSettings) => Evaluation): Evaluation {
  return judgeKibana(facts, ({ value: kibana }) =>
    judgePart(kibana.settings, (settings) => {
      const keystore = kibana.keystore.status === 'known' ? kibana.keystore : undefined;
      const effective = effectiveSettings(settings.value, keystore?.value);
      const shown = (key: string, otherwise: string) => {
        const given = effective.given(key);
        const value = given === undefined ? `not stated (${otherwise})` : given.values.join(', ') || 'empty';
        return evidence(given?.inKeystore === true && keystore ? keystore : settings, key, value);
      };
      const judged = judge({ kibana, settings, keystore, effective, shown });
      if (judged.outcome === 'not-applicable') return judged;
      if (kibana.overrides.length > 0)
        return undecided(
          `Kibana is started with ${listed(kibana.overrides)} on its command line, which outrank kibana.yml. Move them into kibana.yml, then assess again.`,
          ...judged.evidence,
        );
      const used = [...effective.used];
      const twice = used.filter((key) => settings.value.duplicates.includes(key));
      if (twice.length > 0)
        return undecided(
          `The setting ${listed(twice)} is given more than once in kibana.yml, and which one holds is not certain. Leave one of them, then assess again.`,
          ...judged.evidence,
        );
      // A secret belongs into no file; that it is there is all that is asked of it.
      const variable = used.filter((key) => {
        const given = effective.given(key);
        return given?.secretLike === false && given.values.some((one) => one.includes('${'));
      });
      if (variable.length > 0)
        return undecided(
          `The setting ${listed(variable)} is taken from a variable, which Bulwark does not read. Write the value into kibana.yml, then assess again.`,
          ...judged.evidence,
        );
      return judged.outcome === 'pass' && kibana.keystore.status !== 'known'
        ? notKnown('kibana', kibana.keystore)
        : judged;
    }),
  );
}
