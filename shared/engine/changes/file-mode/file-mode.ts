/**
 * Owners and modes of files and folders, on request of everything below a folder. Never across a mount point and never
 * through a symbolic link. Contents are not touched.
 */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage } from '../../before-image.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import { afterWriting } from '../../host-script.ts';
import { type EntrySetting, setEntries, statTree, type TreeEntry } from '../../host-trees.ts';
import { admits } from '../guarded-files.ts';
import { drift } from '../single-file.ts';
import { describeEntry, diffsOf } from './differences.ts';
import { isRight, type WantedEntry, wantedEntries } from './wanted.ts';

type Change = ChangeOf<'file-mode'>;

/** path, uid, gid, mode, owner, group: short, because a data directory has many. */
const entrySchema = z.tuple([z.string(), z.number(), z.number(), z.string(), z.string(), z.string()]);
const imageSchema = z.strictObject({ entries: z.array(entrySchema) });

async function listTrees(
  change: Change,
  context: ChangeContext,
  absentIsEmpty: boolean,
): Promise<Result<readonly (readonly TreeEntry[])[]>> {
  const trees: (readonly TreeEntry[])[] = [];
  for (const entry of change.entries) {
    const tree = await statTree(context.host, entry.path, {
      below: entry.below !== undefined,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    });
    if (!tree.ok) {
      if (absentIsEmpty && tree.error.code === 'PRECONDITION_FAILED') {
        trees.push([]);
        continue;
      }
      return tree.error.code === 'PRECONDITION_FAILED'
        ? fail(
            appError(
              'PRECONDITION_FAILED',
              `${entry.path} does not exist.`,
              'Assess the host again and make a new plan.',
              {
                hostState: 'unchanged',
              },
            ),
          )
        : tree;
    }
    if (tree.value[0]?.type === 'symlink') {
      return fail(
        appError(
          'FILE_NOT_REGULAR',
          `${entry.path} is a symbolic link; Bulwark does not change owners or modes through links.`,
          'Set owner and mode of the file it points to by hand.',
          { hostState: 'unchanged' },
        ),
      );
    }
    trees.push(tree.value);
  }
  return succeed(trees);
}

async function wantedNow(change: Change, context: ChangeContext): Promise<Result<readonly WantedEntry[]>> {
  const trees = await listTrees(change, context, false);
  if (!trees.ok) {
    return trees;
  }
  const wanted = [...wantedEntries(change, trees.value).values()];
  const wayIn = wanted.find((one) => !isRight(one) && admits(one.now.path))?.now.path;
  return wayIn === undefined
    ? succeed(wanted)
    : fail(
        appError(
          'ACCESS_WOULD_BE_LOST',
          `Owner and mode of ${wayIn} decide who gets into this host; Bulwark does not change them.`,
          'Set them by hand, with a second login open.',
          { hostState: 'unchanged' },
        ),
      );
}

function settingFor(wanted: WantedEntry): EntrySetting {
  const { now, owner, group, mode } = wanted;
  const owns = now.owner === owner && now.group === group;
  // Giving a file away drops its set-id bits, so the mode is set again then.
  const setMode = now.type !== 'symlink' && (now.mode !== mode || (!owns && !mode.startsWith('0')));
  return {
    path: now.path,
    ...(owns ? {} : { own: `${owner}:${group}` }),
    ...(setMode ? { mode } : {}),
  };
}

export const fileMode: ChangeKind<'file-mode'> = {
  kind: 'file-mode',

  describe(change) {
    const [first] = change.entries;
    const trees = change.entries.filter((entry) => entry.below !== undefined);
    return {
      title:
        change.entries.length === 1
          ? `set owner and mode of ${first?.path}`
          : `set owners and modes of ${change.entries.length} paths`,
      words: trees.map((entry) => `Includes everything below ${entry.path} on the same file system.`),
      blast: 'none',
      outageSeconds: 0,
      guarded: false,
    };
  },

  byHand: (change) => [
    {
      do: 'modes',
      paths: change.entries.map(({ path, below }) => ({ path, below: below !== undefined })),
    },
  ],

  async inspect(change, context) {
    const wanted = await wantedNow(change, context);
    if (!wanted.ok) {
      return wanted;
    }
    const wrong = wanted.value.filter((one) => !isRight(one));
    return succeed({
      inPlace: wrong.length === 0,
      diffs: diffsOf(change, wrong),
      words:
        wrong.length === 0
          ? []
          : [`${wrong.length} ${wrong.length === 1 ? 'path changes' : 'paths change'} owner or mode.`],
    });
  },

  async capture(change, context) {
    const wanted = await wantedNow(change, context);
    return wanted.ok
      ? succeed(
          encodeImage({
            entries: wanted.value.map(({ now }) => [
              now.path,
              now.uid,
              now.gid,
              now.mode,
              now.owner,
              now.group,
            ]),
          }),
        )
      : wanted;
  },

  async apply(change, _before, context) {
    // A running service may make files meanwhile: look again until nothing is wrong, a few times at most.
    for (let round = 0; round < 4; round += 1) {
      const wanted = await wantedNow(change, context);
      if (!wanted.ok) {
        return round === 0 ? wanted : afterWriting(wanted);
      }
      const wrong = wanted.value.filter((one) => !isRight(one));
      if (wrong.length === 0) {
        const paths = wanted.value.map((one) => `${one.now.path}\0${describeEntry(one)}`).sort();
        return succeed({ paths: context.digest.sha256(paths.join('\0')), count: String(paths.length) });
      }
      const set = await setEntries(context.host, wrong.map(settingFor), context.signal);
      if (!set.ok) {
        return set;
      }
    }
    return fail(
      appError(
        'VERIFY_FAILED',
        'Owners and modes do not stay as they are set.',
        'Find out what changes these files all the time.',
        {
          hostState: 'changed',
        },
      ),
    );
  },

  async verify(change, _mark, context) {
    const wanted = await wantedNow(change, context);
    if (!wanted.ok) {
      return wanted;
    }
    const wrong = wanted.value.filter((one) => !isRight(one));
    return wrong.length === 0
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `${wrong.length} of ${wanted.value.length} paths do not have the wanted owner or mode, ${wrong[0]?.now.path} among them.`,
            'Find out what changes these files.',
            { hostState: 'changed' },
          ),
        );
  },

  async revert(change, before, _mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) {
      return image;
    }
    const trees = await listTrees(change, context, true);
    if (!trees.ok) {
      return trees;
    }
    const wanted = wantedEntries(change, trees.value);
    const was: WasMap = new Map(
      image.value.entries.map(([path, uid, gid, mode, owner, group]) => [
        path,
        { uid, gid, mode, owner, group },
      ]),
    );
    const settings: EntrySetting[] = [];
    const drifted: string[] = [];
    for (const [path, one] of wanted) {
      const { now } = one;
      const old = was.get(path);
      if (old === undefined) {
        const folder = nearest(was, path);
        const given = folder === undefined ? undefined : wanted.get(folder.path);
        // Made meanwhile by the owner that this change brought: it goes to whoever owned its folder before.
        if (
          folder !== undefined &&
          given !== undefined &&
          given.owner !== folder.old.owner &&
          now.owner === given.owner
        ) {
          settings.push({ path, own: `${folder.old.uid}:${folder.old.gid}`, ...modeAfterChown(now) });
        }
        continue;
      }
      const sameOwner = now.uid === old.uid && now.gid === old.gid;
      if (sameOwner && now.mode === old.mode) {
        continue;
      }
      // Half applied counts as ours as well: each of owner, group and mode is either the old or the wanted one.
      const ours =
        (now.owner === one.owner || now.uid === old.uid) &&
        (now.group === one.group || now.gid === old.gid) &&
        (now.mode === one.mode || now.mode === old.mode);
      if (!ours) {
        drifted.push(path);
      }
      settings.push({
        path,
        ...(sameOwner ? {} : { own: `${old.uid}:${old.gid}` }),
        ...(now.type === 'symlink' ? {} : { mode: old.mode }),
      });
    }
    if (drifted.length > 0 && !context.force) {
      return fail(
        drift(
          drifted.length === 1
            ? `Owner or mode of ${drifted[0]}`
            : `Owner or mode of ${drifted.slice(0, 3).join(', ')}${drifted.length > 3 ? ` and ${drifted.length - 3} more` : ''}`,
        ),
      );
    }
    return setEntries(context.host, settings);
  },
};

interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

type WasMap = ReadonlyMap<string, Owned>;

function nearest(was: WasMap, path: string): { readonly path: string; readonly old: Owned } | undefined {
  for (let folder = path; folder.lastIndexOf('/') > 0; ) {
    folder = folder.slice(0, folder.lastIndexOf('/'));
    const old = was.get(folder);
    if (old !== undefined) {
      return { path: folder, old };
    }
  }
  return undefined;
}

function modeAfterChown(now: TreeEntry): { readonly mode?: string } {
  return now.type === 'symlink' || now.mode.startsWith('0') ? {} : { mode: now.mode };
}
