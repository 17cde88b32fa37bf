import { expect, test } from 'vitest';
import { sampleInput } from '../../../test/support/report-sample.ts';
import { buildReport } from './model.ts';
import { preAuthenticationEncoding, statementSchema, statementText } from './statement.ts';
import { checkNames, concluded, sentenceOf } from './verification.ts';

test('what is signed is spelled as the specification of DSSE shows it', () => {
  const bytes = preAuthenticationEncoding(
    'http://example.com/HelloWorld',
    new TextEncoder().encode('hello world'),
  );
  expect(new TextDecoder().decode(bytes)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

test('the statement names files and journals', () => {
  const report = buildReport(sampleInput({ hosts: 2 }));
  const statement = statementSchema.parse(
    JSON.parse(statementText(report, { json: 'a'.repeat(64), pdf: 'b'.repeat(64) })),
  );
  expect(statement.subject.map(({ name }) => name)).toEqual([
    'report.json',
    'report.pdf',
    'journal/search-1',
    'journal/search-2',
  ]);
});

test('one failed check is enough, and an unknown signer is not success', () => {
  expect(concluded([]).verdict).toBe('invalid');
  expect(concluded([{ name: 'signer-trusted', ok: true }]).verdict).toBe('valid');
  expect(concluded([{ name: 'signer-trusted', ok: false }]).verdict).toBe('valid-unknown-signer');
  for (const name of checkNames.filter((one) => one !== 'signer-trusted')) {
    const checks = [
      { name: 'signer-trusted', ok: true },
      { name, ok: false },
    ] as const;
    expect(concluded(checks).verdict).toBe('invalid');
  }
  for (const name of checkNames) {
    for (const ok of [true, false])
      expect(sentenceOf({ name, ok, detail: 'a $& b' })).toMatch(/^[A-Z].*[.]$/);
  }
});
