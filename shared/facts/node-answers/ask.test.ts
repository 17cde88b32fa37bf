import { describe, expect, it } from 'vitest';
import { at, healthy, install, open } from '../../../test/support/facts.ts';
import { answer, peer, refusal, taughtReader } from '../../../test/support/node-reader.ts';
import type { NodeAnswers } from '../../domain/facts.ts';
import type { Result } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { NodeResponse } from '../../engine/ports.ts';
import { type AskInput, askNode } from './ask.ts';
import { weakPasswords } from './requests.ts';

const who = '/_security/_authenticate';
const state = '/_cluster/state/master_node,nodes,metadata';
const more = [
  '/_nodes/_all/http,transport,process,settings',
  '/_nodes/stats/indices/docs,shard_stats',
  '/_cluster/health',
];
type Answers = Readonly<Record<string, Result<NodeResponse>>>;
/** A node that tells its state and no more, unless it was taught more. */
function whole(answers: Answers): Answers {
  const told = Object.keys(answers).filter((name) => name.includes(state));
  const refusals = told.flatMap((name) =>
    more.map((path) => [name.replace(state, path), answer(403)] as const),
  );
  return { ...Object.fromEntries(refusals), ...answers };
}
const password = 'Canary-77x!tZ';
const input: AskInput = {
  install,
  process: healthy['es-process'],
  settings: open['es-settings'],
  listeners: open.listeners,
  authority: '',
  credential: undefined,
  at,
};
const secured: AskInput = {
  ...input,
  settings: healthy['es-settings'],
  listeners: healthy.listeners,
  authority: 'PEM',
  credential: { type: 'basic', user: 'elastic', password: new Secret(password) },
};
const cluster = (...indices: readonly string[]) =>
  answer(200, {
    cluster_uuid: 'u1',
    master_node: 'm',
    nodes: { m: { name: 'n', version: '8.19.21' } },
    metadata: { indices: Object.fromEntries(indices.map((name) => [name, { state: 'open' }])) },
  });
const off405 = answer(405, {
  error: `Incorrect HTTP method for uri [${who}] and method [GET], allowed: [POST]`,
  status: 405,
});
const refused = answer(401, {}, peer);
const own = `pinned 9200 ${who} as elastic:${password}`;
const weakRefused = Object.fromEntries(
  weakPasswords.map(([user, word]) => [`pinned 9200 ${who} as ${user}:${word}`, refused]),
);
const tlsTransport = { 'observed 9300 /': refusal('not-http: tlsv13 alert certificate required') };
const clearTransport = {
  'observed 9300 /': refusal('tls-refused: wrong version number'),
  'clear 9300 /': refusal('not-http: Parse Error: Expected HTTP/'),
};

async function ask(
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

describe('an open node', () => {
  it('answers everybody, and is asked no more than seven times', async () => {
    const answers = await ask(
      {},
      {
        [`clear 9200 ${who}`]: off405,
        [`clear 9200 ${state}`]: cluster('.geoip_databases'),
        ...clearTransport,
      },
    );
    expect(answers).toMatchObject({
      http: 'clear',
      transport: 'clear',
      anonymous: 'answered',
      securityEnabled: false,
      userIndices: 0,
      nodeCount: 1,
      clusterUuid: 'u1',
      version: '8.19.21',
      authenticated: 'no-credential',
      cluster: { uuid: 'u1', master: 'm', nodes: [{ id: 'm', name: 'n', version: '8.19.21' }] },
    });
    expect(answers.asked).toHaveLength(7);
  });

  it('counts what belongs to the operator', async () => {
    const answers = await ask(
      {},
      {
        [`clear 9200 ${who}`]: off405,
        [`clear 9200 ${state}`]: cluster('orders', '.kibana_1', '.security-7', '.geoip_databases'),
        ...clearTransport,
      },
    );
    expect(answers.userIndices).toBe(3);
  });

  it('without a master it tells nothing about its data', async () => {
    const answers = await ask(
      {},
      { [`clear 9200 ${who}`]: off405, [`clear 9200 ${state}`]: answer(503, {}), ...clearTransport },
    );
    expect(answers.userIndices).toBeUndefined();
    const red = await ask(
      {},
      {
        [`clear 9200 ${who}`]: off405,
        [`clear 9200 ${state}`]: answer(200, { cluster_uuid: '_na_' }),
        ...clearTransport,
      },
    );
    expect(red.userIndices).toBeUndefined();
  });
});

describe('a secured node', () => {
  it('is asked with the credential, its own authority pinned', async () => {
    const answers = await ask(
      {},
      {
        [`pinned 9200 ${who}`]: refused,
        [own]: answer(200, { username: 'elastic' }, peer),
        [`pinned 9200 ${state}`]: refused,
        ...weakRefused,
        ...tlsTransport,
        [`pinned 9200 ${state} as elastic:${password}`]: cluster('orders'),
      },
      secured,
    );
    expect(answers).toMatchObject({
      http: 'tls',
      transport: 'tls',
      anonymous: 'refused',
      securityEnabled: true,
      tlsVerifiedByCa: true,
      authenticated: 'yes',
      weakBuiltins: [],
      userIndices: 1,
    });
  });

  it('with a weak password it is found out, credential or not', async () => {
    const weak = {
      ...weakRefused,
      [`pinned 9200 ${who} as elastic:changeme`]: answer(200, { username: 'elastic' }, peer),
    };
    const answers = await ask(
      { credential: undefined },
      { [`pinned 9200 ${who}`]: refused, ...weak, ...tlsTransport },
      secured,
    );
    expect(answers.weakBuiltins).toEqual(['elastic']);
  });

  it('refusals prove nothing without a login that works', async () => {
    const answers = await ask(
      { credential: undefined },
      { [`pinned 9200 ${who}`]: refused, ...weakRefused, ...tlsTransport },
      secured,
    );
    expect(answers).toMatchObject({ authenticated: 'no-credential', weakBuiltins: undefined });
  });

  it.each([
    [5, 'not-yet'],
    [undefined, 'not-yet'],
    [4000, 'refused'],
  ] as const)(
    'a refused credential, %s seconds after the start, is "%s"',
    async (ageSeconds, authenticated) => {
      const process = healthy['es-process'] && { ...healthy['es-process'], ageSeconds };
      const answers = await ask(
        { process },
        { [`pinned 9200 ${who}`]: refused, [own]: refused, ...weakRefused, ...tlsTransport },
        secured,
      );
      expect(answers).toMatchObject({ authenticated, weakBuiltins: undefined });
    },
  );

  it('never gets the credential while its certificate is not vouched for', async () => {
    const stranger = answer(401, {}, { ...peer, authorized: false });
    const weak = Object.fromEntries(
      weakPasswords.map(([user, word]) => [
        `observed 9200 ${who} as ${user}:${word}`,
        refusal('x', 'INPUT_INVALID'),
      ]),
    );
    const answers = await ask(
      {},
      {
        [`pinned 9200 ${who}`]: refusal('tls-untrusted: SELF_SIGNED'),
        [`observed 9200 ${who}`]: stranger,
        ...weak,
        ...tlsTransport,
      },
      secured,
    );
    expect(answers).toMatchObject({
      http: 'tls',
      tlsVerifiedByCa: false,
      authenticated: 'no-credential',
      weakBuiltins: undefined,
    });
    expect(answers.asked.join()).not.toContain(password);
    expect(answers.notes.join()).toMatch(/credential was not used/);
  });

  it('in clear gets it only when the port is the node’s own', async () => {
    const clear = {
      [`clear 9200 ${who}`]: answer(401),
      ...Object.fromEntries(
        weakPasswords.map(([user, word]) => [`clear 9200 ${who} as ${user}:${word}`, answer(401)]),
      ),
      ...clearTransport,
    };
    const foreign = await ask(
      {
        credential: secured.credential,
        listeners: [
          { address: '::', port: 9200, pid: undefined },
          { address: '::', port: 9300, pid: undefined },
        ],
      },
      clear,
    );
    expect(foreign.asked.join()).not.toContain(password);
    const ours = await ask(
      { credential: secured.credential },
      {
        ...clear,
        [`clear 9200 ${who} as elastic:${password}`]: answer(200, { username: 'elastic' }),
        [`clear 9200 ${state} as elastic:${password}`]: cluster(),
      },
    );
    expect(ours).toMatchObject({
      http: 'clear',
      securityEnabled: true,
      authenticated: 'yes',
      weakBuiltins: [],
    });
  });
});

describe('ports', () => {
  it('closed ones are not knocked at', async () => {
    const answers = await ask({ listeners: [] }, {});
    expect(answers).toMatchObject({
      http: 'closed',
      transport: 'closed',
      anonymous: 'not-asked',
      securityEnabled: undefined,
    });
    expect(answers.asked).toEqual([]);
  });

  it('silent ones are neither open nor secured', async () => {
    const answers = await ask(
      {},
      {
        [`clear 9200 ${who}`]: refusal('not-http: closed'),
        [`observed 9200 ${who}`]: refusal('tls-refused: reset'),
        'observed 9300 /': refusal('tls-refused: reset'),
        'clear 9300 /': refusal('not-http: The port closed the connection.'),
      },
    );
    expect(answers).toMatchObject({ http: 'silent', transport: 'silent', securityEnabled: undefined });
    expect(answers.notes.join()).toMatch(/IP filter/);
  });

  it('a TLS port that wants no certificate is TLS too', async () => {
    const answers = await ask(
      {},
      {
        [`clear 9200 ${who}`]: off405,
        [`clear 9200 ${state}`]: cluster(),
        'observed 9300 /': answer(200, '', peer),
      },
    );
    expect(answers.transport).toBe('tls');
  });

  it('is asked at the address that it is bound to', async () => {
    const fact = await askNode(
      taughtReader(whole({ [`clear 9250 ${who}`]: off405, [`clear 9250 ${state}`]: cluster() })),
      {
        ...input,
        install: { ...install, httpPort: 9250 },
        listeners: [{ address: '10.0.0.5', port: 9250, pid: 700 }],
      },
    );
    expect(fact).toMatchObject({ status: 'known', value: { http: 'clear', transport: 'closed' } });
  });

  it('a connection that forwards nothing makes the answers unknown', async () => {
    const fact = await askNode(
      taughtReader({ [`clear 9200 ${who}`]: refusal('prohibited', 'SSH_FORWARDING_REFUSED') }),
      input,
    );
    expect(fact.status).toBe('unknown');
  });
});

describe('several logins', () => {
  const reader = `pinned 9200 ${who} as bulwark_reader:other`;
  const both = {
    credential: { type: 'basic', user: 'bulwark_reader', password: new Secret('other') },
    otherCredentials: [{ type: 'basic', user: 'elastic', password: new Secret(password) }],
  } as const;
  const rest = {
    [`pinned 9200 ${who}`]: refused,
    [`pinned 9200 ${state}`]: cluster('orders'),
    [`pinned 9200 ${state} as elastic:${password}`]: cluster('orders'),
    [`pinned 9200 ${state} as bulwark_reader:other`]: cluster('orders'),
    ...weakRefused,
    ...tlsTransport,
  };
  it('are tried in their order, and the next one only after a refusal', async () => {
    const first = await ask(both, { ...rest, [reader]: answer(200, {}, peer) }, secured);
    expect(first.authenticated).toBe('yes');
    expect(first.asked).not.toContain(own);
    const second = await ask(both, { ...rest, [reader]: refused, [own]: answer(200, {}, peer) }, secured);
    expect(second.authenticated).toBe('yes');
    expect(second.notes.join(' ')).toContain('no longer accepted');
    const none = await ask(both, { ...rest, [reader]: refused, [own]: refused }, secured);
    expect(none.authenticated).toBe('refused');
    expect(none.weakBuiltins).toBeUndefined();
  });
});
