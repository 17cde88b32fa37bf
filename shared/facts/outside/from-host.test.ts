import { describe, expect, it } from 'vitest';
import { answer, peer, refusal, taughtReader } from '../../../test/support/node-reader.ts';
import { observeFromHost } from './from-host.ts';

describe('from another host, a port', () => {
  it.each([
    ['serves HTTPS and turns strangers away', answer(401, '{}', peer), undefined, 'tls', 'no'],
    ['serves HTTPS and anybody', answer(200, '{}', peer), undefined, 'tls', 'yes'],
    ['speaks TLS that is no HTTP', refusal('not-http: closed'), undefined, 'tls', 'unknown'],
    ['wants a certificate', refusal('tls-refused: ssl alert number 116'), undefined, 'tls', 'unknown'],
    ['serves HTTP in clear', refusal('tls-refused: wrong version'), answer(200, '{}'), 'clear', 'yes'],
    ['asks for a login in clear', refusal('tls-refused: wrong version'), answer(401), 'clear', 'no'],
    [
      'is a transport in clear',
      refusal('tls-refused: x'),
      refusal('not-http: Parse Error'),
      'clear',
      'unknown',
    ],
    [
      'is open and closes at once',
      refusal('tls-refused: x'),
      refusal('not-http: closed'),
      'open-silent',
      'unknown',
    ],
    [
      'is open and hangs',
      refusal('connected', 'COMMAND_DEADLINE'),
      refusal('connected', 'COMMAND_DEADLINE'),
      'open-silent',
      'unknown',
    ],
    ['is closed', refusal('port-closed: Connection refused'), undefined, 'closed', 'no'],
    ['has no route', refusal('port-closed: No route to host'), undefined, 'filtered', 'no'],
    [
      'is not found by name',
      refusal('port-closed: Name or service not known'),
      undefined,
      'not-probed',
      'unknown',
    ],
    ['found no place', refusal('queued', 'COMMAND_DEADLINE'), undefined, 'not-probed', 'unknown'],
    ['is filtered', refusal('not-connected', 'COMMAND_DEADLINE'), undefined, 'filtered', 'no'],
    ['cannot be looked at', refusal('', 'SSH_FORWARDING_REFUSED'), undefined, 'not-probed', 'unknown'],
    [
      'is lost sight of',
      refusal('tls-refused: x'),
      refusal('', 'SSH_CONNECTION_LOST'),
      'not-probed',
      'unknown',
    ],
  ] as const)('%s', async (_name, overTls, inClear, state, answersStranger) => {
    const reader = taughtReader({
      'observed 9200 /': overTls,
      ...(inClear === undefined ? {} : { 'clear 9200 /': inClear }),
    });
    expect(await observeFromHost(reader, '10.1.0.2', 9200)).toMatchObject({ state, answersStranger });
    expect(reader.asked).toHaveLength(inClear === undefined ? 1 : 2);
  });
});
