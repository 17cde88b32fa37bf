/**
 * The way back: what lies on the volume by now is copied to the plain disk and compared, so that nothing written since is
 * lost. A migration that never came to its end leaves an empty device; one that did leaves its volume formatted and closed.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import { beginMigration } from './begin.ts';
import { migrationError } from './failures.ts';
import { dismantle, mountAside } from './format.ts';
import { editsBack, type Image, readEdited } from './image.ts';
import { keptPath, returningPath } from './kept-data.ts';
import {
  awaitMigration,
  cancelMigration,
  forgetMigration,
  readMigration,
  type Standing,
  settleAgain,
} from './migration.ts';
import { startOnceMore, startSeconds } from './running.ts';
import { fstabLine, hasLine, mapperOf } from './tables.ts';

type Change = ChangeOf<'encrypted-volume-migration'>;
type Live = { readonly standing: Standing; readonly context: ChangeContext };

/** Ends what still runs: a way there is taken back, a way back is waited for. */
async function settled(context: ChangeContext, direction: 'there' | 'back'): Promise<Result<Live>> {
  const now = await readMigration(context.host, context.tag, direction);
  if (!now.ok) {
    return now;
  }
  if (now.value.state !== 'running') {
    return succeed({ standing: now.value, context });
  }
  const cancelled = direction === 'there' ? await cancelMigration(context, direction) : succeed(undefined);
  return cancelled.ok ? await awaitMigration(context, direction) : cancelled;
}

const whereScript = `${prelude}
path=$1; mapper=$2; aside=$3
sys=/sys/class/block/$(basename "$(readlink -f "/dev/mapper/$mapper")")
own=$(cat "$sys/dev" 2>/dev/null)
found=
while read -r _ _ number _ point _; do [ "$point" != "$path" ] || found=$number; done < /proc/self/mountinfo
if [ -z "$found" ]; then echo nothing; elif [ "$found" = "$own" ]; then echo volume; else echo other; fi
if [ -e "$aside" ]; then echo aside; else echo gone; fi
if [ ! -d "$path" ]; then echo missing; elif [ -z "$(find "$path" -mindepth 1 -maxdepth 1 | head -n 1)" ]; then echo empty; else echo filled; fi
`;

interface Where {
  readonly mounted: 'nothing' | 'volume' | 'other';
  readonly asideThere: boolean;
  readonly path: 'missing' | 'empty' | 'filled';
  /** fstab mounts the volume. */
  readonly inTables: boolean;
  readonly files: readonly (Uint8Array | null)[];
}

async function whereIs(change: Change, image: Image, context: ChangeContext): Promise<Result<Where>> {
  const files = await readEdited(change, context);
  if (!files.ok) {
    return files;
  }
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-where',
      script: whereScript,
      args: [change.path, mapperOf(image), keptPath(change, context.tag)],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: `look at ${change.path}` },
  );
  if (!ran.ok) {
    return ran;
  }
  const [mounted, aside, path] = textOf(ran.value).trim().split('\n');
  const [fstab] = files.value;
  return succeed({
    mounted: mounted === 'volume' || mounted === 'other' ? mounted : 'nothing',
    asideThere: aside === 'aside',
    path: path === 'missing' || path === 'empty' ? path : 'filled',
    inTables: !!fstab && hasLine(fstab, fstabLine(change, image)),
    files: files.value,
  });
}

const openScript = `${prelude}
dev=$1; mapper=$2; path=$3; uuid=$4; length=$5
key=$(cat)
[ "\${#key}" -eq "$length" ] || exit 52
[ "$(cryptsetup luksUUID "$dev" 2>/dev/null)" = "$uuid" ] || exit 64
[ -e "/dev/mapper/$mapper" ] || printf '%s' "$key" | cryptsetup open --type luks2 --key-file - "$dev" "$mapper" || exit 1
mount -- "/dev/mapper/$mapper" "$path"
`;

/** A volume that was not opened after a start of the host is opened with the vault's passphrase. */
async function openVolume(change: Change, image: Image, context: ChangeContext): Promise<Result<void>> {
  const key = await context.secrets.get(change.keyRef);
  if (!key.ok) {
    return key;
  }
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-open',
      script: openScript,
      args: [change.device, mapperOf(image), change.path, image.luksUuid, String(key.value.reveal().length)],
      stdin: key.value,
      privileged: true,
      deadlineSeconds: 120,
    },
    {
      doing: `open the volume on ${change.device}`,
      explain: (output) =>
        output.exitCode === 64
          ? appError(
              'NOT_REVERSIBLE',
              `The volume that holds the data of ${change.path} is not on ${change.device}.`,
              'Find its device, connect it again, then try again.',
              { hostState: 'unchanged', retryable: true },
            )
          : undefined,
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

function drift(message: string): Result<never> {
  return fail(appError('DRIFT', message, 'Look at it on the host, then decide.', { hostState: 'unchanged' }));
}

/** The data from the volume to the plain disk, by the host itself. */
async function bringBack(
  change: Change,
  image: Image,
  where: Where,
  context: ChangeContext,
): Promise<Result<ChangeContext>> {
  if (where.mounted === 'other') {
    return drift(`Something else is mounted on ${change.path} by now.`);
  }
  if (where.mounted === 'nothing') {
    if (where.path !== 'empty') {
      return drift(`${change.path} is not mounted from its volume and is not an empty directory.`);
    }
    const opened = await openVolume(change, image, context);
    if (!opened.ok) {
      return opened;
    }
  }
  const forgotten = await forgetMigration(context.host, context.tag, 'back');
  if (!forgotten.ok) {
    return forgotten;
  }
  const begun = await beginMigration(context, {
    direction: 'back',
    path: change.path,
    volume: mountAside(context.tag),
    aside: keptPath(change, context.tag),
    fresh: returningPath(change, context.tag),
    mapper: mapperOf(image),
    unit: change.unit,
    active: image.active,
    httpPort: change.install?.httpPort ?? 0,
    seconds: startSeconds,
    edits: editsBack(change, image, where.files),
  });
  if (!begun.ok) {
    return begun;
  }
  // Not cancellable: half of a way back is no way back.
  const { signal: _signal, ...patient } = context;
  const ended = await awaitMigration(patient, 'back');
  if (!ended.ok) {
    return ended;
  }
  const { standing, context: live } = ended.value;
  if (standing.state === 'committed') {
    return succeed(live);
  }
  const error = await migrationError(change, standing, live);
  if (standing.state !== 'committed-down') {
    await forgetMigration(live.host, live.tag, 'back');
  }
  return fail(error);
}

/** Errors: DRIFT, NOT_REVERSIBLE, DISK_FULL, VERIFY_FAILED, ES_DID_NOT_START, VAULT_LOCKED, the connection's. */
export async function revertMigration(
  change: Change,
  image: Image,
  context: ChangeContext & { readonly force: boolean },
): Promise<Result<void>> {
  const back = await settled(context, 'back');
  const there = back.ok ? await settled(back.value.context, 'there') : back;
  if (!there.ok) {
    return there;
  }
  let live = there.value.context;
  let { standing } = there.value;
  if (standing.state === 'returned-down') {
    const again = await settleAgain(live, 'there');
    if (!again.ok) {
      return again;
    }
    live = again.value.context;
    standing = again.value.standing;
  }
  if (back.ok && back.value.standing.state === 'committed-down' && image.active) {
    const up = await startOnceMore(change, live);
    if (!up.ok || !up.value) {
      return up.ok ? fail(await migrationError(change, back.value.standing, live)) : up;
    }
  }
  const where = await whereIs(change, image, live);
  if (!where.ok) {
    return where;
  }
  const unfinished = standing.state !== 'none' && standing.state !== 'committed';
  if (unfinished && where.value.asideThere) {
    return fail(await migrationError(change, standing, live));
  }
  const isNew = !unfinished && (where.value.mounted === 'volume' || where.value.inTables);
  if (isNew) {
    const brought = await bringBack(change, image, where.value, live);
    if (!brought.ok) {
      return brought;
    }
    live = brought.value;
  }
  const erase = unfinished && !standing.started;
  const closed = await dismantle(change, image, { erase, keyFolderNew: image.keyFolderNew }, live);
  const forgotThere = closed.ok ? await forgetMigration(live.host, live.tag, 'there') : closed;
  const forgotBack = forgotThere.ok ? await forgetMigration(live.host, live.tag, 'back') : forgotThere;
  if (!forgotBack.ok) {
    return forgotBack;
  }
  if (!erase && (isNew || unfinished)) {
    live.progress(`${change.device} stays formatted and closed; its passphrase stays in the vault`);
  }
  const left = isNew ? await whereIs(change, image, live) : undefined;
  if (left?.ok === true && left.value.asideThere) {
    live.progress(
      `The data from before is older than what came back; it is kept as ${keptPath(change, live.tag)}`,
    );
  }
  return standing.state === 'returned-down'
    ? fail(await migrationError(change, standing, live))
    : succeed(undefined);
}
