/** How wishes about a running node's settings, Kibana's settings and certificates go together. */
import type { Change } from '../../domain/change.ts';
import { type Conflict, mergeNamed, union } from './conflict.ts';

/** Undefined where these two are of other kinds. */
export function mergeServiceSettings(
  left: Change,
  right: Change,
  conflict: (about: string) => Conflict,
): Change | undefined {
  if (left.kind === 'es-api-setting' && right.kind === 'es-api-setting') {
    const named = (key: string) => conflict(`the cluster setting ${key}`);
    return { ...left, settings: mergeNamed(left.settings, right.settings, (one) => one.key, named) };
  }
  if (left.kind === 'kibana-setting' && right.kind === 'kibana-setting') {
    if (left.expects !== right.expects) {
      throw conflict(`kibana.yml in ${left.pathConf}, planned on different versions of it`);
    }
    const edits = mergeNamed(
      left.edits,
      right.edits,
      (edit) => edit.key,
      (key) => conflict(`the Kibana setting ${key}`),
    );
    const entry = (name: string) => conflict(`the Kibana keystore entry ${name}`);
    const set = mergeNamed(left.keystore.set, right.keystore.set, (one) => one.name, entry);
    const remove = [...union(left.keystore.remove, right.keystore.remove)];
    const both = set.find((one) => remove.includes(one.name));
    if (both !== undefined) {
      throw entry(both.name);
    }
    const keep = mergeNamed(
      left.keep ?? [],
      right.keep ?? [],
      (one) => one.name,
      (name) => conflict(`the key ${name} in the vault`),
    );
    const home = left.home ?? right.home;
    const unit = left.unit ?? right.unit;
    return {
      ...left,
      ...(home === undefined ? {} : { home }),
      ...(unit === undefined ? {} : { unit }),
      edits,
      keystore: { set, remove },
      ...(keep.length === 0 ? {} : { keep }),
    };
  }
  return undefined;
}

/** Files whose content the change decides alone. */
function filesOf(change: Change): readonly string[] {
  if (change.kind === 'file-content' || change.kind === 'yaml-setting') {
    return [change.path];
  }
  if (change.kind === 'kibana-setting') {
    return [`${change.pathConf}/kibana.yml`, `${change.pathConf}/kibana.keystore`];
  }
  if (change.kind !== 'certificate-install') {
    return [];
  }
  const { files } = change;
  return files.form === 'pem'
    ? [files.key, files.certificate, files.authority].flatMap((file) => file?.path ?? [])
    : [files.store.path];
}

/** A file that both a certificate or Kibana change and another one write. */
export function sharedFile(one: Change, other: Change): string | undefined {
  if (one.kind !== 'certificate-install' && one.kind !== 'kibana-setting') {
    return undefined;
  }
  const theirs = filesOf(other);
  return filesOf(one).find((path) => theirs.includes(path));
}
