/** What somebody else has changed in the configuration since the node was secured. */
import { type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { readFile } from '../host-files.ts';
import { changedNames, type Entries, othersIn } from './entries.ts';
import { caPath } from './secured.ts';
import type { WayBack } from './way-back.ts';

/** SHA-256 of a file's bytes, or `absent`. */
export async function digestNow(context: ChangeContext, path: string): Promise<Result<string>> {
  const file = await readFile(context.host, path);
  if (!file.ok) {
    return file;
  }
  return succeed(file.value === 'absent' ? 'absent' : context.digest.sha256(file.value.bytes));
}

/** Names of what somebody else has changed since. */
export async function drifted(
  way: WayBack,
  context: ChangeContext,
  entries: Entries,
): Promise<Result<readonly string[]>> {
  const { pathConf } = way.change.install;
  const wrong: string[] = [];
  for (const [name, path] of [
    ['yml', `${pathConf}/elasticsearch.yml`],
    ['keystore', `${pathConf}/elasticsearch.keystore`],
    ['httpCa', caPath(way.change.install)],
  ] as const) {
    const wanted = way.mark?.[name];
    const now = wanted === undefined ? undefined : await digestNow(context, path);
    if (now?.ok === false) {
      return now;
    }
    if (now !== undefined && now.value !== wanted) {
      wrong.push(path);
    }
  }
  const { others: before, certs } = way.image;
  const others = before === undefined ? [] : changedNames(before, othersIn(entries, certs));
  return succeed([...wrong, ...others.map((name) => (name === '.' ? pathConf : `${pathConf}/${name}`))]);
}
