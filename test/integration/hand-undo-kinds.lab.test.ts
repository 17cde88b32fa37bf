/** Taking back by hand what only some hosts have: rules of other packet filters, kernel parameters, swap. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../shared/domain/change.ts';
import { type Lab, labPrerequisites, openLab, type ScenarioName } from '../lab/index.ts';
import { appliedThenGone } from '../support/applied-then-gone.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

// Building a kernel's disk takes minutes the first time.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok)
  process.stdout.write(
    `taking back by hand: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );

interface Host {
  readonly scenario: ScenarioName;
  readonly changes: (bench: LabBench) => readonly Change[];
  /** Prints everything that the changes touch. */
  readonly look: string;
  /** Somebody's work in the middle of it, and how it is taken away again. */
  readonly disturb: string;
  readonly calm: string;
}

const files = (folders: string) =>
  `find ${folders} -printf '%y %U:%G %m %p %l\n' | sort; find ${folders} -type f -exec sha256sum {} + | sort -k2`;
const rules =
  "nft -s list ruleset; for t in iptables ip6tables; do $t-save 2>/dev/null | sed 's/ \\[[0-9:]*\\]$//; /^#/d'; done";

function closed(backend: 'ufw' | 'firewalld' | 'iptables'): Host['changes'] {
  return ({ session }) => [
    {
      kind: 'firewall-ruleset',
      backend,
      allow: [{ port: 9200, from: ['10.1.2.0/24', '2001:db8::/32'], label: 'Elasticsearch HTTP' }],
      sshPort: 22,
      operatorSources: [`${session.seenFrom ?? ''}/24`],
      guardSeconds: 30,
    },
  ];
}

const hosts: readonly Host[] = [
  {
    scenario: 'firewall-ufw',
    changes: closed('ufw'),
    look: `${files('/etc/ufw /etc/default/ufw')}; ufw status verbose; ${rules}`,
    disturb: 'cp -a /etc/ufw/user.rules /root/kept; echo "# mine" >> /etc/ufw/user.rules',
    calm: 'mv /root/kept /etc/ufw/user.rules',
  },
  {
    scenario: 'firewall-iptables',
    changes: closed('iptables'),
    look: `${files('/etc/iptables')}; ${rules}`,
    disturb: 'iptables -A bulwark -p tcp --dport 7 -j DROP',
    calm: 'iptables -D bulwark -p tcp --dport 7 -j DROP',
  },
  {
    scenario: 'firewall-firewalld',
    changes: closed('firewalld'),
    look: `${files('/etc/firewalld')}; firewall-cmd --list-all; firewall-cmd --permanent --list-all; ${rules}`,
    disturb: `firewall-cmd --add-rich-rule='rule priority="-31900" port port="7" protocol="tcp" drop'`,
    calm: `firewall-cmd --remove-rich-rule='rule priority="-31900" port port="7" protocol="tcp" drop'`,
  },
  {
    scenario: 'bare-kernel',
    changes: () => [
      {
        kind: 'sysctl',
        settings: [
          { key: 'vm.max_map_count', value: '300000' },
          { key: 'kernel.printk', value: '3 4 1 3' },
        ],
      },
      { kind: 'swap' },
    ],
    look: `${files('/etc/sysctl.d /etc/fstab /etc/systemd/system')}; sysctl -n vm.max_map_count kernel.printk; swapon --show=NAME,TYPE,SIZE,PRIO --noheadings`,
    disturb: 'sysctl -q -w vm.max_map_count=555555',
    calm: 'sysctl -q -w vm.max_map_count=300000',
  },
];

describe.skipIf(!prerequisites.ok).each(hosts)(
  'by hand on $scenario',
  ({ scenario, changes, look, disturb, calm }) => {
    let lab: Lab;
    let bench: LabBench;
    beforeAll(async () => {
      lab = await openLab();
      const host = await lab.up(scenario, { name: `hand-${scenario}` });
      // A kernel of its own is slow while it still starts services: the first connection may not survive that.
      bench = await labBench(host).catch(async () => {
        await new Promise((resolve) => setTimeout(resolve, 15_000));
        return await labBench(host);
      });
      if (scenario === 'bare-kernel')
        await bench.see(`
          dd if=/dev/zero of=/swap bs=1M count=32 status=none; chmod 600 /swap; mkswap /swap >/dev/null
          printf '/swap none swap sw,pri=5 0 0\n' >> /etc/fstab; swapon -p 5 /swap; systemctl daemon-reload`);
    });
    afterAll(async () => {
      await bench?.session.close();
      await lab?.down();
    });
    const everything = () => bench.see(`${look}; find /var/lib/bulwark -mindepth 1 2>/dev/null; true`);

    it('leaves what somebody changed, and brings back the rest to the same bytes and live values', async () => {
      const before = await everything();
      await appliedThenGone(bench, changes(bench), () => Promise.resolve());
      const changed = await everything();
      expect(changed).not.toBe(before);
      await bench.see(disturb);
      const refused = await bench.host.run('sh /var/lib/bulwark/undo/undo');
      expect(refused.stdout).toMatch(
        /^drift .* not as Bulwark left (it|them)\. Nothing of it was restored\.$/m,
      );
      expect(refused.code).toBe(1);
      await bench.see(calm);
      const ran = await bench.host.run('sh /var/lib/bulwark/undo/undo');
      expect(ran.stdout + ran.stderr).toMatch(/Everything that Bulwark kept here was taken back\.\n$/);
      expect(ran.code).toBe(0);
      // firewalld notices a little later that the file of a zone is another one.
      await expect.poll(everything, { timeout: 30_000, interval: 2000 }).toBe(before);
    });
  },
);
