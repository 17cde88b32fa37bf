/** What stands in elasticsearch.yml and in the keystore of a node that is secured with certificates of our own. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { YamlEdit } from '../../../text/yaml-edit.ts';
import type { YamlSetting } from '../../../text/yaml-settings.ts';

export type Form = ChangeOf<'es-own-certificates'>['form'];

const layers = ['transport', 'http'] as const;
const store = 'certs/node.p12';

/** Names below the configuration directory. */
export function certificateFiles(form: Form): readonly string[] {
  return form === 'pkcs12' ? [store] : ['certs/node.key', 'certs/node.crt'];
}

/** Entries that hold the password of the store. */
export function storeEntries(form: Form): readonly string[] {
  return form === 'pem'
    ? []
    : [
        'xpack.security.http.ssl.keystore.secure_password',
        'xpack.security.transport.ssl.keystore.secure_password',
        'xpack.security.transport.ssl.truststore.secure_password',
      ];
}

/** A node refuses to start with secrets of a layer whose settings do not use them. */
export function isLayerEntry(name: string): boolean {
  return /^xpack\.security\.(?:http|transport)\.ssl\./.test(name);
}

function pathsOf(layer: (typeof layers)[number], form: Form): readonly YamlEdit[] {
  const key = `xpack.security.${layer}.ssl`;
  const set = (name: string, value: string | readonly string[]): YamlEdit => ({
    op: 'set',
    key: `${key}.${name}`,
    value,
  });
  if (form === 'pem')
    return [
      set('key', 'certs/node.key'),
      set('certificate', 'certs/node.crt'),
      set('certificate_authorities', ['certs/http_ca.crt']),
    ];
  return layer === 'http'
    ? [set('keystore.path', store)]
    : [set('keystore.path', store), set('truststore.path', store)];
}

/** Every line about TLS is ours afterwards; whose the rest is does not change. */
export function securedEdits(now: readonly YamlSetting[], form: Form): readonly YamlEdit[] {
  const wanted: readonly YamlEdit[] = [
    { op: 'set', key: 'xpack.security.enabled', value: true },
    { op: 'set', key: 'xpack.security.transport.ssl.enabled', value: true },
    { op: 'set', key: 'xpack.security.transport.ssl.verification_mode', value: 'certificate' },
    ...pathsOf('transport', form),
    { op: 'set', key: 'xpack.security.http.ssl.enabled', value: true },
    ...pathsOf('http', form),
  ];
  const gone = now
    .map((setting) => setting.key)
    .filter((key) => isLayerEntry(key) && !wanted.some((edit) => edit.key === key));
  return [...gone.map((key) => ({ op: 'remove', key }) as const), ...wanted];
}
