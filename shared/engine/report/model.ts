/** Builds the report: data from scans, journals and the vault's list of names, put side by side without adding a claim. */

import type { Blast, Change } from '../../domain/change.ts';
import type { DeploymentType } from '../../domain/deployment.ts';
import type { Finding, Scan } from '../../domain/finding.ts';
import { handUndoCommand } from '../../domain/hand-undo.ts';
import type { Host } from '../../domain/host.ts';
import type { JournalEntry } from '../../domain/journal.ts';
import { type Report, reportSchema } from '../../domain/report.ts';
import type { Waiver } from '../../domain/waiver.ts';
import { keptByHand, stepHistories } from '../journal/history.ts';
import { changesOf, keptOf, lastTouched, notesOf } from './changes.ts';
import { countOutcomes } from './figures.ts';

export interface ReportHostInput {
  readonly host: Pick<Host, 'id' | 'name' | 'address' | 'port'>;
  /** The first assessment; the report's "before". */
  readonly baseline: Scan;
  /** The latest one, when there is another. */
  readonly latest?: Scan | undefined;
  readonly entries: readonly JournalEntry[];
  /** SHA-256 of the journal's last line; 64 zeros for an empty journal. */
  readonly journalHead: string;
  /** Further things left on the host on purpose. */
  readonly kept?: readonly string[];
}

export interface ReportInput {
  readonly workspace: { readonly name: string; readonly deployment: DeploymentType };
  /** ISO 8601. */
  readonly createdAt: string;
  readonly operator: string;
  readonly tool: { readonly version: string; readonly catalogVersion: string; readonly controls: number };
  readonly signer: { readonly commonName: string; readonly certificateFingerprint256: string };
  readonly hosts: readonly ReportHostInput[];
  readonly secrets: readonly { readonly ref: string; readonly about: string; readonly createdAt: string }[];
  readonly certificates: Report['certificates'];
  /** Accepted risks; those of other hosts are left out. */
  readonly waivers?: readonly Waiver[];
  /** What a change disturbs; from its kind. */
  readonly blastOf: (change: Change) => Blast;
  /** Subjects that this version has no control for, each with a reason a reader understands. */
  readonly notLookedAt: readonly { readonly subject: string; readonly reason: string }[];
}

/** The app's own keys are no secrets of the hosts. */
const ownSecrets = /^(report-signing|internal)\//;

export function buildReport(input: ReportInput): Report {
  const report: Report = {
    format: 'bulwark-report',
    version: 1,
    workspace: { ...input.workspace },
    createdAt: input.createdAt,
    operator: input.operator,
    tool: { name: 'bulwark', ...input.tool },
    signer: { ...input.signer },
    hosts: input.hosts.map((host) => hostOf(host, input.blastOf)),
    ...waiversOf(input),
    secretsSet: input.secrets
      .filter(({ ref }) => !ownSecrets.test(ref))
      .map(({ ref, about, createdAt }) => ({ ref, about, at: createdAt })),
    certificates: [...input.certificates],
    notEvaluated: [...input.hosts.flatMap(notEvaluatedOn), ...notLookedAt(input)],
  };
  // Takes away whatever the sources carry beyond the published form.
  return reportSchema.parse(report);
}

/** Nothing is said where there is none, so that reports from before there were any read the same. */
function waiversOf({ waivers = [], hosts }: ReportInput): Pick<Report, 'waivers'> {
  const own = waivers.filter(({ hostId }) => hosts.some(({ host }) => host.id === hostId));
  return own.length === 0 ? {} : { waivers: [...own] };
}

function hostOf(input: ReportHostInput, blastOf: (change: Change) => Blast): Report['hosts'][number] {
  const { host, baseline, entries } = input;
  const after = assessedAfter(input);
  const { subject } = after ?? baseline;
  const notes = notesOf(entries);
  return {
    id: host.id,
    name: host.name,
    address: host.port === 22 ? host.address : `${host.address} port ${host.port}`,
    hostKey: subject.hostKey,
    operatingSystem: subject.operatingSystem,
    elasticsearch: subject.elasticsearch,
    before: stateOf(baseline),
    ...(after ? { after: stateOf(after) } : {}),
    changes: [...changesOf(entries, blastOf)],
    ...(notes.length === 0 ? {} : { notes }),
    kept: [...new Set([...keptOf(entries), ...(input.kept ?? [])])],
    ...(keptByHand(stepHistories(entries)) ? { byHand: handUndoCommand } : {}),
    journalHead: input.journalHead,
    journalEntries: entries.length,
  };
}

function stateOf(scan: Scan): Report['hosts'][number]['before'] {
  return {
    scanId: scan.id,
    at: scan.finishedAt,
    counts: countOutcomes(scan.findings),
    findings: scan.findings.map(withoutEmptyRaw),
    exposure: [...scan.exposure],
  };
}

function withoutEmptyRaw(finding: Finding): Finding {
  return {
    ...finding,
    evidence: finding.evidence.map(({ raw, ...rest }) => (raw ? { ...rest, raw } : rest)),
  };
}

/** The latest assessment, unless the host was changed since it began: then it says nothing about how the host is now. */
function assessedAfter(input: ReportHostInput): Scan | undefined {
  const { baseline, latest, entries } = input;
  if (!latest || latest.id === baseline.id) return undefined;
  const touched = lastTouched(entries);
  return touched !== undefined && touched > Date.parse(latest.startedAt) ? undefined : latest;
}

function notEvaluatedOn(input: ReportHostInput): Report['notEvaluated'] {
  const after = assessedAfter(input);
  const open = (after ?? input.baseline).findings
    .filter(({ outcome }) => outcome !== 'pass' && outcome !== 'fail')
    .map(({ controlId, outcome, summary }) => ({
      host: input.host.name,
      control: controlId,
      outcome,
      reason: summary,
    }));
  if (after || lastTouched(input.entries) === undefined) return open;
  const reason = 'The host was changed and not assessed again, so its present state is not known.';
  return [...open, { host: input.host.name, control: 'every control', outcome: 'unknown', reason }];
}

function notLookedAt(input: ReportInput): Report['notEvaluated'] {
  return input.notLookedAt.map(({ subject, reason }) => ({
    host: 'every host',
    control: subject,
    outcome: 'not looked at',
    reason,
  }));
}
