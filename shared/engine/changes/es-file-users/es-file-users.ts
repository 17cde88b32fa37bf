/** Removes users of the file realm, with their roles, from both of its files at once. The node rereads them within seconds. */
import { z } from 'zod';
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { fileUserNames, fileUserRoles, withoutRoles, withoutUsers } from '../../../text/file-realm.ts';
import { decodeImage, encodeImage, fromBase64 } from '../../before-image.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { operatorLoginRef, unpackLogin } from '../../elasticsearch/logins.ts';
import { writeFilesTogether } from '../../host-file-group.ts';
import type { HostFile } from '../../host-files.ts';
import { afterWriting, textOf } from '../../host-script.ts';
import { digestsOf, imageOfFile, markGroup, readGroup, revertGroup, strayed } from '../file-group.ts';
import { fileImageSchema } from '../single-file.ts';

type Change = ChangeOf<'es-file-users'>;

const imageSchema = z.strictObject({ version: z.literal(1), files: z.array(fileImageSchema) });

const names = ['users', 'users_roles'] as const;
const pathsOf = ({ install }: Change) => names.map((name) => `${install.pathConf}/${name}`);

/** What the file with this place in the list says once the users are gone. */
function cleaned(change: Change, index: number, text: string): string {
  const gone = (name: string) => change.remove.includes(name);
  return index === 0 ? withoutUsers(text, gone) : withoutRoles(text, gone);
}

interface Member {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly expects: string;
}

/** The files that have to change, as they will be. */
function openMembers(
  change: Change,
  files: readonly (HostFile | undefined)[],
  context: ChangeContext,
): readonly Member[] {
  return pathsOf(change).flatMap((path, index) => {
    const file = files[index];
    if (file === undefined) return [];
    const text = textOf(file.bytes);
    const next = cleaned(change, index, text);
    return next === text
      ? []
      : [{ path, bytes: new TextEncoder().encode(next), expects: context.digest.sha256(file.bytes) }];
  });
}

/** Both files, which must be text that survives being read and written. */
async function look(
  change: Change,
  context: ChangeContext,
): Promise<Result<readonly (HostFile | undefined)[]>> {
  const read = await readGroup(context, pathsOf(change));
  if (!read.ok) return read;
  const odd = read.value.find(
    (file) =>
      file !== undefined &&
      context.digest.sha256(new TextEncoder().encode(textOf(file.bytes))) !==
        context.digest.sha256(file.bytes),
  );
  return odd === undefined
    ? read
    : fail(
        appError(
          'PRECONDITION_FAILED',
          `The users of the file realm in ${change.install.pathConf} are not UTF-8 text.`,
          'Remove them with bin/elasticsearch-users userdel.',
          { hostState: 'unchanged' },
        ),
      );
}

/** Names and roles; hashes are never shown. */
function diffsOf(change: Change, files: readonly (HostFile | undefined)[]): readonly Diff[] {
  const [users, roles] = files.map((file) => (file === undefined ? '' : textOf(file.bytes)));
  const shown = (left: string, right: string) => {
    const byName = fileUserRoles(right);
    const all = [...new Set([...fileUserNames(left), ...byName.keys()])];
    return (
      all.map((name) => `${name}: ${byName.get(name)?.join(', ') ?? 'no role'}`).join('\n') || '(nobody)'
    );
  };
  const before = shown(users ?? '', roles ?? '');
  const after = shown(cleaned(change, 0, users ?? ''), cleaned(change, 1, roles ?? ''));
  return before === after
    ? []
    : [{ subject: `users of the file realm in ${change.install.pathConf}`, before, after }];
}

/** Refuses to remove the user with whom Bulwark itself asks this node. Errors: PRECONDITION_FAILED, VAULT_LOCKED. */
async function notOwnLogin(change: Change, context: ChangeContext): Promise<Result<void>> {
  const kept = await context.secrets.get(operatorLoginRef(context.host.hostId));
  if (!kept.ok) return kept.error.code === 'SECRET_MISSING' ? succeed(undefined) : kept;
  const user = unpackLogin(kept.value)?.user;
  return user === undefined || !change.remove.includes(user)
    ? succeed(undefined)
    : fail(
        appError(
          'PRECONDITION_FAILED',
          `Bulwark itself logs in to this node as ${user}, so that user is not removed.`,
          'Give Bulwark another login for this node first, or leave this user out.',
          { hostState: 'unchanged' },
        ),
      );
}

export const esFileUsers: ChangeKind<'es-file-users'> = {
  kind: 'es-file-users',

  describe: (change) => ({
    title: `remove ${change.remove.join(', ')} from the file realm of Elasticsearch`,
    words: ['Both files change at once, and every other user stays. The node rereads them within seconds.'],
    blast: 'none',
    outageSeconds: 0,
    guarded: false,
  }),

  byHand: (change) => pathsOf(change).map((path) => ({ do: 'file', path })),

  async inspect(change, context) {
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const other = await notOwnLogin(change, context);
    if (!other.ok) return other;
    return succeed({
      inPlace: openMembers(change, looked.value, context).length === 0,
      diffs: diffsOf(change, looked.value),
      words: [],
    });
  },

  async capture(change, context) {
    const read = await readGroup(context, pathsOf(change));
    if (!read.ok) return read;
    const files = pathsOf(change).map((path, index) => imageOfFile(path, read.value[index]));
    return succeed(encodeImage({ version: 1, files } satisfies z.infer<typeof imageSchema>));
  },

  async apply(change, _before, context): Promise<Result<Mark>> {
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const open = openMembers(change, looked.value, context);
    if (open.length > 0) {
      context.progress('Removing users of the file realm', 'applying');
      const written = await writeFilesTogether(context.host, open, {
        tag: context.tag,
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      });
      if (!written.ok) return written;
    }
    const mark = await markGroup(context, pathsOf(change), digestsOf(context, open));
    return mark.ok || open.length === 0 ? mark : afterWriting(mark);
  },

  async verify(change, mark, context) {
    const wrong = await strayed(context, pathsOf(change), mark);
    if (!wrong.ok) return wrong;
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const still = openMembers(change, looked.value, context).map(({ path }) => path);
    const bad = [...new Set([...wrong.value, ...still])];
    return bad.length === 0
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `${bad.join(', ')} does not read back as it was written.`,
            'Find out what else writes the users of the file realm.',
            { hostState: 'changed' },
          ),
        );
  },

  async revert(change, before, mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const { files } = image.value;
    const wrote = files.flatMap((file, index) =>
      file.was === 'absent'
        ? []
        : [
            [
              file.path,
              context.digest.sha256(cleaned(change, index, textOf(fromBase64(file.bytes)))),
            ] as const,
          ],
    );
    return await revertGroup(context, files, mark, Object.fromEntries(wrote));
  },
};
