/** The checks of what lies beside a report: the signed statement and the journals. */
import { createHash, type X509Certificate } from 'node:crypto';
import type { JournalEntry } from '../../../shared/domain/journal.ts';
import type { Report } from '../../../shared/domain/report.ts';
import { replayJournal } from '../../../shared/engine/journal/chain.ts';
import { journalSubject, reportFileNames, type Statement } from '../../../shared/engine/report/statement.ts';
import type { Check } from '../../../shared/engine/report/verification.ts';
import { commonName } from './common-name.ts';
import { openEnvelope } from './dsse.ts';

export interface Beside {
  readonly json: Uint8Array | undefined;
  readonly pdf: Uint8Array | undefined;
  readonly report: Report | undefined;
  /** Of the PDF, where that could be read. */
  readonly signer: X509Certificate | undefined;
  /** All that came with the PDF or were given: one of them may be the one that the statement names. */
  readonly certificates: readonly X509Certificate[];
}

export interface CheckedStatement {
  readonly checks: readonly Check[];
  /** Whose key the statement names; absent when that certificate is not here. */
  readonly signer: X509Certificate | undefined;
}

/** Judged by itself: what is the matter with the PDF beside it says nothing about the statement. */
export function checkStatement(dsse: Uint8Array, beside: Beside): CheckedStatement {
  const envelope = openEnvelope(dsse);
  if (typeof envelope === 'string')
    return { checks: [{ name: 'statement-readable', ok: false, detail: envelope }], signer: undefined };
  const signer = beside.certificates.find((one) => sha256(one.raw) === envelope.keyId);
  const checks: Check[] = [{ name: 'statement-readable', ok: true }];
  if (signer) {
    const detail = commonName(signer);
    checks.push({ name: 'statement-signature', ok: isSigned(envelope, signer), detail });
  }
  const stranger = strangerProblem(signer, beside.signer);
  if (stranger !== undefined || signer)
    checks.push({ name: 'statement-signer', ok: stranger === undefined, detail: stranger ?? '' });
  return { checks: [...checks, ...subjectChecks(envelope.statement, beside)], signer };
}

function strangerProblem(
  signer: X509Certificate | undefined,
  ofPdf: X509Certificate | undefined,
): string | undefined {
  if (!signer) return 'the certificate that it names is neither in the PDF nor among those that you gave';
  if (!ofPdf || ofPdf.raw.equals(signer.raw)) return undefined;
  return `${commonName(signer)} signed it, and ${commonName(ofPdf)} the PDF`;
}

function isSigned(
  envelope: Exclude<ReturnType<typeof openEnvelope>, string>,
  signer: X509Certificate,
): boolean {
  try {
    return envelope.isSignedBy(signer);
  } catch {
    return false;
  }
}

function subjectChecks(statement: Statement, { json, pdf, report }: Beside): readonly Check[] {
  const said = new Map(statement.subject.map(({ name, digest }) => [name, digest.sha256]));
  const files = [
    [reportFileNames.json, json],
    [reportFileNames.pdf, pdf],
  ] as const;
  const same = files.flatMap(([name, bytes]): readonly Check[] =>
    bytes ? [{ name: 'statement-file', ok: said.get(name) === sha256(bytes), detail: name }] : [],
  );
  const problem = subjectProblem(statement, said, report);
  return [...same, { name: 'statement-subjects', ok: problem === undefined, detail: problem ?? '' }];
}

function subjectProblem(
  statement: Statement,
  said: ReadonlyMap<string, string>,
  report: Report | undefined,
): string | undefined {
  if (said.size !== statement.subject.length) return 'it names something twice';
  if (!report) return 'there is no readable report beside it';
  if (!said.has(reportFileNames.json)) return `it does not name ${reportFileNames.json}`;
  const heads = report.hosts.filter((host) => host.journalEntries > 0);
  const odd = heads.find((host) => said.get(journalSubject(host.id)) !== host.journalHead);
  if (odd) return `the journal of ${odd.id} has another digest`;
  const files = said.has(reportFileNames.pdf) ? 2 : 1;
  return said.size === files + heads.length ? undefined : 'it names something that is not here';
}

const digest = { sha256 };

export function checkJournals(
  report: Report,
  journals: readonly { readonly hostId: string; readonly bytes: Uint8Array }[],
): readonly Check[] {
  return journals.map(({ hostId, bytes }) => {
    const host = report.hosts.find(({ id }) => id === hostId);
    if (!host) return { name: 'journal', ok: false, detail: `the report names no host ${hostId}` };
    const replay = replayJournal(bytes, hostId, digest);
    if (!replay.ok) return { name: 'journal', ok: false, detail: replay.error.message.replace(/\.$/, '') };
    const ok = digestAfter(replay.value.entries, bytes, host.journalEntries) === host.journalHead;
    return {
      name: 'journal',
      ok,
      detail: ok ? host.name : `${host.name} has another entry where the report was made`,
    };
  });
}

/** A journal goes on after a report; what counts is the entry that was its last one then. */
function digestAfter(all: readonly JournalEntry[], bytes: Uint8Array, entries: number): string {
  const own = all[entries - 1]?.digest;
  if (own !== undefined) return own;
  const line = Buffer.from(bytes).toString('latin1').split('\n')[entries - 1];
  return line === undefined ? '0'.repeat(64) : sha256(Buffer.from(line, 'latin1'));
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
