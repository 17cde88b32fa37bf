/** Names of secrets, as the vault of several hosts has them. */
import type { Change, SecretSource } from '../../shared/domain/change.ts';

/** Controls judge one host and name its secrets without it; in the vault every host has its own. */
export function localised(change: Change, hostId: string): Change {
  const ref = (name: string): string => name.replace(/^(es|kibana)\//, `$1/${hostId}/`);
  const localisedEntry = <E extends { readonly value: SecretSource }>(entry: E): E =>
    entry.value.from === 'yaml-setting'
      ? entry
      : { ...entry, value: { ...entry.value, ref: ref(entry.value.ref) } };
  if (change.kind === 'es-auto-configuration')
    return {
      ...change,
      elasticPasswordRef: ref(change.elasticPasswordRef),
      httpCaRef: ref(change.httpCaRef),
    };
  if (change.kind === 'es-enrollment')
    return {
      ...change,
      elasticPasswordRef: ref(change.elasticPasswordRef),
      httpCaRef: ref(change.httpCaRef),
    };
  if (change.kind === 'es-own-certificates')
    return {
      ...change,
      elasticPasswordRef: ref(change.elasticPasswordRef),
      httpCaRef: ref(change.httpCaRef),
      nodeKeyRef: ref(change.nodeKeyRef),
      storePasswordRef: ref(change.storePasswordRef),
    };
  if (change.kind === 'es-authority-key') return { ...change, authorityRef: ref(change.authorityRef) };
  if (change.kind === 'authority-trust')
    return {
      ...change,
      httpCaRef: ref(change.httpCaRef),
      files: change.files.map((file) =>
        file.form === 'pem' ? file : { ...file, password: { ...file.password, ref: ref(file.password.ref) } },
      ),
    };
  if (change.kind === 'encrypted-volume-migration') return { ...change, keyRef: ref(change.keyRef) };
  if (change.kind === 'es-password')
    return { ...change, users: change.users.map((user) => ({ ...user, ref: ref(user.ref) })) };
  if (change.kind === 'certificate-install')
    return {
      ...change,
      key: { ...change.key, ref: ref(change.key.ref) },
      files:
        change.files.form === 'pem'
          ? change.files
          : { ...change.files, password: { ...change.files.password, ref: ref(change.files.password.ref) } },
    };
  if (change.kind === 'kibana-setting')
    return {
      ...change,
      // What every Kibana shares (`keep`, and `shared/…` here) has one name for all hosts.
      keystore: { ...change.keystore, set: change.keystore.set.map(localisedEntry) },
    };
  if (change.kind === 'keystore-entry')
    return {
      ...change,
      set: change.set.map(localisedEntry),
    };
  return change;
}
