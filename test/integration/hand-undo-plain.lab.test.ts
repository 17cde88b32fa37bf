/**
 * Taking back by hand on hosts whose tools are plainer: BusyBox as the shell and its applets first, and sysvinit instead of
 * systemd. With keys, certificates and Kibana's settings, whose owners are others.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../shared/domain/change.ts';
import { type Lab, labPrerequisites, openLab, type ScenarioName } from '../lab/index.ts';
import { appliedThenGone } from '../support/applied-then-gone.ts';
import { makeAuthority } from '../support/authority.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { testDigest } from '../support/memory-ports.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok) process.stdout.write(`taking back by hand: skipped: ${prerequisites.missing}\n`);

const folder = mkdtempSync(join(tmpdir(), 'hand-undo-plain-'));
const authority = makeAuthority(folder, 'one');
const node = authority.issue('node', { names: 'DNS:node.example' });
rmSync(folder, { recursive: true });

const yml = 'server.port: 5601   # mine\nelasticsearch.password: "Canary-kibana-7d"\n';
const prepare = `
  mkdir -p '/srv/app/da ta' /etc/kibana /etc/es; groupadd -f svc; useradd -g svc -M svc 2>/dev/null
  printf '${yml}' > /etc/kibana/kibana.yml; chown root:svc /etc/kibana/kibana.yml; chmod 660 /etc/kibana/kibana.yml
  echo old > /srv/app/motd; chown svc:svc /srv/app /srv/app/motd
  for n in 1 2; do echo $n > "/srv/app/da ta/file $n"; done; chmod 666 "/srv/app/da ta/file 1"; ln -s /etc/shadow "/srv/app/da ta/link"
  echo 'old key' > /etc/es/node.key; chown svc:svc /etc/es/node.key; chmod 600 /etc/es/node.key`;
const look = `
  find /srv/app /etc/kibana /etc/es | sort | while IFS= read -r f; do stat -c '%n %U:%G %a %F' "$f"; [ -L "$f" ] || [ -d "$f" ] || sha256sum "$f"; done
  find /var/lib/bulwark /run/bulwark -mindepth 1 2>/dev/null; true`;

const own = { owner: 'root', group: 'svc', mode: '0640' };
const everywhere: readonly Change[] = [
  {
    kind: 'file-content',
    path: '/srv/app/motd',
    content: 'new\n',
    expects: testDigest.sha256('old\n'),
  },
  { kind: 'file-content', path: '/srv/app/made', content: 'made\n', expects: 'absent' },
  {
    kind: 'file-mode',
    entries: [
      { path: '/srv/app/da ta', owner: 'root', group: 'svc', mode: '0750', below: { fileMode: '0640' } },
    ],
  },
  {
    kind: 'certificate-install',
    use: 'http',
    files: {
      form: 'pem',
      key: { path: '/etc/es/node.key', ...own },
      certificate: { path: '/etc/es/node.crt', ...own },
      authority: { path: '/etc/es/ca.crt', ...own },
    },
    key: { from: 'vault', ref: 'key' },
    certificatePem: node.certPem,
    caPem: authority.caPem,
    names: ['node.example'],
  },
  {
    kind: 'kibana-setting',
    pathConf: '/etc/kibana',
    edits: [{ op: 'set', key: 'server.port', value: 5602 }],
    expects: testDigest.sha256(yml),
    keystore: { set: [], remove: [] },
  },
];

// Kernel parameters are read-only in a container of the lab; they are taken back by hand on a kernel of its own.
describe.skipIf(!prerequisites.ok).each<ScenarioName>(['busybox', 'without-systemd'])(
  'by hand on %s',
  (scenario) => {
    let lab: Lab;
    let bench: LabBench;
    beforeAll(async () => {
      lab = await openLab();
      bench = await labBench(await lab.up(scenario, { name: `hand-${scenario}` }));
      await bench.see(prepare);
    });
    afterAll(async () => {
      await bench?.session.close();
      await lab?.down();
    });
    const byHand = () => bench.host.run('sh /var/lib/bulwark/undo/undo');

    it('brings back every byte, owner and mode, and not what somebody changed', async () => {
      const before = await bench.see(look);
      await appliedThenGone(bench, everywhere, () => Promise.resolve(), { key: node.keyPem });
      expect(await bench.see(look)).not.toBe(before);
      await bench.see('cp -p /etc/es/node.crt /root/kept; echo theirs >> /etc/es/node.crt');
      const refused = await byHand();
      expect(refused.stdout).toMatch(/^drift .*node\.crt is not as Bulwark left it/m);
      expect(refused.code).toBe(1);
      expect(await bench.see('head -n 1 /etc/es/node.key; cat /srv/app/motd')).toBe(
        '-----BEGIN PRIVATE KEY-----\nold\n',
      );
      await bench.see('cp -p /root/kept /etc/es/node.crt');
      const ran = await byHand();
      expect(ran.stdout + ran.stderr).toMatch(/Everything that Bulwark kept here was taken back\.\n$/);
      expect(ran.code).toBe(0);
      expect(await bench.see(look)).toBe(before);
    });
  },
);
