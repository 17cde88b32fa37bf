import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { buildReport } from '../../../shared/engine/report/model.ts';
import { type ExportedReport, exportedReport } from '../../../test/support/exported-report.ts';
import { MemorySecrets } from '../../../test/support/memory-ports.ts';
import { plainPaper } from '../../../test/support/plain-paper.ts';
import { sampleInput, sampleJournal } from '../../../test/support/report-sample.ts';
import { signingIdentity } from '../pki/signing-identity.ts';
import { exportReport } from './export.ts';
import { type VerifyInput, verifyReport } from './verify.ts';
import { verifyFiles } from './verify-files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'report-'));
let mine: ExportedReport;
let other: ExportedReport;

beforeAll(async () => {
  mine = await exportedReport(folder, 'ada');
  other = await exportedReport(folder, 'mallory');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function verdictOf(input: VerifyInput): Promise<string> {
  const verified = await verifyReport(input);
  return verified.ok ? verified.value.verdict : verified.error.code;
}

async function wrongIn(input: VerifyInput): Promise<readonly string[]> {
  const verified = await verifyReport(input);
  if (!verified.ok) throw new Error(verified.error.message);
  return verified.value.sentences.filter(({ ok }) => !ok).map(({ text }) => text);
}

function flipped(bytes: Buffer, at: number, bit = 1): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ bit, at);
  return copy;
}

describe('a genuine report', () => {
  test('is valid with its signer pinned, by leaf or by authority', async () => {
    const [leaf = '', authority = ''] = mine.certificatePem.split(/(?<=END CERTIFICATE-----\n)/);
    for (const certificatePem of [mine.certificatePem, leaf, authority]) {
      const { pdf, json, dsse } = mine;
      expect(await verdictOf({ pdf, json, dsse, certificatePem })).toBe('valid');
      expect(await wrongIn({ pdf, certificatePem })).toEqual([]);
    }
  });

  test('is whole but of an unknown signer without a pin, and with somebody else’s', async () => {
    expect(await verdictOf({ pdf: mine.pdf })).toBe('valid-unknown-signer');
    expect(await wrongIn({ pdf: mine.pdf, certificatePem: other.certificatePem })).toEqual([
      'Whether the signer may be trusted is not known: the certificate you gave does not vouch for ada.',
    ]);
  });

  test('holds without its PDF when the signer is given', async () => {
    const { json, dsse, certificatePem } = mine;
    expect(await verdictOf({ json, dsse, certificatePem })).toBe('valid');
    expect(await verdictOf({ json, dsse })).toBe('INPUT_INVALID');
    expect(await verdictOf({ json, certificatePem })).toBe('INPUT_INVALID');
    expect(await verdictOf({ pdf: mine.pdf, certificatePem: 'no certificate' })).toBe('INPUT_INVALID');
  });

  test('bears its journal out, also when that has grown since', async () => {
    const { lines } = sampleJournal('search-1');
    const { pdf, certificatePem } = mine;
    const journal = (text: string) => [{ hostId: 'search-1', bytes: Buffer.from(text) }];
    expect(await verdictOf({ pdf, certificatePem, journals: journal(`${lines.join('\n')}\n`) })).toBe(
      'valid',
    );
    expect(
      await verdictOf({ pdf, certificatePem, journals: journal(`${lines.slice(0, -1).join('\n')}\n`) }),
    ).toBe('invalid');
    const changed = lines.join('\n').replace('create the system account', 'delete the system account');
    expect(await wrongIn({ pdf, certificatePem, journals: journal(`${changed}\n`) })).toEqual([
      expect.stringContaining('does not bear the report out'),
    ]);
  });
});

describe('what was changed is found', () => {
  test('one bit anywhere in the PDF', async () => {
    const { pdf, certificatePem } = mine;
    const contents = pdf.lastIndexOf('/Contents <');
    const sampled = Array.from({ length: 120 }, (_, index) => Math.floor((index / 120) * pdf.length));
    const inSignature = Array.from({ length: 40 }, (_, index) => contents + 11 + index * 410);
    const marks = ['/ByteRange [', 'startxref', '%%EOF', '%PDF'].map(
      (mark) => pdf.lastIndexOf(mark) + mark.length - 1,
    );
    const certificate = Array.from({ length: 30 }, (_, index) => contents + 200 + index * 70);
    for (const at of [...sampled, ...inSignature, ...marks, ...certificate, pdf.length - 1]) {
      for (const bit of [1, 0x20]) {
        expect([at, bit, await verdictOf({ pdf: flipped(pdf, at, bit), certificatePem })]).toEqual([
          at,
          bit,
          'invalid',
        ]);
      }
    }
  }, 60_000);

  test('one bit anywhere in the certificates that the reader trusts', async () => {
    const { pdf, certificatePem } = mine;
    const bytes = Buffer.from(certificatePem);
    // Line ends and the unused bits before the padding say nothing: then the certificates are the same.
    const said = (pem: string) =>
      pem.split('-----').map((part) => Buffer.from(part, 'base64').toString('hex'));
    const genuine = said(certificatePem).join();
    let found = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = flipped(bytes, at).toString('latin1');
      if (said(changed).join() === genuine && changed.includes('BEGIN CERTIFICATE')) continue;
      found += 1;
      expect([at, await verdictOf({ pdf, certificatePem: changed })]).not.toEqual([at, 'valid']);
    }
    expect(found).toBeGreaterThan(certificatePem.length * 0.9);
  }, 60_000);

  test('one bit anywhere in the statement or the JSON', async () => {
    const { pdf, json, dsse, certificatePem } = mine;
    for (let at = 0; at < dsse.length; at += 3) {
      expect([at, await verdictOf({ json, dsse: flipped(dsse, at), certificatePem })]).toEqual([
        at,
        'invalid',
      ]);
    }
    for (let at = 0; at < json.length; at += Math.ceil(json.length / 60)) {
      expect(await verdictOf({ json: flipped(json, at), dsse, certificatePem })).toBe('invalid');
      expect(await verdictOf({ pdf, json: flipped(json, at), certificatePem })).toBe('invalid');
    }
  }, 60_000);

  test('bytes that were added or cut off', async () => {
    const { pdf, certificatePem } = mine;
    expect(await verdictOf({ pdf: Buffer.concat([pdf, Buffer.from('\n')]), certificatePem })).toBe('invalid');
    expect(await verdictOf({ pdf: pdf.subarray(0, -1), certificatePem })).toBe('invalid');
    const start = pdf.lastIndexOf('startxref');
    const appended = Buffer.concat([
      pdf,
      Buffer.from(
        `xref\n0 0\ntrailer\n<</Root 1 0 R /Prev ${pdf.toString('latin1', start + 10, pdf.length - 7)}>>\nstartxref\n${pdf.length}\n%%EOF\n`,
      ),
    ]);
    expect(await wrongIn({ pdf: appended, certificatePem })).toEqual(
      expect.arrayContaining([expect.stringContaining('bytes were added at the end after signing')]),
    );
  });

  test('files of different reports, each genuine by itself', async () => {
    const certificatePem = mine.certificatePem + other.certificatePem;
    expect(await verdictOf({ pdf: other.pdf, json: mine.json, certificatePem })).toBe('invalid');
    expect(await verdictOf({ pdf: mine.pdf, dsse: other.dsse, certificatePem })).toBe('invalid');
    expect(await verdictOf({ json: mine.json, dsse: other.dsse, certificatePem })).toBe('invalid');
  });
});

describe('a stranger’s files', () => {
  const hostile: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello')],
    ['deep nesting', Buffer.from(`%PDF-1.4\n${'['.repeat(100_000)}\nstartxref\n9\n%%EOF\n`)],
    [
      'deep trailer',
      Buffer.from(`%PDF-1.4\nxref\n0 0\ntrailer\n<</Root ${'['.repeat(100_000)}\nstartxref\n9\n%%EOF\n`),
    ],
    [
      'table of a million million objects',
      Buffer.from('%PDF-1.4\nxref\n0 999999999999\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n'),
    ],
    ['circle of revisions', Buffer.from('%PDF-1.4\nxref\n0 0\ntrailer\n<</Prev 9>>\nstartxref\n9\n%%EOF\n')],
    ['table far away', Buffer.from('%PDF-1.4\nstartxref\n999999999\n%%EOF\n')],
    [
      'length that names itself',
      Buffer.from(
        '%PDF-1.4\nxref\n0 2\n0000000000 65535 f \n0000000078 00000 n \ntrailer\n<</Root 1 0 R/Size 2>>\n1 0 obj\n<</Length 1 0 R>>\nstream\nendstream endobj\nstartxref\n9\n%%EOF\n',
      ),
    ],
  ];
  test.each(hostile)('%s is refused', async (_name, bytes) => {
    const begun = performance.now();
    expect(await verdictOf({ pdf: bytes, certificatePem: mine.certificatePem })).toBe('invalid');
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  test('JSON that is deep, wide or wrong is refused', async () => {
    const { dsse, certificatePem } = mine;
    const texts = [
      '',
      '{}',
      'null',
      '['.repeat(1_000_000),
      `{"a":${'{"b":'.repeat(50_000)}`,
      '{"__proto__":{}}',
    ];
    for (const text of texts) {
      const json = Buffer.from(text);
      expect(await verdictOf({ json, dsse, certificatePem })).toBe('invalid');
      expect(await verdictOf({ json: mine.json, dsse: json, certificatePem })).toMatch(/invalid/);
    }
  });
});

describe('files on the command line', () => {
  test('end with the documented codes', async () => {
    const at = (name: string) => path.join(mine.folder, name);
    const all = { pdf: at('report.pdf'), json: at('report.json'), dsse: at('report.dsse.json') };
    expect((await verifyFiles({ ...all, certificate: at('signer.pem') })).exitCode).toBe(0);
    expect((await verifyFiles(all)).exitCode).toBe(2);
    expect((await verifyFiles({})).exitCode).toBe(64);
    expect((await verifyFiles({ pdf: at('missing.pdf') })).exitCode).toBe(66);
    writeFileSync(at('changed.pdf'), flipped(mine.pdf, 900));
    const changed = await verifyFiles({ ...all, pdf: at('changed.pdf') });
    expect(changed.exitCode).toBe(1);
    expect(changed.lines.at(-1)).toBe('Not valid: do not rely on this report.');
  });
});

test('a report that holds a secret of the vault is not made', async () => {
  const secrets = new MemorySecrets();
  await secrets.put('es/search-1/elastic', new Secret('canary-9f3a"x'), '');
  const signer = await signingIdentity(secrets, 'ada', Date.parse('2026-11-01T00:00:00Z'));
  if (!signer.ok) throw new Error(signer.error.message);
  const done = await exportReport({
    report: buildReport({ ...sampleInput({ taint: ' canary-9f3a"x' }), signer: signer.value }),
    signer: signer.value,
    printer: { ok: true, value: plainPaper },
    fonts: [],
    folder: path.join(folder, 'leak'),
    secrets,
  });
  expect(done.ok || done.error.code).toBe('REPORT_INVALID');
  expect(done.ok || done.error.message).toContain('es/search-1/elastic');
  expect(() => readFileSync(path.join(folder, 'leak', 'report.json'))).toThrow('ENOENT');
});
