import { knownValue } from '../../../domain/fact.ts';
import { isOn, settingValue } from '../../../text/yaml-settings.ts';
import { defineControl } from '../../define-control.ts';
import { judgeNode } from '../../judging.ts';
import { judgeStatic, proposeStatic } from '../../static-setting.ts';

const key = 'xpack.security.authc.password_hashing.algorithm';
const fipsKey = 'xpack.security.fips_mode.enabled';

export default defineControl({
  words: {
    id: 'password-hashing',
    area: 'auth',
    title: 'New passwords are hashed with a strong algorithm',
    severity: 'low',
    description:
      'Looks at the algorithm and its cost, in the running node and in its settings. Which algorithm the hashes of existing passwords have is not told by a node: they keep theirs until the password changes.',
    risk: 'Whoever gets hold of weak hashes finds out passwords by trying.',
    references: [{ title: 'Security settings in Elasticsearch: password hashing', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings', 'node-answers'], (_install, seen) => {
      const fips =
        isOn(settingValue(seen['es-settings'].value.settings, fipsKey)) ||
        isOn(seen['node-answers'].value.running?.[fipsKey]);
      return judgeStatic(seen, {
        key,
        byDefault: fips ? 'pbkdf2_stretch' : 'bcrypt with cost 10',
        wrong: (value) => (value === undefined ? undefined : weakness(value, fips)),
        right: 'New passwords are hashed with a strong algorithm.',
      });
    }),
  propose: (facts) => {
    const yml = knownValue(facts['es-settings']);
    const fips = isOn(settingValue(yml?.settings ?? [], fipsKey));
    return proposeStatic(
      facts,
      [fips ? { op: 'set', key, value: 'pbkdf2_stretch' } : { op: 'remove', key }],
      {
        steps: [
          fips
            ? `Bulwark will set ${key}: pbkdf2_stretch.`
            : `Bulwark will take ${key} out of elasticsearch.yml: the default, bcrypt with cost 10, is strong.`,
          'Passwords that are set afterwards get the strong hash; old ones keep theirs until they change.',
        ],
        disturbs: 'Every password stays valid.',
      },
    );
  },
});

/** Names are taken in upper and lower case (seen on 8.19). */
function weakness(value: string, fips: boolean): string | undefined {
  const name = value.trim().toLowerCase();
  if (fips && !name.startsWith('pbkdf2'))
    return `New passwords are hashed with ${value}, which FIPS mode does not allow.`;
  const bcrypt = /^bcrypt(\d*)$/.exec(name);
  if (bcrypt) {
    const cost = bcrypt[1] === '' ? 10 : Number(bcrypt[1]);
    return cost >= 10 ? undefined : `New passwords are hashed with ${value}, whose cost is below 10.`;
  }
  const pbkdf2 = /^pbkdf2(?:_stretch)?(?:_(\d+))?$/.exec(name);
  if (pbkdf2) {
    const rounds = pbkdf2[1] === undefined ? 10_000 : Number(pbkdf2[1]);
    return rounds >= 10_000 ? undefined : `New passwords are hashed with ${value}: fewer than 10,000 rounds.`;
  }
  return `New passwords are hashed with ${value}, which is not known as a strong algorithm.`;
}
