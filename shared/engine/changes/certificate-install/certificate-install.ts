/** Puts a key and its certificate in place, as PEM files or one PKCS#12 store, all at once and only after our own checks. */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage } from '../../before-image.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { writeFilesTogether } from '../../host-file-group.ts';
import type { HostFile } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import { leftByHand } from '../authority-trust/words.ts';
import { digestsOf, imageOfFile, markGroup, readGroup, revertGroup, strayed } from '../file-group.ts';
import { fileImageSchema } from '../single-file.ts';
import { checkOnHost } from './host-check.ts';
import { type Resolved, resolve } from './issued.ts';
import { proveListed } from './listed.ts';
import { fileDiffs, isPlaced, type Prepared, prepare } from './prepared.ts';
import { proveServed, servedFingerprint, waitForServed } from './served.ts';
import { proveTransport } from './transport.ts';

type Change = ChangeOf<'certificate-install'>;

const imageSchema = z.strictObject({
  version: z.literal(1),
  files: z.array(fileImageSchema),
  /** Digests of what the change writes, by path: they tell our files from others after an interruption. */
  writes: z.record(z.string(), z.string()),
  /** Fingerprint that the port served before; `null` where none was seen. */
  served: z.string().nullable(),
});

function pathsOf({ files }: Change): readonly string[] {
  if (files.form === 'pkcs12') return [files.store.path];
  return [files.key, files.certificate, files.authority].flatMap((file) => file?.path ?? []);
}

interface Looked {
  readonly prepared: Prepared;
  readonly now: readonly (HostFile | undefined)[];
  readonly inPlace: boolean;
}

async function look(change: Resolved, context: ChangeContext): Promise<Result<Looked>> {
  const prepared = await prepare(change, context);
  if (!prepared.ok) return prepared;
  const { files } = prepared.value;
  const read = await readGroup(context, pathsOf(change));
  if (!read.ok) return read;
  const now = read.value;
  for (const [index, file] of files.entries()) {
    const there = now[index];
    const digest = there === undefined ? 'absent' : context.digest.sha256(there.bytes);
    const planned = file.expects ?? digest;
    if (digest !== planned && digest !== context.digest.sha256(file.bytes))
      return fail(
        appError(
          'FILE_CHANGED_UNDERNEATH',
          `${file.path} is not what the plan was made on.`,
          'Assess the host again and make a new plan.',
          { hostState: 'unchanged' },
        ),
      );
  }
  return succeed({
    prepared: prepared.value,
    now,
    inPlace: files.every((file, index) => isPlaced(file, now[index])),
  });
}

async function servedNow(change: Change, context: ChangeContext): Promise<Result<string | undefined>> {
  return change.served === undefined
    ? succeed(undefined)
    : await servedFingerprint(context, change.served.port);
}

/** Before anything is issued there are no bytes to show; what the files are now is looked at when they are replaced. */
async function willIssue(change: Change, context: ChangeContext) {
  const seen = await servedNow(change, context);
  const now = seen.ok && seen.value !== undefined ? `SHA-256 ${seen.value}` : 'what is there now';
  return {
    inPlace: false,
    diffs: pathsOf(change).map((path) => ({
      subject: path,
      before: now,
      after: `a new key and a certificate for ${change.names.join(', ')}, valid ${change.issue?.days ?? 0} days`,
    })),
    words: ['Key and certificate are issued by your authority when the plan is carried out.'],
  };
}

/** Capturing comes before applying, so that the files' new bytes are known to whoever takes them back. */
async function issued(change: Change, context: ChangeContext): Promise<Result<Resolved>> {
  const resolved = await resolve(change, context, true);
  if (!resolved.ok) return resolved;
  return resolved.value === undefined
    ? fail(
        appError('INTERNAL', 'No certificate was issued.', 'Please report this.', { hostState: 'unchanged' }),
      )
    : succeed(resolved.value);
}

export const certificateInstall: ChangeKind<'certificate-install'> = {
  kind: 'certificate-install',

  describe(change) {
    const { files, served } = change;
    return {
      title: `${change.rollOver === undefined ? '' : 'round 2 of 3: '}install the ${change.use === 'http' ? 'HTTP' : 'transport'} certificate for ${change.names.join(', ')}`,
      words: [
        files.form === 'pem'
          ? `The key goes to ${files.key.path}, the certificate to ${files.certificate.path}.`
          : `Key and certificate go into ${files.store.path}.`,
        served === undefined
          ? 'The node takes it at its next start, unless it already reads these files.'
          : `The node takes it within seconds, without a restart; ${served.transportPort === undefined ? `port ${served.port} is` : `ports ${served.port} and ${served.transportPort} are`} asked for it.`,
        'Clients that do not trust the authority of this certificate are refused from then on.',
        ...(change.rollOver === undefined || change.rollOver.hosts.length === 1
          ? []
          : [
              `Taking this back takes this round back on all ${change.rollOver.hosts.length} nodes, the later round first.`,
            ]),
      ],
      blast: 'reload',
      outageSeconds: 0,
      guarded: false,
    };
  },

  backTogether: ({ rollOver }) =>
    rollOver !== undefined && rollOver.hosts.length > 1 ? rollOver.hosts : undefined,

  // The node reads the files again by itself within seconds, or at its next start where they are new to it.
  byHand: (change) =>
    (change.rollOver?.hosts.length ?? 0) > 1
      ? [{ do: 'left', text: leftByHand }]
      : pathsOf(change).map((path) => ({ do: 'file', path })),

  async inspect(given, context) {
    const resolved = await resolve(given, context, false);
    if (!resolved.ok) return resolved;
    const change = resolved.value;
    if (change === undefined) return succeed(await willIssue(given, context));
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const { prepared, now, inPlace } = looked.value;
    const seen = await servedNow(change, context);
    if (!seen.ok) return seen;
    const port = change.served?.port;
    const words =
      port === undefined
        ? []
        : seen.value === undefined
          ? [`Port ${port} does not speak TLS now: what the node serves cannot be checked.`]
          : inPlace && seen.value !== prepared.summary.fingerprint256
            ? [
                `Port ${port} serves another certificate than these files hold; the node takes it at its next start.`,
              ]
            : [];
    return succeed({
      inPlace,
      diffs: prepared.files.flatMap((file, index) => fileDiffs(file, now[index], context)),
      words,
    });
  },

  async capture(given, context) {
    const resolved = await issued(given, context);
    if (!resolved.ok) return resolved;
    const change = resolved.value;
    const prepared = await prepare(change, context);
    if (!prepared.ok) return prepared;
    const paths = pathsOf(change);
    const read = await readGroup(context, paths);
    if (!read.ok) return read;
    const seen = await servedNow(change, context);
    if (!seen.ok) return seen;
    const image: z.infer<typeof imageSchema> = {
      version: 1,
      files: paths.map((path, index) => imageOfFile(path, read.value[index])),
      writes: Object.fromEntries(
        prepared.value.files.map((file) => [file.path, context.digest.sha256(file.bytes)]),
      ),
      served: seen.value ?? null,
    };
    return succeed(encodeImage(image));
  },

  async apply(given, before, context): Promise<Result<Mark>> {
    const resolved = await issued(given, context);
    if (!resolved.ok) return resolved;
    const change = resolved.value;
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const { prepared, now, inPlace } = looked.value;
    const open = prepared.files.flatMap((file, index) => {
      const there = now[index];
      if (isPlaced(file, there)) return [];
      const { path, bytes, owner, group, mode } = file;
      const expects = there === undefined ? 'absent' : context.digest.sha256(there.bytes);
      return [{ path, bytes, owner, group, mode, expects }];
    });
    if (!inPlace) {
      context.progress('Placing key and certificate', 'applying');
      const written = await writeFilesTogether(context.host, open, {
        tag: context.tag,
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      });
      if (!written.ok) return written;
    }
    const mark = await markGroup(context, pathsOf(change), digestsOf(context, open));
    if (!mark.ok) return afterWriting(mark);
    return succeed({ ...mark.value, served: image.value.served === null ? 'not-seen' : 'seen' });
  },

  async verify(given, mark, context) {
    const resolved = await resolve(given, context, false);
    if (!resolved.ok) return resolved;
    const change = resolved.value;
    if (change === undefined)
      return fail(
        appError(
          'VERIFY_FAILED',
          'The vault does not hold the certificate that was put in place, or it does not fit any more.',
          'Take the change back, or assess the host again.',
          { hostState: 'changed' },
        ),
      );
    const wrong = await strayed(context, pathsOf(change), mark);
    if (!wrong.ok) return wrong;
    if (wrong.value.length > 0)
      return fail(
        appError(
          'VERIFY_FAILED',
          `${wrong.value.join(', ')} does not read back as it was written.`,
          'Find out what else writes these files.',
          { hostState: 'changed' },
        ),
      );
    const fingerprint = context.certificates.summary(change.certificatePem)?.fingerprint256 ?? '';
    const checked = await checkOnHost(change, fingerprint, context);
    if (!checked.ok) return checked;
    if (change.served === undefined || mark['served'] !== 'seen') return succeed(undefined);
    const { port, transportPort } = change.served;
    const live = await proveServed(context, change, port, fingerprint);
    if (!live.ok) return live;
    const between =
      transportPort === undefined ? live : await proveTransport(context, transportPort, fingerprint);
    return between.ok ? await proveListed(change, port, context) : between;
  },

  async revert(change, before, mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const { files, writes, served } = image.value;
    const back = await revertGroup(context, files, mark, writes);
    if (!back.ok || change.served === undefined || served === null) return back;
    const live = await waitForServed(context, change.served.port, served);
    if (!live.ok) return live;
    const seen = live.value ? succeed(served) : await servedFingerprint(context, change.served.port);
    // A node that is stopped takes the old files at its next start.
    if (!seen.ok || seen.value === undefined || seen.value === served) return seen.ok ? back : seen;
    return fail(
      appError(
        'VERIFY_FAILED',
        `The files are as they were before, and port ${change.served.port} still serves another certificate.`,
        'Restart the node; then it takes the files that are there.',
        { hostState: 'changed' },
      ),
    );
  },
};
