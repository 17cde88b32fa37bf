/** The checks of what lies beside a report: the signed statement and the journals. */
import { createHash, type X509Certificate } from 'node:crypto';
import type { JournalEntry } from '../../../shared/domain/journal.ts';
import type { Report } from '../../../shared/domain/report.ts';
import { replayJournal } from '../../../shared/engine/journal/chain.ts';
import { journalSubject, reportFileNames, type Statement } from '../../../shared/engine/report/statement.ts';
import type { Check } from '../../../shared/engine/report/verification.ts';
import { openEnvelope } from './dsse.ts';

export interface Beside {
  readonly json: Uint8Array | undefined;
  readonly pdf: Uint8Array | undefined;
  readonly report: Report | undefined;
  readonly signer: X509Certificate | undefined;
}

export function checkStatement(dsse: Uint8Array, beside: Beside): readonly Check[] {
  const envelope = openEnvelope(dsse);
  if (typeof envelope === 'string') return [{ name: 'statement-readable', ok: false, detail: envelope }];
  const problem = subjectProblem(envelope.statement, beside);
  return [
    { name: 'statement-readable', ok: true },
    { name: 'statement-signature', ok: beside.signer !== undefined && isSigned(envelope, beside.signer) },
    { name: 'statement-subjects', ok: problem === undefined, detail: problem ?? '' },
  ];
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

function subjectProblem(statement: Statement, beside: Beside): string | undefined {
  const { json, pdf, report } = beside;
  const said = new Map(statement.subject.map(({ name, digest }) => [name, digest.sha256]));
  if (said.size !== statement.subject.length) return 'it names something twice';
  if (!json || !report) return 'there is no readable report beside it';
  if (said.get(reportFileNames.json) !== sha256(json)) return `${reportFileNames.json} has another digest`;
  if (pdf && said.get(reportFileNames.pdf) !== sha256(pdf))
    return `${reportFileNames.pdf} has another digest`;
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
