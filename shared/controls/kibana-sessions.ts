/** How long sessions of Kibana last: by setting, by provider, and by the default of the version. */
import type { Facts } from '../domain/facts.ts';
import type { Evaluation, Proposal } from './define-control.ts';
import { evidence, failed, passed, undecided } from './judging.ts';
import { type Given, judgeSettings } from './kibana-judging.ts';
import { type Edit, kibanaChange, knownKibana, restartWords, undoWords } from './kibana-proposing.ts';
import { factsMissing, manual } from './proposing.ts';

export interface SessionLimit {
  /** Last part of the setting: `idleTimeout`, `lifespan`. */
  readonly part: string;
  /** As Kibana writes it, e.g. `8h`. */
  readonly most: string;
  /** Sentence parts: "Idle sessions" "end after 8 hours". */
  readonly subject: string;
  /** Kibana's own value by version; undefined: none, sessions never end by it. */
  readonly usual: (version: string) => string | undefined;
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  Y: 31_536_000_000,
};

/**
 * Milliseconds of a duration as Kibana takes it: a number of milliseconds, or one or more of `90m`, `1h30m` (config-schema of
 * Kibana; `0` switches off). `never` for nothing, null and 0; undefined for what is no duration.
 */
export function sessionMilliseconds(text: string | undefined): number | 'never' | undefined {
  const value = (text ?? '').trim();
  if (value === '' || value === 'null') return 'never';
  if (/^\d+$/.test(value)) return Number(value) === 0 ? 'never' : Number(value);
  if (!/^(?:\d+(?:ms|[smhdwMY]))+$/.test(value)) return undefined;
  const parts = [...value.matchAll(/(\d+)(ms|[smhdwMY])/g)];
  const sum = parts.reduce((all, [, number = '', unit = '']) => all + Number(number) * (units[unit] ?? 0), 0);
  return sum === 0 ? 'never' : sum;
}

/** The setting itself, and that of each login provider, which outranks it for its users. */
function settingsOf(matching: (name: RegExp) => readonly Given[], part: string): readonly Given[] {
  return matching(new RegExp(`^xpack\\.security\\.(?:authc\\.providers\\..+\\.)?session\\.${part}$`));
}

export function judgeSessions(facts: Facts, limit: SessionLimit): Evaluation {
  const most = sessionMilliseconds(limit.most);
  return judgeSettings(facts, ({ kibana, settings, effective, shown }) => {
    const key = `xpack.security.session.${limit.part}`;
    const usual = limit.usual(kibana.version);
    const given = settingsOf(effective.matching, limit.part);
    const own = effective.given(key);
    const all = [
      { key, text: own === undefined ? usual : own.values.join(',') },
      ...given.filter((one) => one.key !== key).map((one) => ({ key: one.key, text: one.values.join(',') })),
    ];
    const seen = [
      shown(key, `default of ${kibana.version}: ${usual ?? 'none'}`),
      ...given
        .filter((one) => one.key !== key)
        .map((one) => evidence(settings, one.key, one.values.join(', ') || 'empty')),
    ];
    for (const one of all) {
      const time = sessionMilliseconds(one.text);
      if (time === undefined)
        return undecided(
          `The setting ${one.key} is ${one.text}, which is no duration. Correct it, then assess again.`,
          ...seen,
        );
      if (time === 'never')
        return failed(
          `${limit.subject} of Kibana never end${one.key === key ? '' : ` for one provider (${one.key})`}.`,
          ...seen,
        );
      if (typeof most === 'number' && time > most)
        return failed(
          `${limit.subject} of Kibana end after ${one.text}, later than ${limit.most}${one.key === key ? '' : ` for one provider (${one.key})`}.`,
          ...seen,
        );
    }
    return passed(
      `${limit.subject} of Kibana end after ${all.map(({ text }) => text).join(' and ')}.`,
      ...seen,
    );
  });
}

export function proposeSessions(facts: Facts, limit: SessionLimit): Proposal {
  const found = knownKibana(facts);
  if (!found) return factsMissing;
  const { kibana, effective } = found;
  const key = `xpack.security.session.${limit.part}`;
  const most = sessionMilliseconds(limit.most);
  const own = effective.given(key);
  const tooLong = (text: string | undefined) => {
    const time = sessionMilliseconds(text);
    return time === 'never' || (typeof time === 'number' && typeof most === 'number' && time > most);
  };
  const others = settingsOf(effective.matching, limit.part).filter(
    (one) => one.key !== key && tooLong(one.values.join(',')),
  );
  const ownWrong = tooLong(own === undefined ? limit.usual(kibana.version) : own.values.join(','));
  const wrong = [...(ownWrong ? [key] : []), ...others.map((one) => one.key)];
  if (wrong.length === 0) return manual('No setting is too long any more.', 'Assess the host again.');
  const edits: Edit[] = wrong.map((one) => ({ op: 'set', key: one, value: limit.most }));
  const remove = wrong.filter((one) => effective.given(one)?.inKeystore === true);
  return {
    type: 'changes',
    changes: [kibanaChange(found, { edits, remove })],
    steps: [
      ...wrong.map((one) => `Bulwark will set ${one} to ${limit.most} in kibana.yml.`),
      'Everything else in kibana.yml stays as it is.',
    ],
    disturbs: `${restartWords(kibana)} Sessions that are older than the new limit end.`,
    undo: undoWords,
  };
}
