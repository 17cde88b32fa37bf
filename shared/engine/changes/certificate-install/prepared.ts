/** What would be written, after our own checks: Elasticsearch loads a wrong pair and an expired certificate without a word. */
import type { Diff } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import type { HostFile } from '../../host-files.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { CertificateProblem, CertificateSummary } from '../../ports.ts';
import { keyOf, type Resolved } from './issued.ts';

type Place = Extract<Resolved['files'], { form: 'pem' }>['certificate'];

export interface PreparedFile extends Place {
  readonly what: 'key' | 'certificate' | 'authority' | 'store';
  readonly bytes: Uint8Array;
}

export interface Prepared {
  readonly files: readonly PreparedFile[];
  readonly summary: CertificateSummary;
}

/** Seconds by which the clocks may differ before the difference is named. */
const clockTolerance = 120;

/** Milliseconds since 1970 by the host's clock. */
async function hostClock(context: ChangeContext): Promise<Result<number>> {
  const ran = await runChecked(
    context.host,
    { name: 'clock', script: `${prelude}\ndate +%s\n`, privileged: false, deadlineSeconds: 15 },
    { doing: 'read the clock of the host' },
    context.signal,
  );
  if (!ran.ok) return ran;
  const seconds = /^\d{1,12}$/.test(textOf(ran.value).trim()) ? Number(textOf(ran.value)) : undefined;
  return seconds === undefined
    ? fail(
        appError('PROBE_MALFORMED', 'The host did not tell its time.', 'Check `date` on the host.', {
          hostState: 'unchanged',
        }),
      )
    : succeed(seconds * 1000);
}

function refused(problems: readonly CertificateProblem[], clock: string): AppError {
  return appError(
    'PRECONDITION_FAILED',
    `The certificate was refused: ${problems.map((one) => one.sentence).join('; ')}${clock}.`,
    'Issue or choose another certificate and plan again. Nothing was changed.',
    { hostState: 'unchanged' },
  );
}

/** Elasticsearch tells the type of a store by the ending of its name. */
function storeProblem(change: Resolved): readonly CertificateProblem[] {
  if (change.files.form !== 'pkcs12' || /\.(p12|pfx|pkcs12)$/.test(change.files.store.path)) return [];
  return [
    {
      about: 'form',
      sentence: `Elasticsearch takes ${change.files.store.path} for a JKS store by its name, and this one is PKCS#12`,
    },
  ];
}

/** Dates must hold by the operator's clock and by the host's. */
async function judge(change: Resolved, keyPem: Secret, context: ChangeContext): Promise<Result<void>> {
  const there = await hostClock(context);
  if (!there.ok) return there;
  const here = context.clock.now();
  const at = (now: number) =>
    context.certificates.check(
      { keyPem, certificatePem: change.certificatePem, caPem: change.caPem },
      { names: change.names, use: change.use, now },
    );
  const problems = [...storeProblem(change), ...at(here)];
  if (problems.length > 0) return fail(refused(problems, ''));
  const byHost = at(there.value);
  const apart = Math.round((there.value - here) / 1000);
  const clock =
    Math.abs(apart) > clockTolerance
      ? ` by the clock of the host, which is ${Math.abs(apart)} seconds ${apart > 0 ? 'ahead of' : 'behind'} this machine’s`
      : ' by the clock of the host';
  return byHost.length > 0 ? fail(refused(byHost, clock)) : succeed(undefined);
}

const encode = (pem: string) => new TextEncoder().encode(`${pem.trim()}\n`);

/**
 * Bytes, owner and mode of every file. Errors: those of the vault, PRECONDITION_FAILED with everything that is wrong with
 * the certificate, INPUT_INVALID.
 */
export async function prepare(change: Resolved, context: ChangeContext): Promise<Result<Prepared>> {
  const kept = await context.secrets.get(change.key.ref);
  if (!kept.ok) return kept;
  const keyPem = keyOf(kept.value);
  const judged = await judge(change, keyPem, context);
  if (!judged.ok) return judged;
  const summary = context.certificates.summary(change.certificatePem);
  if (summary === undefined)
    return fail(refused([{ about: 'form', sentence: 'the certificate cannot be read' }], ''));
  if (change.files.form === 'pkcs12') {
    const password = await context.secrets.get(change.files.password.ref);
    if (!password.ok) return password;
    const { certificatePem } = change;
    const caPem = `${change.caPem.trim()}\n${change.alsoTrusted ?? ''}`;
    const bytes = context.certificates.pkcs12({ keyPem, certificatePem, caPem }, password.value);
    return bytes.ok
      ? succeed({ summary, files: [{ ...change.files.store, what: 'store', bytes: bytes.value }] })
      : bytes;
  }
  const { key, certificate, authority } = change.files;
  const files: readonly PreparedFile[] = [
    { ...key, what: 'key', bytes: encode(keyPem.reveal()) },
    { ...certificate, what: 'certificate', bytes: encode(change.certificatePem) },
    ...(authority === undefined
      ? []
      : [{ ...authority, what: 'authority' as const, bytes: encode(change.caPem) }]),
  ];
  if (new Set(files.map((file) => file.path)).size !== files.length)
    return fail(
      appError('INPUT_INVALID', 'Key and certificates need a file each.', 'Choose different paths.', {
        hostState: 'unchanged',
      }),
    );
  return succeed({ files, summary });
}

const fourDigits = (mode: string) => mode.padStart(4, '0');

/** Whether the file has the wanted bytes, owner and mode. */
export function isPlaced(wanted: PreparedFile, now: HostFile | undefined): boolean {
  return (
    now !== undefined &&
    now.owner === wanted.owner &&
    now.group === wanted.group &&
    now.mode === fourDigits(wanted.mode) &&
    now.bytes.length === wanted.bytes.length &&
    now.bytes.every((byte, index) => byte === wanted.bytes[index])
  );
}

function summaryText(summary: CertificateSummary | undefined): string {
  if (summary === undefined) return '(no certificate that can be read)';
  return [
    summary.subject,
    `issued by ${summary.issuer}`,
    `for ${summary.names.join(', ')}`,
    `valid ${summary.notBefore} to ${summary.notAfter}`,
    `SHA-256 ${summary.fingerprint256}`,
  ].join('\n');
}

/** Keys and stores are never shown; certificates by what they say. */
export function fileDiffs(
  wanted: PreparedFile,
  now: HostFile | undefined,
  context: ChangeContext,
): readonly Diff[] {
  if (isPlaced(wanted, now)) return [];
  const secret = wanted.what === 'key' || wanted.what === 'store';
  const shown = (bytes: Uint8Array) => {
    if (secret) return new Secret('').toString();
    return bytes.length > 1_048_576 ? '(too long)' : summaryText(context.certificates.summary(textOf(bytes)));
  };
  const own = (file: { readonly owner: string; readonly group: string; readonly mode: string }) =>
    `${file.owner}:${file.group} ${fourDigits(file.mode)}`;
  return [
    {
      subject: wanted.path,
      before: now === undefined ? '(no file)' : `${own(now)}\n${shown(now.bytes)}`,
      after: `${own(wanted)}\n${shown(wanted.bytes)}`,
    },
  ];
}
