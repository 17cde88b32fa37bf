import { describe, expect, it } from 'vitest';
import {
  ask,
  clearTransport,
  cluster,
  off405,
  own,
  password,
  refused,
  secured,
  state,
  tlsTransport,
  weakRefused,
  who,
} from '../../../test/support/asked-node.ts';
import { healthy } from '../../../test/support/facts.ts';
import { answer, peer, refusal } from '../../../test/support/node-reader.ts';
import { weakPasswords } from './requests.ts';

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
      identities: { users: undefined, roles: undefined, mappings: undefined, apiKeys: undefined },
    });
    // Who it is to a stranger and to the login, its cluster and certificates (5), who may log in (5), well-known passwords,
    // transport.
    const requests = answers.asked.filter((one) => !one.startsWith('raw'));
    expect(requests).toHaveLength(2 + 5 + 5 + weakPasswords.length + 1);
  });

  it('is not asked who may log in without a login', async () => {
    const answers = await ask(
      { credential: undefined },
      { [`pinned 9200 ${who}`]: refused, ...weakRefused, ...tlsTransport },
      secured,
    );
    expect(answers.identities).toBeUndefined();
    expect(answers.asked.join()).not.toContain('_security/user');
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
