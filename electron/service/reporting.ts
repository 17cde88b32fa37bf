/** Makes, signs and writes the change report; verifies one. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalog } from '../../shared/controls/catalog.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { kindOf } from '../../shared/engine/parts.ts';
import { buildReport, type ReportHostInput } from '../../shared/engine/report/model.ts';
import type { PdfPrinter } from '../../shared/engine/report/ports.ts';
import { signingIdentity } from '../adapters/pki/signing-identity.ts';
import { type ExportedReport, exportReport } from '../adapters/report/export.ts';
import { loadReportFonts } from '../adapters/report/fonts.ts';
import { drawPages } from '../adapters/report/thumbnails.ts';
import { systemClock } from '../adapters/system/system.ts';
import { peersOf } from './assessing.ts';
import { changeKinds } from './change-kinds.ts';
import type { ServiceContext } from './context.ts';
import { requireVault } from './engine-work.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';
import { named } from './secret-names.ts';

/** Version of the shipped controls; grows with the catalogue. */
export const catalogVersion = '2026.11';

const notLookedAt = [
  {
    subject: `Controls beyond the ${catalog.length} of this version`,
    reason: 'The catalogue grows; the controls of this version are listed with their findings.',
  },
  {
    subject: 'A running Kibana, and other clients',
    reason: 'Of Kibana, this version looks at files and keystore; of other clients, at nothing.',
  },
];

/** A package carries the fonts beside its code; a checkout has them in its packages. */
function packagedFonts(): string | undefined {
  // The bundler may have put this code into an entry or into a chunk below it.
  return ['./fonts', '../fonts']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((folder) => existsSync(folder));
}

export async function exportWorkspaceReport(
  context: ServiceContext,
  workspace: OpenWorkspace,
  handle: OperationHandle,
  more: {
    readonly printer?: Result<PdfPrinter>;
    readonly folder?: string;
  } = {},
): Promise<Result<ExportedReport>> {
  const { store } = context;
  const vault = await requireVault(workspace);
  if (!vault.ok) return vault;
  handle.doing('Collecting what was seen and done');
  const heads = await workspace.journal.heads();
  if (!heads.ok) return heads;
  const hosts: ReportHostInput[] = [];
  for (const state of store.get().hosts) {
    const entries = await workspace.journal.read(state.host.id);
    if (!entries.ok) return entries;
    if (state.baseline === undefined) continue;
    hosts.push({
      host: state.host,
      baseline: state.baseline,
      ...(state.latest !== undefined && state.latest.id !== state.baseline.id
        ? { latest: state.latest }
        : {}),
      entries: entries.value,
      journalHead: heads.value[state.host.id] ?? '0'.repeat(64),
    });
  }
  if (hosts.length === 0)
    return fail(
      appError(
        'REPORT_INVALID',
        'Nothing has been assessed yet, so there is nothing to report.',
        'Assess a host first.',
      ),
    );
  const signer = await signingIdentity(workspace.vault, context.operator, systemClock.now());
  if (!signer.ok) return signer;
  const secrets = await workspace.vault.list();
  if (!secrets.ok) return secrets;
  const file = workspace.file();
  const createdAt = new Date(systemClock.now()).toISOString();
  const report = buildReport({
    workspace: { name: file.name, deployment: file.deployment },
    createdAt,
    operator: context.operator,
    tool: { version: context.version, catalogVersion, controls: catalog.length },
    signer: signer.value,
    hosts,
    secrets: named(secrets.value, file.hosts),
    waivers: file.waivers,
    certificates: hosts.flatMap(({ host }) =>
      peersOf(workspace, host.id).flatMap(({ port, peer }) =>
        peer.chain.map((certificate) => ({
          host: host.name,
          subject: certificate.subject,
          issuer: certificate.issuer,
          fingerprint256: certificate.fingerprint256,
          notAfter: certificate.notAfter,
          seenOn: `port ${port}`,
        })),
      ),
    ),
    blastOf: (change) => kindOf(changeKinds, change).describe(change).blast,
    notLookedAt,
  });
  handle.doing('Printing and signing');
  const folder = more.folder ?? join(workspace.paths.reports, createdAt.replaceAll(':', '-').slice(0, 19));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const exported = await exportReport({
    report,
    signer: signer.value,
    printer: more.printer ?? succeed({ print: (job) => context.desktop.printPdf(job) }),
    fonts: await loadReportFonts(packagedFonts()),
    folder,
    secrets: workspace.vault,
  });
  if (!exported.ok) return exported;
  await workspace.refreshVault();
  store.set({
    report: {
      createdAt,
      folder,
      files: [...exported.value.files],
      digest: exported.value.digest,
      signer: signer.value.commonName,
      signerFingerprint: signer.value.certificateFingerprint256,
      commands: [...exported.value.commands],
      pages:
        exported.value.withoutPdf === undefined ? [...(await drawPages(join(folder, 'report.pdf')))] : [],
      ...(exported.value.withoutPdf === undefined ? {} : { withoutPdf: exported.value.withoutPdf.message }),
    },
  });
  context.notice('success', 'The report was signed and written.');
  return exported;
}
