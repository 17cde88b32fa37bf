import { describe, expect, it } from 'vitest';
import {
  ask,
  cluster,
  input,
  off405,
  own,
  password,
  refused,
  secured,
  state,
  tlsTransport,
  weakRefused,
  who,
  whole,
} from '../../../test/support/asked-node.ts';
import { install } from '../../../test/support/facts.ts';
import { answer, peer, refusal, taughtReader } from '../../../test/support/node-reader.ts';
import { Secret } from '../../domain/secret.ts';
import { askNode } from './ask.ts';

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
