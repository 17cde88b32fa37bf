/** Judging users, roles and keys: only what the node told a login that may read it, and never a pass without it. */
import type { EsInstall } from '../domain/elasticsearch.ts';
import type { FactId, Facts, NodeAnswers } from '../domain/facts.ts';
import type { Identities } from '../domain/identities.ts';
import type { Evaluation } from './define-control.ts';
import { type AllSeen, evidence, judgeNode, notApplicable, type Seen, undecided } from './judging.ts';

/** The parts of a control's question, all told. */
export type Told<P extends keyof Identities> = { readonly [Q in P]: Exclude<Identities[Q], undefined> };

/** What a login needs to be told a part; the monitoring user of 8.5 and later has it by `read_security`. */
const needs: Readonly<Record<keyof Identities, string>> = {
  users: 'read_security, or manage_security before 8.5',
  roles: 'read_security, or manage_security before 8.5',
  mappings: 'read_security, or manage_security before 8.5',
  apiKeys: 'read_security, or manage_security before 8.5',
  elasticStored: 'the role superuser',
};

/** Judges when all these parts were told; otherwise says why not. */
export function judgeIdentities<P extends keyof Identities, K extends FactId>(
  facts: Facts,
  parts: readonly P[],
  more: readonly K[],
  judge: (
    told: Told<P>,
    answers: Seen<NodeAnswers>,
    seen: AllSeen<K>,
    install: Seen<EsInstall>,
  ) => Evaluation,
): Evaluation {
  return judgeNode(facts, ['node-answers', ...more] as const, (install, seen) => {
    const answers = (seen as AllSeen<'node-answers'>)['node-answers'];
    const { securityEnabled, identities, authenticated, http } = answers.value;
    const asked = evidence(answers, 'login', words[authenticated]);
    if (securityEnabled === false)
      return notApplicable('Security is off: there are no users, roles or keys in force.', asked);
    if (http === 'closed')
      return undecided(
        'Elasticsearch does not run, so nobody could be asked. Start it, then assess again.',
        asked,
      );
    const told: Partial<Identities> = identities ?? {};
    const missing = parts.find((part) => told[part] === undefined);
    if (missing === undefined) return judge(told as Told<P>, answers, seen as AllSeen<K>, install);
    return undecided(
      authenticated === 'yes'
        ? `The login that Bulwark has may not read this, or the node could not tell. Give Bulwark a login with ${needs[missing]}, then assess again.`
        : `The node tells this to a login only. Give Bulwark a login with ${needs[missing]}, then assess again.`,
      asked,
    );
  });
}

const words: Readonly<Record<NodeAnswers['authenticated'], string>> = {
  yes: 'accepted',
  refused: 'refused',
  'not-yet': 'not accepted yet',
  'no-credential': 'none given',
};
