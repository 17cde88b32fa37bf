import { expect, it } from 'vitest';
import { readFact } from '../../../test/support/fact-probe.ts';
import { httpAuthority } from './source.ts';

it('takes the certificates as they are, and prints no keys', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----';
  expect(readFact(httpAuthority, `@@ pem\n${pem}\n`)).toBe(pem);
  expect(readFact(httpAuthority, '@@ pem\n')).toBe('');
  expect(httpAuthority.probe).toContain('BEGIN CERTIFICATE');
  expect(httpAuthority.probe).not.toContain('cat ');
});
