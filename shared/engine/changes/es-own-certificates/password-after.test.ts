/** After the way back of a node that goes on asking for passwords, the vault still holds every one that may be valid. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installOn } from '../../../../test/integration/es-installs.ts';
import { testContext, value } from '../../../../test/support/change-harness.ts';
import { MemorySecrets, testDigest } from '../../../../test/support/memory-ports.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { undoWords } from '../../change-kind.ts';
import type { NodeResponse } from '../../ports.ts';
import { newPassword } from '../../securing/vault-password.ts';
import { esOwnCertificates } from './es-own-certificates.ts';
import { findEntrance } from './preconditions.ts';

const ref = 'es/local/elastic';
const change: ChangeOf<'es-own-certificates'> = {
  kind: 'es-own-certificates',
  install: { ...installOn('package-default'), httpPort: 9200 },
  elasticPasswordRef: ref,
  httpCaRef: 'es/local/http-ca',
  nodeKeyRef: 'es/local/node-key',
  storePasswordRef: 'es/local/node-store',
  authorityRef: 'pki/authority',
  keyType: 'p-256',
  form: 'pem',
  names: ['localhost'],
  days: 730,
  asksAlready: true,
};
const yml = 'xpack.security.enabled: true\nxpack.security.http.ssl.enabled: false\n';
const old = 'Canary-old-77!x';

let host: NodeHost;
let secrets: MemorySecrets;
/** The password that the node knows; undefined: it refuses every one for now. */
let valid: string | undefined;
beforeEach(async () => {
  host = new NodeHost();
  secrets = new MemorySecrets();
  host.teach('systemctl', 'exit 0');
  host.place(`${change.install.pathConf}/elasticsearch.yml`, yml);
  host.before = ({ name }) =>
    name === 'elasticsearch-keystore'
      ? fail(appError('ES_TOOL_FAILED', 'There is no seed.', 'Go on.'))
      : succeed(undefined);
  host.answer = speakPlain;
  valid = old;
  await secrets.put(ref, new Secret(old), '');
});
afterEach(() => host.remove());

function reply(status: number, body: unknown = {}) {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return succeed<NodeResponse>({ status, headers: {}, body: bytes });
}

const speakPlain: NonNullable<NodeHost['answer']> = ({ tls, credential }) => {
  if (tls !== false) return fail(appError('COMMAND_FAILED', 'No TLS.', 'Ask in clear.'));
  const right = credential?.type === 'basic' && credential.password.reveal() === valid;
  return right ? reply(200, { username: credential.user }) : reply(401);
};

const lost: NonNullable<NodeHost['answer']> = () =>
  fail(appError('SSH_CONNECTION_LOST', 'The link broke.', 'Wait.'));

const seen = () =>
  Object.fromEntries(
    [...secrets.values]
      .filter(([name]) => name.startsWith(ref))
      .map(([name, kept]) => [name.slice(ref.length), kept.value.reveal()]),
  );

/** Ended right after the new password was made; then it goes back. */
async function interrupted(more: Partial<Parameters<typeof testContext>[1]> = {}, then = () => {}) {
  const context = testContext(host, { secrets, ...more });
  const made = value(await newPassword(change, context)).reveal();
  then();
  const image = { version: 1, yml: testDigest.sha256(yml), data: [], others: '', active: true };
  const before = new TextEncoder().encode(`${JSON.stringify(image)}\n`);
  const undone = value(
    await esOwnCertificates.revert(change, before, undefined, { ...context, force: false }),
  );
  return { made, words: undoWords(undone).join('\n') };
}

it('the one of before comes back where the node says that it is valid', async () => {
  const { words } = await interrupted();
  expect(seen()).toEqual({ '': old });
  expect(words).toBe('');
});

it('the new one stays alone where the node has it', async () => {
  let made = '';
  const { words } = await interrupted({}, () => {
    made = seen()[''] ?? '';
    valid = made;
  });
  expect(seen()).toEqual({ '': made });
  expect(words).toBe('');
});

it.each([
  ['does not answer', () => (host.answer = undefined)],
  ['speaks TLS', () => (host.answer = () => reply(401))],
  ['cannot be reached', () => (host.answer = lost)],
  ['refuses both for a minute', () => (valid = undefined)],
])('both stay, and the operator is told, where the node %s', async (_name, then) => {
  const { made, words } = await interrupted({}, then);
  expect(seen()).toEqual({ '': made, '/previous': old });
  expect(words).toContain(`${ref},`);
  expect(words).toContain(`${ref}/previous`);
  expect(words).not.toContain(old);
});

it('a link that broke meanwhile is no doubt where the host can be reached again', async () => {
  const again = new NodeHost();
  again.before = host.before;
  again.answer = speakPlain;
  let closed = 0;
  const session = {
    ...again.session(),
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  const { words } = await interrupted({ openFresh: () => Promise.resolve(succeed(session)) }, () => {
    host.answer = lost;
  });
  expect(seen()).toEqual({ '': old });
  expect(words).toBe('');
  expect(closed).toBe(1);
  again.remove();
});

const give = (user: string, password: string) =>
  secrets.put('es/local/login', new Secret(JSON.stringify({ user, password })), '');

it('a login that was given meanwhile and is the new password does not pass for the one of before', async () => {
  let made = '';
  await interrupted({}, () => {
    made = seen()[''] ?? '';
    valid = made;
    void give('elastic', made);
  });
  expect(seen()).toEqual({ '': made });
});

it('the node is entered by the login that was given for elastic, and by no other', async () => {
  valid = 'reset by hand';
  const context = testContext(host, { secrets });
  expect(await findEntrance(change, context)).toMatchObject({ error: { code: 'PRECONDITION_FAILED' } });
  await give('kibana_admin', 'reset by hand');
  expect(await findEntrance(change, context)).toMatchObject({ error: { code: 'PRECONDITION_FAILED' } });
  await give('elastic', 'reset by hand');
  expect(value(await findEntrance(change, context)).credential).toMatchObject({ user: 'elastic' });
});
