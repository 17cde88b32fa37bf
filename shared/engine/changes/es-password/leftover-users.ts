/** Superusers that Elasticsearch's own tools leave behind when they are ended in the middle. */
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import { fileUserNames, isToolUser, withoutRoles, withoutUsers } from '../../../text/file-realm.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readFile, writeFileAtomic } from '../../host-files.ts';
import { textOf } from '../../host-script.ts';

/** `users` has `name:hash` lines. */
export function withoutLeftoverUsers(users: string): string {
  return withoutUsers(users, isToolUser);
}

/** `users_roles` has `role:name,name` lines. */
export function withoutLeftoverRoles(roles: string): string {
  return withoutRoles(roles, isToolUser);
}

/** Their names, from `users`; a name that stands only in `users_roles` can do nothing. */
export function leftoverUsersIn(users: string): readonly string[] {
  return fileUserNames(users).filter(isToolUser);
}

export async function findLeftoverUsers(
  context: ChangeContext,
  install: EsInstall,
): Promise<Result<readonly string[]>> {
  const file = await readFile(context.host, `${install.pathConf}/users`);
  if (!file.ok) {
    return file;
  }
  return succeed(
    file.value === 'absent' || file.value.type !== 'file' ? [] : leftoverUsersIn(textOf(file.value.bytes)),
  );
}

/** Removes them from both files; owner and mode stay. Returns whether there were any. */
export async function removeLeftoverUsers(
  context: ChangeContext,
  install: EsInstall,
): Promise<Result<boolean>> {
  let found = false;
  for (const [name, clean] of [
    ['users', withoutLeftoverUsers],
    ['users_roles', withoutLeftoverRoles],
  ] as const) {
    const path = `${install.pathConf}/${name}`;
    const file = await readFile(context.host, path);
    if (!file.ok) {
      return file;
    }
    if (file.value === 'absent' || file.value.type !== 'file') {
      continue;
    }
    const text = textOf(file.value.bytes);
    const cleaned = clean(text);
    if (cleaned !== text) {
      found = true;
      const written = await writeFileAtomic(context.host, path, new TextEncoder().encode(cleaned), {
        tag: context.tag,
        expects: context.digest.sha256(file.value.bytes),
      });
      if (!written.ok) {
        return written;
      }
    }
  }
  return succeed(found);
}
