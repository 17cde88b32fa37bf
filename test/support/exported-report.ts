/** A report that was really signed and exported, with paper that is quick to print. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { signingIdentity } from '../../electron/adapters/pki/signing-identity.ts';
import { exportReport } from '../../electron/adapters/report/export.ts';
import { buildReport } from '../../shared/engine/report/model.ts';
import { MemorySecrets } from './memory-ports.ts';
import { plainPaper } from './plain-paper.ts';
import { sampleInput } from './report-sample.ts';

export interface ExportedReport {
  readonly folder: string;
  readonly pdf: Buffer;
  readonly json: Buffer;
  readonly dsse: Buffer;
  readonly certificatePem: string;
}

/** @param name of the signer, and of the folder in which the files lie then */
export async function exportedReport(parent: string, name: string): Promise<ExportedReport> {
  const secrets = new MemorySecrets();
  const signer = await signingIdentity(secrets, name, Date.parse('2026-11-01T00:00:00Z'));
  if (!signer.ok) throw new Error(signer.error.message);
  const folder = path.join(parent, name);
  const done = await exportReport({
    report: buildReport({ ...sampleInput(), signer: signer.value }),
    signer: signer.value,
    printer: { ok: true, value: plainPaper },
    fonts: [],
    folder,
    secrets,
  });
  if (!done.ok) throw new Error(done.error.message);
  const read = (file: string) => readFileSync(path.join(folder, file));
  return {
    folder,
    pdf: read('report.pdf'),
    json: read('report.json'),
    dsse: read('report.dsse.json'),
    certificatePem: read('signer.pem').toString(),
  };
}
