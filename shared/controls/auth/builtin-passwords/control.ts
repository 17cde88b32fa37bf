import { knownValue } from '../../../domain/fact.ts';
import type { Facts, PlaintextSecret } from '../../../domain/facts.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';
import { elasticPasswordRef } from '../../own-certificates.ts';
import { factsMissing, installOf, manual } from '../../proposing.ts';
import { proposeSecuring } from '../../securing.ts';

/** Clear-text settings and variables that hold a built-in user's password. */
const builtinSecret =
  /(?:^|[._])(?:elastic|kibana_system|kibana|logstash_system|beats_system|apm_system|remote_monitoring_user)_?password$|^bootstrap\.password$/i;

function inClear(secrets: readonly PlaintextSecret[]): readonly PlaintextSecret[] {
  return secrets.filter((secret) => builtinSecret.test(secret.name));
}

export default defineControl({
  words: {
    id: 'builtin-passwords',
    area: 'auth',
    title: 'Built-in users have generated passwords, none well-known and none in clear text',
    severity: 'critical',
    description:
      'Tries well-known passwords of built-in users against the node, and looks for their passwords in configuration files. A refusal counts only while a right password is known to be accepted: a node that is still starting refuses right ones too.',
    risk: 'The user elastic may do everything. Its usual passwords are the first that anybody tries.',
    references: [{ title: 'Built-in users', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'none',
  },
  evaluate: (facts) => {
    const open = judgeNode(facts, ['node-answers'], (_install, seen) =>
      seen['node-answers'].value.securityEnabled === false
        ? failed(
            'Security is off: no user needs a password.',
            evidence(seen['node-answers'], 'well-known passwords', 'not asked for: security is off'),
          )
        : passed('Passwords are asked for.'),
    );
    return open.outcome === 'pass' ? judgePasswords(facts) : open;
  },
  propose: (facts, choices) => {
    const answers = knownValue(facts['node-answers']);
    const install = installOf(facts);
    const clear = inClear(knownValue(facts['plaintext-secrets']) ?? []);
    if (!install || !answers) return factsMissing;
    if (!answers.securityEnabled) return proposeSecuring(facts, choices, 'builtin-passwords');
    const weak = answers.weakBuiltins ?? [];
    if (weak.length === 0)
      return manual(
        'Who reads the file, and whether the password is still the same, is for you to say.',
        ...clear.map(
          (secret) =>
            `Take ${secret.name} out of ${secret.file}, line ${secret.line}, and reset that password.`,
        ),
      );
    return {
      type: 'changes',
      changes: [
        {
          kind: 'es-password',
          install,
          users: weak.map((name) => ({
            name,
            ref: name === 'elastic' ? elasticPasswordRef : `es/${name}`,
            length: 24,
          })),
        },
      ],
      steps: [
        `Bulwark will give ${listed(weak)} a new generated password, keep it in your vault, and prove it by logging in.`,
      ],
      disturbs: 'Nothing restarts. Everything that logs in with the old password is refused from then on.',
      undo: 'The old, well-known password is not brought back.',
    };
  },
});

/** Never started and empty: the node has no user store yet. */
function willSetUp(facts: Facts): boolean {
  const install = installOf(facts);
  const directories = knownValue(facts['data-directories']);
  return (
    install !== undefined &&
    directories !== undefined &&
    install.pathData.every((path) => directories.some((one) => one.path === path && one.empty))
  );
}

function judgePasswords(facts: Facts): Evaluation {
  return judgeNode(facts, ['node-answers', 'plaintext-secrets'], (_install, seen) => {
    const answers = seen['node-answers'].value;
    const clear = inClear(seen['plaintext-secrets'].value);
    const tried =
      answers.weakBuiltins === undefined
        ? 'not decidable'
        : answers.weakBuiltins.length === 0
          ? 'all refused'
          : `accepted for ${answers.weakBuiltins.join(', ')}`;
    const shown = [
      evidence(seen['node-answers'], 'well-known passwords', tried),
      ...clear.map((secret) =>
        evidence(
          { ...seen['plaintext-secrets'], where: `${secret.file}, line ${secret.line}` },
          secret.name,
          'in clear text',
        ),
      ),
    ];
    if (answers.weakBuiltins && answers.weakBuiltins.length > 0)
      return failed(`A well-known password is accepted for ${listed(answers.weakBuiltins)}.`, ...shown);
    if (clear.length > 0)
      return failed(
        `A built-in user’s password stands in clear text in ${listed([...new Set(clear.map((secret) => secret.file))])}.`,
        ...shown,
      );
    if (answers.weakBuiltins)
      return passed(
        'No built-in user accepts a well-known password, and none stands in clear text.',
        ...shown,
      );
    if (answers.securityEnabled === undefined && answers.http === 'closed' && willSetUp(facts))
      return failed('Elasticsearch was never set up: its built-in users have no password yet.', ...shown);
    if (answers.http === 'closed')
      return undecided(
        'Elasticsearch does not run, so no password could be tried. Start it, then assess again.',
        ...shown,
      );
    const why = {
      yes: 'Some tries were not answered.',
      refused: 'The credential was refused.',
      'not-yet': 'The node does not accept right passwords yet.',
      'no-credential': 'Without a login that works, a refusal proves nothing.',
    }[answers.authenticated];
    return undecided(
      `Whether built-in users have well-known passwords could not be told. ${why} Give Bulwark a credential for this node, then assess again.`,
      ...shown,
    );
  });
}
