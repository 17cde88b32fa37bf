/** By which files a node knows other certificates: those that change when another authority takes the place. */
import type { ChangeOf } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import { settingValue } from '../text/yaml-settings.ts';
import { configured, layerName, layers } from './certificates-in-use.ts';
import { nodeStoreRef, ownStore } from './own-certificates.ts';

type Files = ChangeOf<'authority-trust'>['files'];

/** Files in the order transport, HTTP, clients; a sentence where one of them is not a place that Bulwark writes. */
export function trustFiles(facts: Facts, install: EsInstall): Files | { readonly refused: string } {
  const settings = knownValue(facts['es-settings'])?.settings ?? [];
  const there = (path: string) =>
    knownValue(facts['es-files'])?.some((file) => file.path === path && file.type === 'file') === true;
  const found = new Map<string, Files[number]>();
  for (const layer of layers) {
    const named = (name: string) =>
      configured(install, settingValue(settings, `xpack.security.${layer}.ssl.${name}`));
    const store = named('truststore.path') ?? named('keystore.path');
    const bundles = settings
      .filter(({ key }) => key === `xpack.security.${layer}.ssl.certificate_authorities`)
      .flatMap(({ values }) => values)
      .flatMap((value) => configured(install, value) ?? []);
    if (store !== undefined && store !== `${install.pathConf}/${ownStore}`)
      return {
        refused: `the password of ${store}, by which the ${layerName[layer]} layer knows certificates, is not in your vault`,
      };
    if (store !== undefined)
      found.set(store, { form: 'pkcs12', path: store, password: { from: 'vault', ref: nodeStoreRef } });
    for (const path of bundles) found.set(path, { form: 'pem', path });
    if (layer === 'transport' && found.size === 0)
      return { refused: 'by which file the nodes know one another could not be told' };
  }
  const clients = install.httpCaPath ?? `${install.pathConf}/certs/http_ca.crt`;
  if (there(clients)) found.set(clients, { form: 'pem', path: clients });
  const lost = [...found.keys()].find((path) => !there(path));
  return lost === undefined ? [...found.values()] : { refused: `${lost} is no file, or a link` };
}
