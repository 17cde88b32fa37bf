/** Where Elasticsearch lies on the lab's hosts, as an assessment would find it, and the change that secures it. */
import type { ChangeOf } from '../../shared/domain/change.ts';
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import type { ScenarioName } from '../lab/index.ts';
import type { LabBench } from '../support/lab-bench.ts';

function archive(version: string): EsInstall {
  const home = `/opt/elasticsearch-${version}`;
  return {
    layout: 'archive',
    version,
    home,
    pathConf: `${home}/config`,
    pathData: [`${home}/data`],
    pathLogs: `${home}/logs`,
    unit: 'elasticsearch.service',
    user: 'deploy',
    group: 'deploy',
    httpPort: 9200,
    transportPort: 9300,
  };
}

function debianPackage(version: string): EsInstall {
  return {
    layout: 'package',
    version,
    home: '/usr/share/elasticsearch',
    pathConf: '/etc/elasticsearch',
    pathData: ['/var/lib/elasticsearch'],
    pathLogs: '/var/log/elasticsearch',
    unit: 'elasticsearch.service',
    user: 'elasticsearch',
    group: 'elasticsearch',
    httpPort: 9200,
    transportPort: 9300,
  };
}

const unusual: Partial<Record<ScenarioName, EsInstall>> = {
  'open-fresh-7': archive('7.17.29'),
  'open-fresh-9': archive('9.4.3'),
  'package-open': debianPackage('8.19.21'),
  'package-default': debianPackage('8.19.21'),
  'package-open-9': debianPackage('9.4.3'),
  'conf-elsewhere': {
    ...archive('8.19.21'),
    pathConf: '/srv/search/conf',
    pathData: ['/srv/search/data'],
  },
};

/** As the careless operator unpacks it. */
export function installOfVersion(version: string): EsInstall {
  return archive(version);
}

export function installOn(scenario: ScenarioName): EsInstall {
  return unusual[scenario] ?? archive('8.19.21');
}

/** Certificates of an authority of the operator's own for a node, in stores. */
export function ownCertificates(scenario: ScenarioName): ChangeOf<'es-own-certificates'> {
  return {
    kind: 'es-own-certificates',
    install: installOn(scenario),
    elasticPasswordRef: elasticRef,
    httpCaRef: 'es/lab/http-ca',
    nodeKeyRef: 'es/lab/node-key',
    storePasswordRef: 'es/lab/node-store',
    authorityRef: 'pki/authority',
    keyType: 'p-256',
    form: 'pkcs12',
    names: ['localhost', '127.0.0.1'],
    days: 730,
  };
}

const securitySettings = [
  'xpack.security.enabled',
  'xpack.security.enrollment.enabled',
  'xpack.security.autoconfiguration.enabled',
  'xpack.security.http.ssl.enabled',
  'xpack.security.http.ssl.keystore.path',
  'xpack.security.transport.ssl.enabled',
  'xpack.security.transport.ssl.verification_mode',
  'xpack.security.transport.ssl.keystore.path',
  'xpack.security.transport.ssl.truststore.path',
];

export const elasticRef = 'es/lab/elastic';

export function securing(scenario: ScenarioName): ChangeOf<'es-auto-configuration'> {
  return {
    kind: 'es-auto-configuration',
    install: installOn(scenario),
    elasticPasswordRef: elasticRef,
    httpCaRef: 'es/lab/http-ca',
    removeSettings: securitySettings,
    setAsideData: true,
  };
}

/** Owner, mode, time and bytes of everything in a configuration directory. */
export const tree = (path: string): string =>
  `cd ${path} && find . ! -type d -printf '%p %U:%G %m %T@\\n' | sort && find . -type d -printf '%p %U:%G %m\\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum`;

/** Everything of ours that is still on the host; the lock file of the tool runner may stay until the next start. */
export const leftovers =
  'find / -xdev \\( -name ".bulwark-*" -o -name "bulwark-*" -o -name "*.set-aside-*" -o -name "*.secured-*" -o -name "*.new-*" \\) 2>/dev/null | grep -v -e "^/proc" -e tools.lock || true; ls /var/lib/bulwark 2>/dev/null || true';

/** HTTP status as another tool sees it; `000` when there is no answer. */
export async function status(bench: LabBench, url: string, password?: string): Promise<string> {
  const config = password === undefined ? '' : `user = "elastic:${password}"\n`;
  const out = await bench.host.run(
    `curl -sk --config - --max-time 10 -o /dev/null -w '%{http_code}' ${url} || true`,
    {
      stdin: config,
    },
  );
  return out.stdout;
}
