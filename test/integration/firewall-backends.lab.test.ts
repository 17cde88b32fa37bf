/**
 * The firewall of hosts that ufw, firewalld or iptables manages: closed by Bulwark, seen by the tool itself and by a stranger,
 * still there after a restart, undone to the same bytes and rules, and healing itself when the link is cut.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { firewallRuleset } from '../../shared/engine/changes/firewall-ruleset/firewall-ruleset.ts';
import { sweepLeftovers } from '../../shared/engine/leftovers.ts';
import { type Lab, type LabHost, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { label, noteFiles, showNotes } from '../support/host-attributes.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

type Change = ChangeOf<'firewall-ruleset'>;

interface Kind {
  readonly name: string;
  /** What is done to the fresh host first. */
  readonly first?: string;
  readonly backend: Change['backend'];
  readonly scenario: ScenarioName;
  /** Folders that hold the tool's configuration. */
  readonly folders: string;
  /** The tool's own account of the rules, and what it has to say once they are in place. */
  readonly status: string;
  readonly says: readonly RegExp[];
  /** Window of the guard: firewalld takes a second or more for each of its commands on a busy machine. */
  readonly seconds: number;
  /** Rules that were there before and stay. */
  readonly keeps: readonly RegExp[];
}

const chain = {
  folders: '/etc/iptables /etc/default/netfilter-persistent',
  status: 'iptables-save; ip6tables-save',
  says: [
    /^-A INPUT -j bulwark\n-A INPUT -i lo -j ACCEPT/m,
    /^-A bulwark -s 10\.1\.2\.0\/24 -p tcp -m tcp --dport 9200 -m comment --comment "Elasticsearch HTTP" -j RETURN$/m,
    /^-A bulwark -s 2001:db8::\/32 -p tcp -m tcp --dport 9200/m,
  ],
  keeps: [
    /-s 192\.0\.2\.66\/32 -j DROP/,
    /--dports 443,9200 -j ACCEPT/,
    /--dport 81 -j REDIRECT --to-ports 443/,
  ],
  seconds: 15,
} as const;

const kinds: readonly Kind[] = [
  {
    name: 'ufw',
    backend: 'ufw',
    scenario: 'firewall-ufw',
    seconds: 15,
    folders: '/etc/ufw /etc/default/ufw',
    status: 'ufw status verbose',
    says: [
      /^22\/tcp +ALLOW IN +10\.77\.\d+\.0\/24 +# Bulwark: SSH for operators$/m,
      /^9200\/tcp +ALLOW IN +10\.1\.2\.0\/24 +# Bulwark: Elasticsearch HTTP$/m,
      /^9200\/tcp +ALLOW IN +2001:db8::\/32 +# Bulwark: Elasticsearch HTTP$/m,
      /^444:65535\/tcp +DENY IN +Anywhere +# Bulwark/m,
      /^444:65535\/tcp \(v6\) +DENY IN +Anywhere \(v6\) +# Bulwark/m,
    ],
    keeps: [/DENY IN +192\.0\.2\.66/, /^9200\/tcp +ALLOW IN +Anywhere/m, /^123\/udp +ALLOW IN/m],
  },
  { ...chain, name: 'iptables', backend: 'iptables', scenario: 'firewall-iptables' },
  {
    ...chain,
    name: 'iptables of the older kind',
    backend: 'iptables',
    scenario: 'firewall-iptables',
    first: `for t in iptables ip6tables; do update-alternatives --set $t /usr/sbin/$t-legacy; done
      nft flush ruleset; systemctl restart netfilter-persistent`,
  },
  {
    name: 'firewalld',
    backend: 'firewalld',
    scenario: 'firewall-firewalld',
    seconds: 25,
    folders: '/etc/firewalld',
    status: 'firewall-cmd --list-all; firewall-cmd --permanent --list-rich-rules | sed "s/^/for good: /"',
    says: [
      /^\trule priority="-31900" family="ipv4" source address="10\.1\.2\.0\/24" port port="9200" protocol="tcp" accept$/m,
      /^\trule priority="-31800" family="ipv6" port port="444-65535" protocol="tcp" drop$/m,
      /^for good: rule priority="-31900" family="ipv6" source address="2001:db8::\/32" port port="9200"/m,
    ],
    keeps: [/^ {2}services: (?=.*dhcpv6-client)(?=.*ssh)/m, /^ {2}ports: (?=.*9200\/tcp)(?=.*443\/tcp)/m],
  },
];

/** Rules of every kind without counters and times. */
const liveRules =
  "nft -s list ruleset; for t in iptables ip6tables; do $t-save 2>/dev/null | sed 's/ \\[[0-9:]*\\]$//; /^#/d'; done";
const emptyOlder =
  'for t in iptables-legacy ip6tables-legacy; do command -v $t >/dev/null && { $t -P INPUT ACCEPT; $t -F; $t -X; $t -t nat -F; }; done; true';

/** Stands for chains of Docker's: live only, so that a restart takes it away. */
const foreign = /table ip foreign \{[\s\S]*?\n\}\n/;

let lab: Lab;
let stranger: LabHost;
beforeAll(async () => {
  lab = await openLab();
  stranger = await lab.up('bare', { name: 'stranger' });
  await hasSix(stranger);
});
afterAll(async () => {
  await lab?.down();
});

/** Whether a new connection from another machine is answered. */
async function reaches(host: LabHost, port: number): Promise<boolean> {
  const { code } = await stranger.run(`timeout 2 bash -c '</dev/tcp/${host.address}/${port}'`);
  return code === 0;
}

/** The last part of the address is that of IPv4: a stranger remembers for a while who had an address before. */
const bySix = (host: LabHost) => `fd77:0:0:77::${host.address.split('.').at(-1) ?? ''}`;

async function hasSix(host: LabHost): Promise<void> {
  const { code, stderr } = await host.run(`ip -6 addr replace ${bySix(host)}/64 dev host0 nodad`);
  await stranger.run('ip -6 neigh flush dev host0');
  if (code !== 0) throw new Error(stderr);
}

/** The same by IPv6, over the same cable. */
async function reachesBySix(host: LabHost, port: number): Promise<boolean> {
  const { code } = await stranger.run(`timeout 2 bash -c '</dev/tcp/${bySix(host)}/${port}'`);
  return code === 0;
}

describe.each(kinds)(
  'a host with $name',
  ({ name, first, backend, scenario, folders, status, says, keeps, seconds }) => {
    let bench: LabBench;

    const change = (more: Partial<Change> = {}): Change => ({
      kind: 'firewall-ruleset',
      backend,
      allow: [
        { port: 9200, from: ['10.1.2.0/24', '2001:db8::/32'], label: 'Elasticsearch HTTP' },
        { port: 443, from: ['0.0.0.0/0', '::/0'], label: 'already open before' },
      ],
      sshPort: 22,
      operatorSources: [`${bench.session.seenFrom ?? ''}/24`, '2001:db8:1::/48'],
      guardSeconds: seconds,
      ...more,
    });

    /** Bytes, owner, mode of the configuration; live rules; services; traces of Bulwark. */
    const everything = () =>
      bench.see(`find ${folders} -printf '%y %U:%G %m %p\\n' | sort
      find ${folders} -type f -exec sha256sum {} + | sort -k2
      ${showNotes(folders)}
      ${liveRules}
      systemctl is-enabled ufw firewalld netfilter-persistent nftables 2>/dev/null || true
      ls -d /var/lib/bulwark 2>&1 || true
      find /etc/systemd -name '*bulwark*'; systemctl list-timers --all | grep bulwark || true`);

    beforeAll(async () => {
      bench = await labBench(await lab.up(scenario));
      await hasSix(bench.host);
      // firewalld answers before it has loaded its rules.
      await bench.see(
        'for n in $(seq 60); do nft list ruleset | grep -q "hook input" && break; sleep 0.5; done',
      );
      if (first !== undefined) {
        await bench.see(first);
      }
    });
    afterAll(async () => {
      await bench?.session.close();
      await bench?.host.down();
    });

    it('is closed, keeps its own rules, stays closed over a restart, and goes back without a trace', async () => {
      await bench.see(
        'nft add table ip foreign; nft add chain ip foreign DOCKER; nft add rule ip foreign DOCKER counter',
      );
      await bench.see(noteFiles(folders));
      const before = await everything();
      expect(before).toMatch(new RegExp(`^/etc/\\S+ security.selinux ${label}$`, 'm'));
      expect([await reaches(bench.host, 9200), await reaches(bench.host, 443)]).toEqual([true, true]);
      expect(await reachesBySix(bench.host, 9200)).toBe(true);
      const preview = value(await firewallRuleset.inspect(change(), bench.context('fb-1')));
      expect(preview.words.join(' ')).toMatch(/You \(operator from .* stay let in.*Docker/);
      const applied = await applyTwice(firewallRuleset, change(), bench.context('fb-1'));
      const told = await bench.see(status);
      for (const one of [...says, ...keeps]) {
        expect(told).toMatch(one);
      }
      if (backend === 'ufw') {
        // ufw writes its files anew whenever somebody adds a rule: what it makes of Bulwark's are the same bytes.
        await bench.see('ufw allow 1234/udp; ufw delete allow 1234/udp');
        const again = await firewallRuleset.inspect(change(), bench.context('fb-1'));
        expect(again).toMatchObject({ ok: true, value: { inPlace: true } });
      }
      expect(await bench.see('nft list tables')).toContain('table ip foreign');
      expect([
        await reaches(bench.host, 9200),
        await reaches(bench.host, 443),
        await reaches(bench.host, 22),
      ]).toEqual([false, true, true]);
      expect([await reachesBySix(bench.host, 9200), await reachesBySix(bench.host, 443)]).toEqual([
        false,
        true,
      ]);
      const live = await bench.see(liveRules);
      // A lab host keeps its network namespace over a restart: without this the old rules would prove nothing.
      await bench.see(`nft flush ruleset; ${emptyOlder}`);
      await bench.host.reboot();
      await hasSix(bench.host);
      // firewalld orders rules of one priority as it likes.
      const inOrder = (text: string) => text.split('\n').sort();
      await expect
        .poll(async () => inOrder(await bench.see(liveRules)), { timeout: 20_000, interval: 500 })
        .toEqual(inOrder(live.replace(foreign, '')));
      expect([await reaches(bench.host, 9200), await reaches(bench.host, 443)]).toEqual([false, true]);
      expect([await reachesBySix(bench.host, 9200), await reachesBySix(bench.host, 443)]).toEqual([
        false,
        true,
      ]);
      await bench.session.close();
      bench = await labBench(bench.host);
      const undone = await undo(firewallRuleset, change(), applied, bench.context('fb-1-undo'));
      expect(undone).toMatchObject({ ok: true });
      expect(await everything()).toBe(before.replace(foreign, ''));
      expect([await reaches(bench.host, 9200), await reachesBySix(bench.host, 9200)]).toEqual([true, true]);
    });

    it('is left alone when the rules would lock the operator out, or another tool manages it', async () => {
      expect(
        await firewallRuleset.inspect(change({ operatorSources: ['10.9.9.0/24'] }), bench.context('fb-2')),
      ).toMatchObject({ error: { code: 'ACCESS_WOULD_BE_LOST', hostState: 'unchanged' } });
      const other = await firewallRuleset.inspect(change({ backend: 'nftables' }), bench.context('fb-2'));
      expect(other).toMatchObject({ error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } });
      expect(other.ok ? '' : other.error.message).toContain(backend);
    });

    it.each(['Loading the rules', 'Access is proven'])(
      'opens again inside the window when the link is cut at: %s',
      async (moment) => {
        const before = await everything();
        const context = bench.context('fb-3');
        const image = value(await firewallRuleset.capture(change(), context));
        let cut: Promise<number> | undefined;
        const cutting = Object.assign(context, {
          progress: (note: string) => {
            if (note.startsWith(moment)) {
              cut = bench.host.cutLink().then(() => Date.now());
            }
          },
        });
        const applying = firewallRuleset.apply(change(), image, cutting);
        await expect.poll(() => cut !== undefined, { timeout: 40_000 }).toBe(true);
        const cutAt = (await cut) ?? 0;
        const back = 'test -e /var/lib/bulwark/guard/fb-3/fired && echo back || true';
        await expect
          .poll(() => bench.see(back), { timeout: (seconds + 6) * 1000, interval: 500 })
          .toBe('back\n');
        console.log(
          `${name}: back ${Math.round((Date.now() - cutAt) / 1000)} s after the cut at "${moment}"`,
        );
        await bench.host.restoreLink();
        const applied = await applying;
        expect(applied.ok).toBe(false);
        bench = await labBench(bench.host);
        if (!applied.ok && applied.error.code !== 'GUARD_FIRED') {
          // The engine then asks the host again and puts back: here by hand.
          expect(applied.error.code).toMatch(/^SSH_/);
          const again = { ...bench.context('fb-3'), force: false };
          value(await firewallRuleset.revert(change(), image, undefined, again));
        }
        value(await sweepLeftovers(bench.session, change(), 'fb-3'));
        expect(await everything()).toBe(before);
      },
    );
  },
);
