/** A node that was taught what to answer, asked as an assessment asks it: for the tests of its answers. */
import { expect } from 'vitest';
import type { NodeAnswers } from '../../shared/domain/facts.ts';
import type { Result } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { NodeResponse } from '../../shared/engine/ports.ts';
import { type AskInput, askNode } from '../../shared/facts/node-answers/ask.ts';
import { weakPasswords } from '../../shared/facts/node-answers/requests.ts';
import { at, healthy, install, open } from './facts.ts';
import { answer, peer, refusal, taughtReader } from './node-reader.ts';

export const who = '/_security/_authenticate';
export const state = '/_cluster/state/master_node,nodes,metadata';
export const more = [
  '/_nodes/_all/http,transport,process,settings',
  '/_nodes/stats/indices/docs,shard_stats',
  '/_cluster/health',
  '/_ssl/certificates',
];
/** Asked for with a login only. */
const identities = [
  '/_security/user',
  '/_security/role',
  '/_security/role_mapping',
  '/_security/api_key',
  '/.security/_doc/reserved-user-elastic',
];
export type Answers = Readonly<Record<string, Result<NodeResponse>>>;
/** A node that tells its state and no more, unless it was taught more. */
export function whole(answers: Answers): Answers {
  const told = Object.keys(answers).filter((name) => name.includes(state));
  const refusals = told.flatMap((name) =>
    [...more, ...(name.includes(' as ') ? identities : [])].map(
      (path) => [name.replace(state, path), answer(403)] as const,
    ),
  );
  return { ...Object.fromEntries(refusals), ...answers };
}
export const password = 'Canary-77x!tZ';
export const input: AskInput = {
  install,
  process: healthy['es-process'],
  settings: open['es-settings'],
  listeners: open.listeners,
  authority: '',
  credential: undefined,
  at,
};
export const secured: AskInput = {
  ...input,
  settings: healthy['es-settings'],
  listeners: healthy.listeners,
  authority: 'PEM',
  credential: { type: 'basic', user: 'elastic', password: new Secret(password) },
};
export const cluster = (...indices: readonly string[]) =>
  answer(200, {
    cluster_uuid: 'u1',
    master_node: 'm',
    nodes: { m: { name: 'n', version: '8.19.21' } },
    metadata: { indices: Object.fromEntries(indices.map((name) => [name, { state: 'open' }])) },
  });
export const off405 = answer(405, {
  error: `Incorrect HTTP method for uri [${who}] and method [GET], allowed: [POST]`,
  status: 405,
});
export const refused = answer(401, {}, peer);
export const own = `pinned 9200 ${who} as elastic:${password}`;
export const weakRefused = Object.fromEntries(
  weakPasswords.map(([user, word]) => [`pinned 9200 ${who} as ${user}:${word}`, refused]),
);
export const tlsTransport = { 'observed 9300 /': refusal('not-http: tlsv13 alert certificate required') };
export const clearTransport = {
  'observed 9300 /': refusal('tls-refused: wrong version number'),
  'clear 9300 /': refusal('not-http: Parse Error: Expected HTTP/'),
};

export async function ask(
  changes: Partial<AskInput>,
  answers: Readonly<Record<string, Result<NodeResponse>>>,
  base = input,
): Promise<NodeAnswers & { readonly asked: readonly string[] }> {
  const reader = taughtReader(whole(answers));
  const fact = await askNode(reader, { ...base, ...changes });
  if (fact.status !== 'known') throw new Error(`${fact.status}: ${fact.reason}`);
  expect(JSON.stringify(fact)).not.toContain(password);
  return { ...fact.value, asked: reader.asked };
}
