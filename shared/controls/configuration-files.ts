/** How the files of a configuration should be owned: as the packaging intends, closed to others. */
import type { ChangeOf } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts, FileFact } from '../domain/facts.ts';
import { isDedicated } from './service-account.ts';

/** Files and directories of the configuration, and a package's environment file. Links are not judged: what they point to is. */
export function configurationFiles(install: EsInstall, files: readonly FileFact[]): readonly FileFact[] {
  const below = (path: string) => path === install.pathConf || path.startsWith(`${install.pathConf}/`);
  const environment = (path: string) =>
    install.layout === 'package' && /^\/etc\/(?:default|sysconfig)\/elasticsearch$/.test(path);
  return files.filter(
    (file) =>
      (file.type === 'file' || file.type === 'directory') && (below(file.path) || environment(file.path)),
  );
}

export function openToOthers(file: FileFact): boolean {
  return (Number.parseInt(file.mode, 8) & 0o7) !== 0;
}

export type Entry = ChangeOf<'file-mode'>['entries'][number];

/** How the entry should be; `undefined` when it is so already. Only what differs is named. */
export function wishFor(install: EsInstall, file: FileFact): Entry | undefined {
  const package_ = install.layout === 'package';
  const mode = Number.parseInt(file.mode, 8);
  const owner = package_ ? 'root' : install.user;
  const group = install.group;
  let wanted = mode & ~0o007;
  if (package_) {
    wanted |= file.type === 'directory' ? 0o750 : 0o440;
    if (file.path === install.pathConf) wanted |= 0o2000;
  }
  const groupMatters = (wanted & 0o070) !== 0;
  const entry: Entry = {
    path: file.path,
    ...(file.owner === owner ? {} : { owner }),
    ...(file.group === group || !groupMatters ? {} : { group }),
    ...(wanted === mode ? {} : { mode: wanted.toString(8).padStart(3, '0') }),
  };
  return Object.keys(entry).length > 1 ? entry : undefined;
}

/** While a person's account or root runs the node, owners are left alone: they change with the account. */
export function hasOwnAccount(facts: Facts): boolean {
  const account = knownValue(facts['service-account']);
  return account !== undefined && isDedicated(account);
}

export function modeOnly(entry: Entry): Entry | undefined {
  return entry.mode === undefined ? undefined : { path: entry.path, mode: entry.mode };
}
