/**
 * The first and the third round in which a new authority takes the place of an old one: the node trusts both, and in the end the new
 * one alone. The round between is `certificate-install`. Nothing restarts: the node reads its files again within seconds.
 */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { decodeImage, encodeImage } from '../../before-image.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { writeFilesTogether } from '../../host-file-group.ts';
import { afterWriting } from '../../host-script.ts';
import { servedPeer } from '../certificate-install/served.ts';
import { digestsOf, imageOfFile, markGroup, revertGroup, strayed } from '../file-group.ts';
import { fileImageSchema } from '../single-file.ts';
import { authorityOf, isSettled, settle, unsettle } from './authorities.ts';
import { proveListed, proveTrust } from './proof.ts';
import { lookAtTrust, wishOf } from './trusted.ts';
import { describe, leftByHand, trustDiffs } from './words.ts';

type Change = ChangeOf<'authority-trust'>;

const imageSchema = z.strictObject({
  version: z.literal(1),
  files: z.array(fileImageSchema),
  /** Digests of what the change writes, by path. */
  writes: z.record(z.string(), z.string()),
  /** What clients of this node trusted, as the vault had it; `null` where it had nothing. */
  httpCa: z.string().nullable(),
});

const forClients = ({ rollOver, oldPem, newPem }: Change) =>
  rollOver.round === 3 ? `${newPem.trim()}\n` : `${oldPem.trim()}\n${newPem.trim()}\n`;

async function keptForClients(change: Change, context: ChangeContext): Promise<Result<string | undefined>> {
  const kept = await context.secrets.get(change.httpCaRef);
  if (kept.ok) return succeed(kept.value.reveal());
  return kept.error.code === 'SECRET_MISSING' ? succeed(undefined) : kept;
}

async function giveToClients(text: string, change: Change, context: ChangeContext): Promise<Result<void>> {
  return await context.secrets.put(
    change.httpCaRef,
    new Secret(text),
    `CA of ${context.host.hostId}'s HTTP certificate`,
  );
}

/** Nothing trusts a certificate of the old authority after the third round, so the node must not serve one. Errors: PRECONDITION_FAILED. */
async function servesNew(change: Change, context: ChangeContext): Promise<Result<void>> {
  const peer = await servedPeer(context, change.install.httpPort);
  const leaf = peer.ok ? peer.value?.chain[0]?.pem : undefined;
  if (!peer.ok || leaf === undefined) return peer.ok ? succeed(undefined) : peer;
  return context.certificates.signedBy(leaf, change.newPem) === false
    ? fail(
        appError(
          'PRECONDITION_FAILED',
          'The node still serves a certificate of the old authority, which nobody would trust any more. Nothing was changed.',
          'Plan the replacement of the authority again: the second round comes first.',
          { hostState: 'unchanged' },
        ),
      )
    : succeed(undefined);
}

export const authorityTrust: ChangeKind<'authority-trust'> = {
  kind: 'authority-trust',
  describe,

  backTogether: ({ rollOver }) => (rollOver.hosts.length > 1 ? rollOver.hosts : undefined),

  byHand: ({ rollOver, files }) =>
    rollOver.hosts.length > 1
      ? [{ do: 'left', text: leftByHand }]
      : files.map(({ path }) => ({ do: 'file', path })),

  async inspect(change, context) {
    const looked = await lookAtTrust(change, context);
    if (!looked.ok) return looked;
    const settled = change.settles === true ? await isSettled(change, context) : succeed(true);
    if (!settled.ok) return settled;
    const clients = await keptForClients(change, context);
    if (!clients.ok) return clients;
    return succeed({
      inPlace:
        settled.value &&
        clients.value === forClients(change) &&
        looked.value.every(({ unchanged }) => unchanged),
      diffs: trustDiffs(change, looked.value, context),
      words: [],
    });
  },

  async capture(change, context) {
    const ready = change.rollOver.round === 3 ? await servesNew(change, context) : succeed(undefined);
    if (!ready.ok) return ready;
    const next = await authorityOf(change, change.newPem, context);
    if (!next.ok) return next;
    if (next.value === undefined)
      return fail(
        appError(
          'PRECONDITION_FAILED',
          'The vault does not hold the new authority any more. Nothing was changed.',
          'Plan the replacement of the authority again.',
          { hostState: 'unchanged' },
        ),
      );
    const looked = await lookAtTrust(change, context);
    const clients = looked.ok ? await keptForClients(change, context) : looked;
    if (!looked.ok || !clients.ok) return looked.ok ? (clients as Result<never>) : looked;
    const image: z.infer<typeof imageSchema> = {
      version: 1,
      files: looked.value.map(({ path, now }) => imageOfFile(path, now)),
      writes: Object.fromEntries(looked.value.map((file) => [file.path, context.digest.sha256(file.next)])),
      httpCa: clients.value ?? null,
    };
    return succeed(encodeImage(image));
  },

  async apply(change, before, context): Promise<Result<Mark>> {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const looked = await lookAtTrust(change, context);
    if (!looked.ok) return looked;
    const open = looked.value.flatMap(({ path, now, next, unchanged }) =>
      unchanged ? [] : [{ path, bytes: next, expects: context.digest.sha256(now.bytes) }],
    );
    // Whoever asks the vault in the third round must not be given less than the node still needs.
    const given =
      change.rollOver.round === 3
        ? succeed(undefined)
        : await giveToClients(forClients(change), change, context);
    if (!given.ok) return given;
    context.progress('Placing whom the node trusts', 'applying');
    const written = await writeFilesTogether(context.host, open, {
      tag: context.tag,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    });
    if (!written.ok) return written;
    const mark = await markGroup(
      context,
      change.files.map(({ path }) => path),
      digestsOf(context, open),
    );
    if (!mark.ok) return afterWriting(mark);
    const after =
      change.rollOver.round === 3
        ? await giveToClients(forClients(change), change, context)
        : succeed(undefined);
    const settled = after.ok && change.settles === true ? await settle(change, context) : after;
    return settled.ok ? mark : afterWriting(settled);
  },

  async verify(change, mark, context) {
    const wrong = await strayed(
      context,
      change.files.map(({ path }) => path),
      mark,
    );
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
    const { trust, drop } = wishOf(change);
    const listed = await proveListed(change, { trust, drop }, context);
    return listed.ok ? await proveTrust(change, { trusted: trust, refused: drop }, context) : listed;
  },

  async revert(change, before, mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const { files, writes, httpCa } = image.value;
    const back = await revertGroup(context, files, mark, writes);
    if (!back.ok) return back;
    const asked =
      httpCa === null
        ? await context.secrets.remove(change.httpCaRef)
        : await giveToClients(httpCa, change, context);
    if (!asked.ok) return asked;
    if (change.settles === true) {
      const again = await unsettle(change, context);
      if (!again.ok) return again;
    }
    // Earlier rounds may go back only when this node lets in again whom they bring back.
    return await proveTrust(change, { trusted: [change.oldPem], refused: [] }, context);
  },
};
