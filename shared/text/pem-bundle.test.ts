import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { makeAuthority } from '../../test/support/authority.ts';
import { editPemBundle } from './pem-bundle.ts';
import { readCertificatesPem } from './x509.ts';

const folder = mkdtempSync(join(tmpdir(), 'pem-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [one, two, three] = ['one', 'two', 'three'].map((name) => makeAuthority(folder, name).caPem) as [
  string,
  string,
  string,
];

it('adds what is missing, once, and leaves the rest as it is', () => {
  const text = `# ours\n${one}`;
  const both = editPemBundle(text, { add: [one, two], drop: [] });
  expect(both).toBe(`${text}${two.trim()}\n`);
  expect(editPemBundle(both, { add: [one, two], drop: [] })).toBe(both);
  expect(editPemBundle(one.trim(), { add: [two], drop: [] })).toBe(`${one.trim()}\n${two.trim()}\n`);
});

it('takes one out and leaves remarks and strangers', () => {
  const text = `# old\n${one}# of somebody else\n${three}${two}`;
  expect(editPemBundle(text, { add: [two], drop: [one] })).toBe(`# old\n# of somebody else\n${three}${two}`);
});

it('ends with what was asked for, whatever was there', () => {
  const certificates = [one, two, three];
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(...certificates),
          fc.string().map((text) => `# ${text.replaceAll('-', '')}\n`),
        ),
      ),
      fc.subarray(certificates),
      (parts, add) => {
        const drop = certificates.filter((pem) => !add.includes(pem));
        const edited = editPemBundle(parts.join(''), { add, drop });
        const prints = (text: string) =>
          new Set(readCertificatesPem(text).certificates.map((c) => c.fingerprint256));
        expect(prints(edited)).toEqual(prints(add.join('')));
        expect(editPemBundle(edited, { add, drop })).toBe(edited);
      },
    ),
    { numRuns: 50 },
  );
});
