/**
 * Every scenario of the lab is brought up once and asked, past the product and mostly past ssh, whether it is
 * configured as badly (or as well) as it promises. Later tests build on these promises.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, type LabHost, openLab, type ScenarioName } from '../lab/index.ts';
import { SCENARIOS, type Scenario } from '../lab/scenarios.ts';
import { asElastic, asStranger, overSsh } from './lab-probes.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab({ log: (line) => console.error(line) });
});

afterAll(async () => {
  await lab.down();
});

const checked = new Set<string>();

/** One host for the tests of a scenario. */
function scenario(name: ScenarioName, describeHost: (host: () => LabHost) => void): void {
  checked.add(name);
  describe(`the scenario ${name}`, () => {
    let host: LabHost;
    beforeAll(async () => {
      host = await lab.up(name);
    });
    afterAll(async () => {
      await host.down();
    });
    describeHost(() => host);
  });
}

async function lines(host: LabHost, script: string): Promise<readonly string[]> {
  const { stdout } = await host.run(script);
  return stdout.trimEnd().split('\n');
}

function statOf(path: string): string {
  return `stat -c '%a %U:%G' ${path}`;
}

/** What open-fresh promises, in either version. */
function carelessArchive(home: string, version: string): (host: () => LabHost) => void {
  return (host) => {
    it('answers everybody over plain HTTP and holds no index', async () => {
      expect(await asStranger(host(), '/_nodes/_local?filter_path=nodes.*.version')).toMatchObject({
        status: 200,
      });
      const { body } = await asStranger(host(), '/_nodes/_local?filter_path=nodes.*.version');
      expect(body).toContain(`"version":"${version}"`);
      const indices = await asStranger(host(), '/_cat/indices?expand_wildcards=all');
      expect(indices).toEqual({ status: 200, body: '' });
    });

    it('runs under a login user with a shell, a password, a key and sudo rights', async () => {
      const pid = 'systemctl show -P MainPID elasticsearch';
      expect(await lines(host(), `ps -o user= -p $(${pid})`)).toEqual(['deploy']);
      expect(await lines(host(), 'getent passwd deploy')).toEqual([expect.stringMatching(/:\/bin\/bash$/)]);
      expect(await lines(host(), 'passwd --status deploy')).toEqual([expect.stringMatching(/^deploy P /)]);
      expect(await lines(host(), 'sudo -l -U deploy')).toContainEqual(
        expect.stringContaining('NOPASSWD: ALL'),
      );
      expect((await host().run('test -s /home/deploy/.ssh/authorized_keys')).code).toBe(0);
    });

    it('shows its settings and secrets to every local user', async () => {
      expect(await lines(host(), statOf(`${home}/elasticsearch.{yml,keystore}`))).toEqual([
        '644 deploy:deploy',
        '644 deploy:deploy',
      ]);
      const secret = await host().run(
        `setpriv --reuid nobody --clear-groups grep bind_password ${home}/elasticsearch.yml`,
      );
      expect(secret.stdout).toContain('lab-plain-bind');
    });

    it('has a firewall that is installed and empty', async () => {
      expect(await lines(host(), 'nft list ruleset; systemctl is-enabled nftables')).toEqual(['disabled']);
      expect(await lines(host(), 'ss -ltnH "sport = :9200" | awk \'{print $4}\'')).toEqual(['*:9200']);
    });

    it('lets the operator in by key and become root', async () => {
      expect(await overSsh(host(), 'id -un; sudo -n id -un')).toMatchObject({
        code: 0,
        stdout: 'operator\nroot\n',
      });
    });
  };
}

scenario('open-fresh', carelessArchive('/opt/elasticsearch-8.19.21/config', '8.19.21'));
scenario('open-fresh-7', carelessArchive('/opt/elasticsearch-7.17.29/config', '7.17.29'));
scenario('open-fresh-9', carelessArchive('/opt/elasticsearch-9.4.3/config', '9.4.3'));

scenario('open-with-data', (host) => {
  it('shows its documents to everybody', async () => {
    const { body } = await asStranger(host(), '/orders/_count');
    expect(body).toContain('"count":200');
  });
});

scenario('conf-elsewhere', (host) => {
  it('keeps a nested configuration and the data outside the program folder', async () => {
    expect(
      await lines(host(), "tr '\\0' '\\n' < /proc/$(systemctl show -P MainPID elasticsearch)/cmdline"),
    ).toContain('-Des.path.conf=/srv/search/conf');
    expect(await lines(host(), 'grep -x -A1 "  security:" /srv/search/conf/elasticsearch.yml')).toEqual([
      '  security:',
      '    enabled: false',
    ]);
    expect(
      (await host().run('test -d /srv/search/data/_state && ! test -e /opt/elasticsearch-8.19.21/data')).code,
    ).toBe(0);
    expect(await asStranger(host(), '/_cluster/health')).toMatchObject({ status: 200 });
  });
});

scenario('never-started', (host) => {
  it('has neither run nor made anything', async () => {
    expect(
      await lines(host(), 'systemctl is-active elasticsearch; systemctl is-enabled elasticsearch'),
    ).toEqual(['inactive', 'disabled']);
    expect(
      await lines(
        host(),
        'cd /opt/elasticsearch-8.19.21; ls -d data config/elasticsearch.keystore 2>&1 | wc -l; ls logs | wc -l',
      ),
    ).toEqual(['2', '0']);
  });
});

scenario('half-secured', (host) => {
  it('asks for a password over plain HTTP', async () => {
    expect(await asStranger(host(), '/')).toMatchObject({ status: 401 });
    expect((await host().run('curl -sk https://127.0.0.1:9200/')).code).toBe(35);
  });

  it('says nothing about security and holds documents', async () => {
    const file = '/opt/elasticsearch-8.19.21/config/elasticsearch.yml';
    expect((await host().run(`grep xpack.security ${file}`)).code).toBe(1);
    const indices = '/opt/elasticsearch-8.19.21/data/indices';
    expect(Number(await lines(host(), `ls ${indices} | wc -l`))).toBeGreaterThan(0);
  });
});

scenario('auto-then-off', (host) => {
  it('is open although certificates and secrets are there', async () => {
    expect(await asStranger(host(), '/_cluster/health')).toMatchObject({ status: 200 });
    const config = '/opt/elasticsearch-8.19.21/config';
    expect(
      await lines(host(), `grep -h ^xpack.security.enabled ${config}/elasticsearch.yml; ls ${config}/certs`),
    ).toEqual(['xpack.security.enabled: false', 'http.p12', 'http_ca.crt', 'transport.p12']);
  });
});

/** Files as the vendor's package leaves them. */
function packageFiles(host: () => LabHost): void {
  it('is known to dpkg and has the owners and modes of the package', async () => {
    expect(await lines(host(), "dpkg-query -W -f '${Status}' elasticsearch")).toEqual([
      'install ok installed',
    ]);
    const files =
      '/usr/share/elasticsearch /etc/elasticsearch /etc/elasticsearch/elasticsearch.{yml,keystore} /var/lib/elasticsearch /var/log/elasticsearch /etc/default/elasticsearch';
    expect(await lines(host(), statOf(files))).toEqual([
      '755 root:root',
      '2750 root:elasticsearch',
      '660 root:elasticsearch',
      '660 root:elasticsearch',
      '2750 elasticsearch:elasticsearch',
      '2750 elasticsearch:elasticsearch',
      '660 root:elasticsearch',
    ]);
  });

  it('runs as its locked system user under a unit that reports when it is ready', async () => {
    const state = 'systemctl show elasticsearch -P Type -P User -P ActiveState';
    expect((await lines(host(), state)).toSorted()).toEqual(['active', 'elasticsearch', 'notify']);
    expect(await lines(host(), 'passwd --status elasticsearch')).toEqual([
      expect.stringMatching(/^elasticsearch L/),
    ]);
  });
}

/** A package that configured its own security. */
function securedPackage(host: () => LabHost): void {
  packageFiles(host);

  it('asks for a password over TLS and knows the one of elastic', async () => {
    expect((await host().run('curl -s http://127.0.0.1:9200/')).code).toBe(52);
    expect(await host().run('curl -sk -o /dev/null -w "%{http_code}" https://127.0.0.1:9200/')).toMatchObject(
      { stdout: '401' },
    );
    const health = await asElastic(host(), '/_cluster/health');
    expect(health.stdout).toContain('"status":"green"');
  });
}

scenario('package-default', securedPackage);

scenario('healthy', (host) => {
  securedPackage(host);

  it('lets only the lab’s own machine reach Elasticsearch', async () => {
    const rules = (await host().run('nft list ruleset')).stdout;
    expect(rules).toContain('policy drop');
    const stranger = await lab.up('bare', { name: 'stranger' });
    const reach = (port: number) => `timeout 2 bash -c '</dev/tcp/${host().address}/${port}'`;
    expect((await stranger.run(reach(9200))).code).toBe(124);
    expect((await stranger.run(reach(22))).code).toBe(0);
    await stranger.down();
  });
});

for (const [name, version] of [
  ['package-open', '8.19.21'],
  ['package-open-9', '9.4.3'],
] as const) {
  scenario(name, (host) => {
    packageFiles(host);

    it(`answers everybody as ${version}`, async () => {
      const { body } = await asStranger(host(), '/_nodes/_local?filter_path=nodes.*.version');
      expect(body).toContain(`"version":"${version}"`);
      expect(await asStranger(host(), '/_cat/indices?expand_wildcards=all')).toEqual({
        status: 200,
        body: '',
      });
    });
  });
}

for (const [name, release] of [
  ['bare', '12'],
  ['bare-13', '13'],
] as const) {
  scenario(name, (host) => {
    it(`is Debian ${release} in good order without Elasticsearch`, async () => {
      expect(
        await lines(host(), '. /etc/os-release; echo $VERSION_ID; systemctl is-system-running --wait'),
      ).toEqual([release, 'running']);
      expect((await host().run('ls /opt/elasticsearch* /etc/elasticsearch')).code).not.toBe(0);
    });
  });
}

describe('the scenarios', () => {
  it('are all tested here, but for variants and hosts with a kernel of their own, which have files of their own', () => {
    const entries: readonly (readonly [string, Scenario])[] = Object.entries(SCENARIOS);
    const plain = entries
      .filter(([, { variants, ownKernel }]) => variants.length === 0 && !ownKernel)
      .map(([name]) => name);
    expect(plain.filter((name) => !checked.has(name))).toEqual([]);
  });
});
