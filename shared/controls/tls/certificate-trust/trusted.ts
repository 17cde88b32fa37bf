/** Whom a port of the node trusts, and whether a certificate of the cluster was issued by it. */
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { configured, type Layer, layerName, layers } from '../../certificates-in-use.ts';
import type { TrustSeen } from './control.ts';

/** One certificate that is trusted. */
export interface Trusted {
  readonly subject: string;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
  /** Absolute path of the file or store. */
  readonly path: string;
}

export type Trust =
  | { readonly from: 'named'; readonly entries: readonly Trusted[] }
  /** Nothing is named: "the default certificates that are trusted by the JVM will be trusted" (vendor docs, TLS settings). */
  | { readonly from: 'java' }
  | { readonly from: 'not-read'; readonly why: string };

export function trustedBy(layer: Layer, install: EsInstall, seen: TrustSeen): Trust {
  const { settings } = seen['es-settings'].value;
  const prefix = `xpack.security.${layer}.ssl`;
  const files = settings.findLast(({ key }) => key === `${prefix}.certificate_authorities`)?.values ?? [];
  const store = configured(install, settingValue(settings, `${prefix}.truststore.path`));
  if (files.length > 0) return inFiles(layer, install, seen, files);
  if (store !== undefined) return inStore(layer, install, seen, store);
  return { from: 'java' };
}

function inFiles(layer: Layer, install: EsInstall, seen: TrustSeen, values: readonly string[]): Trust {
  const { pem } = seen['certificate-files'].value;
  const entries: Trusted[] = [];
  for (const value of values) {
    const path = configured(install, value) ?? value;
    const file = pem.find((one) => one.path === path);
    if (file === undefined || file.unreadable > 0)
      return {
        from: 'not-read',
        why: `What ${path} holds, which the ${layerName[layer]} port trusts, could not be read. See that it is there and in PEM form, then assess again.`,
      };
    entries.push(...file.certificates.map(({ subject, serial }) => ({ subject, serial, path })));
  }
  return { from: 'named', entries };
}

function inStore(layer: Layer, install: EsInstall, seen: TrustSeen, store: string): Trust {
  const listedOnes = seen['node-answers'].value.certificates;
  const entries = (listedOnes ?? []).flatMap(({ path, subject, serial, hasPrivateKey }) =>
    configured(install, path) === store && !hasPrivateKey ? [{ subject, serial, path: store }] : [],
  );
  // A store from which nobody is trusted stops the node at its start, so an empty list is one that does not tell.
  return listedOnes === undefined || entries.length === 0
    ? {
        from: 'not-read',
        why: `What ${store} holds, which the ${layerName[layer]} port trusts, is told by the node to a login only. Give a login for the node (cluster privilege monitor), then assess again.`,
      }
    : { from: 'named', entries };
}

/** Whether it issued a certificate that a node of the cluster serves, or is one of them. */
export function expectedIn(seen: TrustSeen, { subject, serial }: Trusted): boolean {
  const { tls, certificates } = seen['node-answers'].value;
  const chains = layers.flatMap((layer) => tls?.[layer]?.chain ?? []);
  const served = seen.topology.value.cluster.nodes.flatMap((node) => node.certificates);
  // The node names its certificates in its own words: what belongs together is told by them alone.
  const own = (certificates ?? []).filter((one) => chains.some((known) => known.serial === one.serial));
  const issuers = [...chains, ...served, ...own].flatMap(({ issuer }) =>
    issuer === undefined ? [] : [nameOf(issuer)],
  );
  return issuers.includes(nameOf(subject)) || chains.some((one) => one.serial === serial);
}

/** The parts of a name in one order: tools print them forwards and backwards, with and without spaces. */
function nameOf(subject: string): string {
  return subject
    .split(/,\s*/)
    .map((part) => part.trim())
    .toSorted()
    .join(',');
}
