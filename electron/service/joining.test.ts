import { expect, it } from 'vitest';
import type { Change } from '../../shared/domain/change.ts';
import { installOn } from '../../test/integration/es-installs.ts';
import { value } from '../../test/support/change-harness.ts';
import { withIssuers } from './joining.ts';

const hosts = [
  { id: 'a1', name: 'first', address: '10.0.0.1', httpPort: 9210 },
  { id: 'b2', name: 'second', address: '10.0.0.2' },
  { id: 'c3', name: 'second', address: '10.0.0.3' },
];
const proposed = (host: string): readonly Change[] => [
  {
    kind: 'es-enrollment',
    install: installOn('open-fresh'),
    issuer: {
      hostId: host,
      address: host,
      port: 9200,
      elasticPasswordRef: 'es/elastic',
      httpCaRef: 'es/http-ca',
    },
    elasticPasswordRef: 'es/elastic',
    httpCaRef: 'es/http-ca',
    removeSettings: ['xpack.security.enabled'],
    setAsideData: true,
  },
];

it('knows the host that was named, by name or address', () => {
  for (const name of ['first', '10.0.0.1'])
    expect(value(withIssuers(proposed(name), 'b2', hosts))).toMatchObject([
      {
        issuer: {
          hostId: 'a1',
          address: '10.0.0.1',
          port: 9210,
          elasticPasswordRef: 'es/a1/elastic',
          httpCaRef: 'es/a1/http-ca',
        },
        elasticPasswordRef: 'es/elastic',
        httpCaRef: 'es/http-ca',
      },
    ]);
});

it.each([
  ['nobody', /No host of this workspace/],
  ['second', /2 hosts/],
  ['10.0.0.2', /its own cluster/],
])('refuses %s', (host, reason) => {
  const known = withIssuers(proposed(host), 'b2', hosts);
  expect(known.ok ? '' : known.error.message).toMatch(reason);
});

it('leaves other changes as they are', () => {
  const other: Change = { kind: 'swap' };
  expect(value(withIssuers([other], 'b2', hosts))).toEqual([other]);
});
