import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExportedReport, exportedReport } from '../../../test/support/exported-report.ts';
import { verifyReport } from './verify.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'report-parts-'));
let mine: ExportedReport;
let other: ExportedReport;

beforeAll(async () => {
  mine = await exportedReport(folder, 'ada');
  other = await exportedReport(folder, 'mallory');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** All files with this PDF, and what is said of the parts; invalid throughout. */
async function told(pdf: Buffer, more: Partial<ExportedReport> = {}): Promise<readonly string[]> {
  const { json, dsse, certificatePem } = { ...mine, ...more };
  const verified = await verifyReport({ json, dsse, pdf, ...(certificatePem ? { certificatePem } : {}) });
  if (!verified.ok) throw new Error(verified.error.message);
  expect(verified.value.verdict).toBe('invalid');
  return verified.value.sentences.map(({ ok, text }) => `${ok ? 'ok' : 'NO'} ${text}`);
}

const statement = {
  readable: 'ok The signed statement is whole.',
  signed: 'ok The statement was not changed since ada signed it.',
  changed: 'NO The statement is not what ada signed.',
  json: 'ok The report.json given here is the one that the statement speaks of.',
  pdf: 'NO The report.pdf given here is not the one that the statement speaks of.',
  trusted: 'ok The signer, ada, is vouched for by the certificate that you gave.',
};

describe('a PDF with a broken end beside an untouched statement', () => {
  test.each([1, 7, 400, 4000])('%d bytes short', async (missing) => {
    const said = await told(mine.pdf.subarray(0, -missing));
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^NO The (PDF cannot be read|signature does not cover)/),
        statement.readable,
        statement.signed,
        statement.json,
        statement.pdf,
        statement.trusted,
      ]),
    );
    expect(said).not.toContain(statement.changed);
  });

  test.each([
    ['a line end', Buffer.from('\n')],
    ['text', Buffer.from('garbage')],
    ['bytes', Buffer.from([0, 255, 37, 37, 69, 79, 70])],
    ['a table that leads nowhere', Buffer.from('xref\nstartxref\n99999999\n%%EOF')],
  ])('%s appended', async (_name, tail) => {
    const said = await told(Buffer.concat([mine.pdf, tail]));
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          new RegExp(
            `^NO The signature does not cover the whole PDF: ${tail.length} bytes? w\\w+ added at the end after signing`,
          ),
        ),
        'ok The part of the PDF that was signed was not changed since; the rest proves nothing.',
        statement.readable,
        statement.signed,
        statement.json,
        statement.pdf,
        statement.trusted,
      ]),
    );
    expect(said.filter((line) => line.startsWith('NO'))).toHaveLength(2);
  });

  test('a changed part and an appended rest are told apart', async () => {
    const changed = Buffer.concat([mine.pdf, Buffer.from('garbage')]);
    changed.writeUInt8(changed.readUInt8(900) ^ 1, 900);
    expect(await told(changed)).toContainEqual(
      expect.stringMatching(/^NO (The part of the PDF that was signed was changed|The PDF cannot be read)/),
    );
  });

  test('without a certificate it is not known who signed the statement, and nothing is said of a change', async () => {
    const said = await told(mine.pdf.subarray(0, -400), { certificatePem: '' });
    expect(said).toContain(
      'NO The statement cannot be shown to be by the signer of the report: the certificate that it names is neither in the PDF nor among those that you gave.',
    );
    expect(said.join('\n')).not.toMatch(/statement (is not what|was changed)/);
  });
});

describe('a statement beside an untouched PDF', () => {
  test('by another signer is told as theirs', async () => {
    const said = await told(mine.pdf, {
      dsse: other.dsse,
      certificatePem: mine.certificatePem + other.certificatePem,
    });
    expect(said).toContain('ok The statement was not changed since mallory signed it.');
    expect(said).toContain(
      'NO The statement cannot be shown to be by the signer of the report: mallory signed it, and ada the PDF.',
    );
  });

  test('with another signature is not what was signed, and the PDF stays as good as it is', async () => {
    const envelope = JSON.parse(mine.dsse.toString()) as { signatures: { sig: string }[] };
    const [signature] = envelope.signatures;
    if (signature === undefined) throw new Error('no signature');
    const sig = Buffer.from(signature.sig, 'base64');
    sig.writeUInt8(sig.readUInt8(sig.length - 1) ^ 1, sig.length - 1);
    signature.sig = sig.toString('base64');
    const said = await told(mine.pdf, { dsse: Buffer.from(JSON.stringify(envelope)) });
    expect(said.filter((line) => line.startsWith('NO'))).toEqual([statement.changed]);
    expect(said).toContain('ok Nothing that was signed in the PDF was changed since.');
  });
});

test('whatever is cut out, put in or put behind any file, it is told and never believed', async () => {
  const damage = fc.record({
    file: fc.constantFrom('pdf' as const, 'json' as const, 'dsse' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.oneof(fc.constant(0), fc.nat(5000)),
    put: fc.uint8Array({ maxLength: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, at, cut, put }) => {
      const whole = mine[file];
      const from = Math.floor(at * whole.length);
      const damaged = Buffer.concat([whole.subarray(0, from), put, whole.subarray(from + cut)]);
      fc.pre(!damaged.equals(whole));
      const files: ExportedReport = { ...mine, [file]: damaged };
      const { pdf, json, dsse, certificatePem } = files;
      const verified = await verifyReport({ pdf, json, dsse, certificatePem });
      expect(verified.ok && verified.value.verdict).toBe('invalid');
    }),
    { numRuns: 150 },
  );
}, 60_000);
