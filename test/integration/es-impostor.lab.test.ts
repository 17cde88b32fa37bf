/** A local user starts processes that look like Elasticsearch: they neither hide the real node nor get anything of theirs run. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock, systemDigest, systemRandom } from '../../electron/adapters/system/system.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import { runTool } from '../../shared/engine/elasticsearch/tool.ts';
import { type Gathered, gatherFacts } from '../../shared/engine/gather.ts';
import { factParts } from '../../shared/facts/sources.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { installOn } from './es-installs.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const install = installOn('open-fresh');
/** Listens like a node, is called java, and names a program directory and a configuration of its own. */
const impostor = `
command -v perl >/dev/null || { echo 'no perl' >&2; exit 1; }
id mallory >/dev/null 2>&1 || useradd -m mallory
home=/home/mallory/fake
mkdir -p $home/bin $home/lib /etc/mallory-bait
: > $home/lib/elasticsearch-8.19.21.jar
echo 'ES_DISTRIBUTION_TYPE=deb' > $home/bin/elasticsearch-env
printf '#!/bin/sh\\ntouch /tmp/ran-as-$(id -un)\\n' > $home/bin/elasticsearch-keystore
chmod 755 $home/bin/elasticsearch-keystore
cp "$(readlink -f "$(command -v perl)")" /home/mallory/java
: > /etc/mallory-bait/elasticsearch.yml
chown -R mallory: /home/mallory
setsid runuser -u mallory -- /home/mallory/java -e 'use IO::Socket::INET; my $s = IO::Socket::INET->new(Listen => 1, LocalPort => $ARGV[0]); sleep 3600' \\
  "$1" -Des.path.home=$home -Des.path.conf=/etc/mallory-bait org.elasticsearch.bootstrap.Elasticsearch </dev/null >/dev/null 2>&1 &
sleep 1
pgrep -u mallory -x java
`;

let lab: Lab;
let bench: LabBench;
beforeAll(async () => {
  lab = await openLab();
  bench = await labBench(await lab.up('open-fresh', { name: 'impostor' }));
});
afterAll(async () => {
  await bench?.session.close();
  await lab?.down();
});

async function look(): Promise<Gathered> {
  return value(
    await gatherFacts(
      factParts,
      {
        reader: bench.session,
        digest: systemDigest,
        random: systemRandom,
        clock: systemClock,
      },
      { address: bench.host.address },
    ),
  );
}

function judge({ facts }: Gathered) {
  const control = catalog.find(({ words }) => words.id === 'es-service-user');
  if (control === undefined) throw new Error('no such control');
  return control.evaluate(facts);
}

const start = (port: number) =>
  bench.see(`cat > /tmp/impostor.sh <<'END'\n${impostor}\nEND\nsh /tmp/impostor.sh ${port}`);

describe('a process that only looks like Elasticsearch', () => {
  it('does not come before the real node, whatever its number', async () => {
    await bench.see('systemctl stop elasticsearch');
    await start(9201);
    await bench.see('systemctl start elasticsearch');
    await expect
      .poll(
        async () =>
          await bench.see('curl -s -o /dev/null -w "%{http_code}" 127.0.0.1:9200/_cluster/health || true'),
        {
          timeout: 120_000,
          interval: 2000,
        },
      )
      .toBe('200');
    const gathered = await look();
    expect(knownValue(gathered.facts['es-install'])).toMatchObject({
      home: install.home,
      pathConf: install.pathConf,
      unit: 'elasticsearch.service',
      layout: 'archive',
    });
    const process = knownValue(gathered.facts['es-process']);
    expect(process?.user).toBe('deploy');
    expect(process?.lookalikes).toMatchObject([{ user: 'mallory' }]);
    expect(gathered.facts['es-install']?.where).toMatch(/not judged: process \d+ of mallory/);
    const shown = judge(gathered).evidence.find(({ what }) => what.includes('only look like'));
    expect(shown?.value).toMatch(/^process \d+ of mallory$/);
  });

  it('is not taken for the node while that is stopped', async () => {
    await bench.see('systemctl stop elasticsearch');
    const gathered = await look();
    expect(gathered.facts['es-process']).toMatchObject({ status: 'known', value: null });
    expect(knownValue(gathered.facts['es-install'])).toMatchObject({ home: install.home, user: 'deploy' });
    expect(gathered.facts['es-process']?.where).toContain('mallory');
    await bench.see('systemctl start elasticsearch');
  });

  it('gets no program of its own run as root', async () => {
    const ran = await runTool(
      bench.session,
      { home: '/home/mallory/fake', pathConf: '/etc/mallory-bait', user: 'root', group: 'root' },
      { program: 'bin/elasticsearch-keystore', args: ['list'] },
    );
    expect(ran).toMatchObject({ ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } });
    expect(await bench.see('ls /tmp/ran-as-* 2>/dev/null || true')).toBe('');
  });
});
