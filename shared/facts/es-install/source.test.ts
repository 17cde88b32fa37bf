import { describe, expect, it } from 'vitest';
import { readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { esInstall } from './source.ts';

describe('es-install', () => {
  const found = (more: string) =>
    `@@ found\nnodes=1\nelsewhere=0\nhome=/opt/es\nconf=/srv/search/conf\nunit=search.service\nuser=es\nversion=8.19.21\nlayout=archive\n${more}`;
  it('puts process, unit, environment and settings together', () => {
    const text = found(
      '@@ unit\nUser=es\nGroup=es\nES_JAVA_HOME=/usr/lib/jvm/a\n@@ environment\nES_JAVA_HOME=/usr/lib/jvm/b\n@@ group\nsearch\nes\n@@ authority\n/srv/search/conf/certs/http_ca.crt\n@@ yml\npath:\n  data: [/d/a/, rel]\npath.logs: /l\nhttp.port: 9250-9260\ntransport.tcp.port: 9350\n',
    );
    expect(readFact(esInstall, text)).toEqual({
      layout: 'archive',
      version: '8.19.21',
      home: '/opt/es',
      pathConf: '/srv/search/conf',
      pathData: ['/d/a', '/opt/es/rel'],
      pathLogs: '/l',
      unit: 'search.service',
      user: 'es',
      group: 'search',
      javaHome: '/usr/lib/jvm/a',
      httpPort: 9250,
      transportPort: 9350,
      httpCaPath: '/srv/search/conf/certs/http_ca.crt',
    });
  });
  it('falls back to defaults', () => {
    expect(readFact(esInstall, found(''))).toMatchObject({
      pathData: ['/opt/es/data'],
      pathLogs: '/opt/es/logs',
      httpPort: 9200,
      transportPort: 9300,
      group: 'es',
    });
  });
  it('tells none, several, and one in a container apart', () => {
    expect(readFact(esInstall, '@@ found\nnodes=0\nelsewhere=0\nhome=\n')).toBeNull();
    expect(unknownFact(esInstall, '@@ found\nnodes=0\nelsewhere=1\nhome=\n')).toMatch(/container/);
    expect(unknownFact(esInstall, found('').replace('nodes=1', 'nodes=2'))).toMatch(/2 Elasticsearch nodes/);
    expect(unknownFact(esInstall, found('').replace('version=8.19.21', 'version='))).toMatch(/laid out/);
  });
});
