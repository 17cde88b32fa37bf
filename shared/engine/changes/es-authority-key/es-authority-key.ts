/**
 * Takes the private key of the HTTP authority, which Elasticsearch's own set-up leaves in `http.p12`, off the node: into the vault
 * first, then out of the store. The node serves the same certificate as before, and its authority's certificate stays.
 *
 * The store is taken apart where the vault is: no program of the host meets the key or the password, and what the store was before
 * is kept in the workspace only.
 */
import { z } from 'zod';
import { appError } from '../../../domain/error.ts';
import { fail, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage, fromBase64, toBase64 } from '../../before-image.ts';
import type { ChangeKind } from '../../change-kind.ts';
import { writeFileAtomic } from '../../host-files.ts';
import {
  fileImageSchema,
  imageOfFile,
  readRegular,
  revertFile,
  verifyFile,
  writtenMark,
} from '../single-file.ts';
import { displacedBy, forgetAuthority, keepInVault } from './kept.ts';
import { proveServed, servedChain } from './proof.ts';
import { look, storePassword } from './store.ts';

const imageSchema = z.strictObject({
  version: z.literal(1),
  store: fileImageSchema,
  /** What is written, in base 64. */
  next: z.string(),
  /** Key and certificate of the authority, in PEM form. */
  authority: z.string(),
  /** What the port served before, as `servedChain` tells it; `null` in images of earlier versions, where it did not speak TLS. */
  served: z.string().nullable(),
  /** SHA-256 of another authority that the vault held under the name. */
  displaced: z.string().optional(),
});

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

export const esAuthorityKey: ChangeKind<'es-authority-key'> = {
  kind: 'es-authority-key',

  describe({ store }) {
    return {
      title: `take the authority’s private key out of ${nameOf(store)}, into your vault`,
      words: [
        'The key of the authority goes to your vault first. Key, chain and password of the node stay in the store as they are, and so does the certificate of the authority.',
        'Elasticsearch reads the store again by itself within seconds; it does not restart and serves the same certificate as before.',
        'No further node or Kibana can be enrolled by a token from this node until this is undone.',
      ],
      blast: 'reload',
      outageSeconds: 0,
      guarded: false,
    };
  },

  // What the store was holds the key: a copy for taking back by hand would leave it on the host.
  byHand: ({ store }) => [
    {
      do: 'left',
      text: `the key of the authority was taken out of ${store} and is kept in the vault of the workspace only, so it cannot be put back from this host. The node works without it. To enrol further nodes by tokens, take this step back in Bulwark, with the workspace`,
    },
  ],

  async inspect(change, context) {
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    if (looked.value === 'not-made-yet')
      return succeed({
        inPlace: false,
        diffs: [
          {
            subject: `private keys in ${change.store}`,
            before: 'of the node\nof its authority',
            after: 'of the node',
          },
        ],
        words: ['The store is made by an earlier step of this plan.'],
      });
    const { keys } = looked.value;
    return succeed(
      keys.length === 1
        ? { inPlace: true, diffs: [], words: [] }
        : {
            inPlace: false,
            diffs: [
              {
                subject: `private keys in ${change.store}`,
                before: keys.map((name) => name || '(without a name)').join('\n'),
                after: 'the node’s own',
              },
            ],
            words: [],
          },
    );
  },

  async capture(change, context) {
    const file = await readRegular(context, change.store);
    if (!file.ok) return file;
    const password = await storePassword(change, context);
    if (!password.ok) return password;
    const { bytes = new Uint8Array() } = file.value ?? {};
    const taken = context.certificates.withoutAuthorityKeys(bytes, password.value);
    if (!taken.ok) return taken;
    const served = await servedChain(change, context);
    if (!served.ok) return served;
    if (served.value === undefined)
      return fail(
        appError(
          'PRECONDITION_FAILED',
          `Nothing on port ${change.install.httpPort} speaks TLS, so whether the node can work with the new store could not be seen. Nothing was changed.`,
          'Start the node, then try again.',
          { hostState: 'unchanged' },
        ),
      );
    const own = context.certificates.summary(taken.value.certificatePem)?.fingerprint256;
    if (served.value.split(' ')[0] !== own)
      return fail(
        appError(
          'PRECONDITION_FAILED',
          `Port ${change.install.httpPort} serves another certificate than ${change.store} holds. Nothing was changed.`,
          'Find out which files the node uses, restart it if it runs with old ones, then assess again.',
          { hostState: 'unchanged' },
        ),
      );
    const authority = taken.value.authorities
      .map(({ keyPem, certificatePem }) => keyPem.reveal() + certificatePem)
      .join('');
    const displaced = await displacedBy(change, authority, context);
    if (!displaced.ok) return displaced;
    const image: z.infer<typeof imageSchema> = {
      version: 1,
      store: imageOfFile(change.store, file.value),
      next: toBase64(taken.value.store),
      authority,
      served: served.value,
      ...(displaced.value === undefined ? {} : { displaced: displaced.value }),
    };
    return succeed(encodeImage(image));
  },

  async apply(change, before, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const { store, next, authority, served } = image.value;
    const kept = await keepInVault(change, authority, context);
    if (!kept.ok) return kept;
    const bytes = fromBase64(next);
    const [wrote, was] = [
      context.digest.sha256(bytes),
      store.was === 'file' ? context.digest.sha256(fromBase64(store.bytes)) : 'absent',
    ];
    const now = await readRegular(context, change.store);
    if (!now.ok) return now;
    if (now.value === undefined || context.digest.sha256(now.value.bytes) !== wrote) {
      context.progress(`Replacing ${nameOf(change.store)}`, 'applying');
      const written = await writeFileAtomic(context.host, change.store, bytes, {
        tag: context.tag,
        expects: was,
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      });
      if (!written.ok) return written;
    }
    const mark = await writtenMark(context, change.store, wrote);
    return mark.ok ? succeed({ file: mark.value, served: served ?? 'not-seen' }) : mark;
  },

  async verify(change, mark, context) {
    const file = await verifyFile(context, change.store, mark);
    if (!file.ok) return file;
    const served = mark['served'];
    return served === undefined || served === 'not-seen'
      ? succeed(undefined)
      : await proveServed(change, served, context);
  },

  async revert(change, before, mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const { store, next, authority, displaced } = image.value;
    const wrote = context.digest.sha256(fromBase64(next));
    const back = await revertFile(context, change.store, encodeImage(store), mark, wrote);
    if (!back.ok) return back;
    const forgotten = await forgetAuthority(change, authority, displaced, context);
    return forgotten.ok
      ? succeed({
          words: [
            'The key of the authority lies on the node again: further nodes and Kibana can be enrolled by tokens from it while enrolment is switched on.',
          ],
        })
      : forgotten;
  },
};
