/**
 * Moves a data directory onto an encrypted volume (LUKS2) on an empty device. The host does the moving by itself: it
 * ends with the service on the volume, or with everything where it was. The old directory is kept beside the new one
 * until the operator confirms its removal (`kept-data.ts`).
 */
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { generatePassword } from '../../elasticsearch/generate-password.ts';
import { afterWriting } from '../../host-script.ts';
import { beginMigration } from './begin.ts';
import { migrationError } from './failures.ts';
import { formatVolume, mountAside } from './format.ts';
import { editsThere, type Image, packImage, readImage } from './image.ts';
import { keptPath, returningPath } from './kept-data.ts';
import { lookAt } from './look.ts';
import { awaitMigration, forgetMigration, readMigration } from './migration.ts';
import { proveVolume } from './proof.ts';
import { inWords, refusal } from './refusals.ts';
import { revertMigration } from './revert.ts';
import { proveRunning, startSeconds } from './running.ts';
import { mapperOf, type VolumeNames } from './tables.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;

/** 32 of 61 characters: 190 bits, so that the key derivation need not be costly, and somebody can still type it. */
const keyLength = 32;

/** The key is durable in the vault before the host is touched; a key that is there already is used again. */
async function keyInVault(change: Change, context: ChangeContext): Promise<Result<Secret>> {
  const known = await context.secrets.get(change.keyRef);
  if (known.ok || known.error.code !== 'SECRET_MISSING') {
    return known;
  }
  const key = generatePassword(context.random, keyLength);
  const about = `Passphrase of the encrypted volume of ${change.path} on ${context.host.hostId}`;
  const put = await context.secrets.put(change.keyRef, key, about);
  return put.ok ? succeed(key) : put;
}

function markOf(change: Change, names: VolumeNames, context: ChangeContext): Mark {
  return { luks: names.luksUuid, fileSystem: names.fsUuid, kept: keptPath(change, context.tag) };
}

function storageDiff(change: Change): Diff {
  return {
    subject: `storage of ${change.path}`,
    before: 'not encrypted',
    after: `LUKS2 volume on ${change.device}, ${change.fileSystem}`,
  };
}

async function inPlace(change: Change, context: ChangeContext): Promise<Result<VolumeNames | undefined>> {
  const proof = await proveVolume(change, context);
  return proof.ok ? succeed(proof.value.shortcomings.length === 0 ? proof.value.names : undefined) : proof;
}

async function migrate(change: Change, image: Image, context: ChangeContext): Promise<Result<Mark>> {
  const begun = await beginMigration(context, {
    direction: 'there',
    path: change.path,
    volume: mountAside(context.tag),
    aside: keptPath(change, context.tag),
    fresh: returningPath(change, context.tag),
    mapper: mapperOf(image),
    unit: change.unit,
    active: image.active,
    httpPort: change.install?.httpPort ?? 0,
    seconds: startSeconds,
    edits: editsThere(change, image),
  });
  if (!begun.ok && begun.error.code !== 'SSH_CONNECTION_LOST') {
    return afterWriting(begun);
  }
  const ended = await awaitMigration(context, 'there');
  if (!ended.ok) {
    return ended;
  }
  const { standing, context: live } = ended.value;
  if (standing.state !== 'committed') {
    // Also after a lost connection, when it never began: the volume is made and must be taken away again.
    return begun.ok ? fail(await migrationError(change, standing, live)) : afterWriting(begun);
  }
  const running = await proveRunning(change, image.active, live);
  if (!running.ok) {
    return running;
  }
  const forgotten = await forgetMigration(live.host, context.tag, 'there');
  return forgotten.ok ? succeed(markOf(change, image, context)) : afterWriting(forgotten);
}

const bootWords = {
  'key-file': [
    'At boot the volume opens with a second key, in a file on the root file system that only root can read. This protects a disk or a copy of the volume that leaves the host alone; it does not protect against somebody who gets the root disk as well, or root on the running host.',
  ],
  passphrase: [
    'After every start of the host somebody must type the passphrase from the vault (at the console, or over SSH with systemd-tty-ask-password-agent). Until then the service stays down; the host itself starts and can be reached.',
  ],
} as const;

export const encryptedVolumeMigration: ChangeKind<'encrypted-volume-migration'> = {
  kind: 'encrypted-volume-migration',

  byHand: (change) => [
    {
      do: 'left',
      text: `a move to an encrypted volume cannot be taken back by hand: what ${change.unit} wrote since lies only on the volume. It goes on working from there. Take it back with Bulwark and the workspace; keep ${change.device} and, until then, what lies beside ${change.path}`,
    },
  ],

  describe(change) {
    return {
      title: `move ${change.path} onto an encrypted volume on ${change.device}`,
      words: [
        `Formats ${change.device} (LUKS2, ${change.fileSystem}). Whatever an empty device may still hold is lost.`,
        'The passphrase is made by Bulwark and kept in the vault before the host is touched. Without the vault and without the key file the data cannot be read again: back the vault up.',
        ...bootWords[change.unlock],
        `The host stops ${change.unit}, copies the data, compares every file on both sides (owner, mode, time, SHA-256), mounts the volume in the old place and starts the service. This goes on when the connection breaks. If anything fails, the old place is put back.`,
        `The old data stays readable on the plain disk, beside the new, until you confirm its removal.`,
        'Taking this back copies what is there by then to the plain disk again. The device stays formatted and closed.',
      ],
      blast: 'restart',
      outageSeconds: 120,
      guarded: false,
    };
  },

  async inspect(change, context) {
    const standing = await readMigration(context.host, context.tag, 'there');
    if (!standing.ok) {
      return standing;
    }
    let live = context;
    if (standing.value.state === 'running') {
      const ended = await awaitMigration(context, 'there');
      if (!ended.ok) {
        return ended;
      }
      live = ended.value.context;
    }
    const there = await inPlace(change, live);
    if (!there.ok) {
      return there;
    }
    if (there.value !== undefined) {
      return succeed({ inPlace: true, diffs: [], words: [] });
    }
    if (standing.value.state !== 'none') {
      // Begun and not completed: the device is no longer empty because of this very step.
      return succeed({ inPlace: false, diffs: [storageDiff(change)], words: [] });
    }
    const look = await lookAt(change, live);
    if (!look.ok) {
      return look;
    }
    const refused = refusal(change, look.value);
    if (refused !== undefined) {
      return fail(refused);
    }
    const { usedBytes, device } = look.value;
    return succeed({
      inPlace: false,
      diffs: [
        storageDiff(change),
        { subject: `passphrase of the volume on ${change.device}`, before: '', after: '[secret]' },
        { subject: '/etc/crypttab, /etc/fstab', before: '', after: 'one line each for the volume' },
      ],
      words: [
        `${inWords(usedBytes)} of data move to a device of ${inWords(device?.bytes ?? 0)}. At 100 MiB a second, copying and comparing takes about ${Math.max(1, Math.ceil((usedBytes * 3) / 104_857_600 / 60))} min; the service is down meanwhile.`,
      ],
    });
  },

  capture: packImage,

  async apply(change, before, context) {
    const there = await inPlace(change, context);
    if (!there.ok || there.value !== undefined) {
      return there.ok && there.value !== undefined
        ? succeed(markOf(change, there.value, context))
        : (there as Result<never>);
    }
    const look = await lookAt(change, context);
    if (!look.ok) {
      return look;
    }
    const refused = refusal(change, look.value);
    if (refused !== undefined) {
      return fail(refused);
    }
    const key = await keyInVault(change, context);
    if (!key.ok) {
      return key;
    }
    const image = readImage(before);
    context.progress(`Formatting ${change.device}`, 'applying');
    const formatted = await formatVolume(change, image, key.value, context);
    return formatted.ok ? await migrate(change, image, context) : formatted;
  },

  async verify(change, _mark, context) {
    const proof = await proveVolume(change, context);
    if (!proof.ok) {
      return proof;
    }
    const [first] = proof.value.shortcomings;
    return first === undefined
      ? succeed(undefined)
      : fail({
          code: 'VERIFY_FAILED',
          message: `The data does not lie on its encrypted volume as it should: ${proof.value.shortcomings.join(' ')}`,
          nextStep: 'The old place is put back.',
          hostState: 'changed',
          retryable: false,
        });
  },

  revert: (change, before, _mark, context) => revertMigration(change, readImage(before), context),
};
