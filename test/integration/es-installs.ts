/** Where Elasticsearch lies on the lab's hosts, as an assessment would find it. */
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import type { ScenarioName } from '../lab/index.ts';

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

export function installOn(scenario: ScenarioName): EsInstall {
  switch (scenario) {
    case 'open-fresh-9':
      return archive('9.4.3');
    case 'package-open':
    case 'package-default':
      return debianPackage('8.19.21');
    case 'package-open-9':
      return debianPackage('9.4.3');
    case 'conf-elsewhere':
      return {
        ...archive('8.19.21'),
        pathConf: '/srv/search/conf',
        pathData: ['/srv/search/data'],
      };
    default:
      return archive('8.19.21');
  }
}
