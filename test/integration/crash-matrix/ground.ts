/** A host that cases of one kind are tried on one after the other, with what independent tools say of it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Lab, LabHost } from '../../lab/index.ts';
import { SCENARIOS, type Scenario } from '../../lab/scenarios.ts';
import { type AnyKind, withoutNames } from './contract.ts';
import { type Link, layLink } from './link.ts';
import type { Workplace } from './workplace.ts';

const run = promisify(execFile);

export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Everything of Bulwark's own that an operator could find on the host. */
export const tracesScript = `find /run/bulwark /var/lib/bulwark -mindepth 1 2>/dev/null | sort
find /etc /srv /opt /usr/share/elasticsearch /var/lib -xdev \\( -name '.bulwark-*' -o -name '*.bulwark-*' -o -name 'bulwark-guard*' \\) 2>/dev/null | sort
systemctl list-units --plain --no-legend --state=active,activating,failed 'bulwark-*' | cut -d' ' -f1 | sort`;

/**
 * Leaves only a little room on the host's own disk: 40 MB, beside the 16 MB that ext4 gives to nobody. What it holds back for root
 * would be no room for the product, which leaves it alone. What fills it is not written, so it takes no time.
 */
const littleRoom = `tune2fs -r 0 "/dev/block/$(mountpoint -d /)" >/dev/null
[ -e /matrix-ballast ] || fallocate -l $(( $(stat -f -c '%f * %S' /) - 56 * 1048576 )) /matrix-ballast; sync`;

/** Small enough to be full at once, large enough for what a change writes twice. */
const smallFileSystems = (folders: readonly string[]) =>
  folders
    .map((folder) =>
      folder === '/'
        ? littleRoom
        : `mkdir -p ${folder}; cp -a ${folder} /root/small; owner=$(stat -c '%u:%g' ${folder}); mode=$(stat -c %a ${folder})
mount -t tmpfs -o size=$(( $(du -sk /root/small | cut -f1) * 2 + 2048 ))k small ${folder}
cp -a /root/small/. ${folder}/; chown $owner ${folder}; chmod $mode ${folder}; rm -rf /root/small`,
    )
    .join('\n');

/** Gives the lab's cable one more address; it goes with the cable. */
async function addAddress(beside: string, address: string): Promise<void> {
  const { stdout } = await run('ip', ['-o', '-4', 'address', 'show', 'to', `${beside}/32`]);
  const device = stdout.split(/\s+/)[1] ?? '';
  await run('ip', ['address', 'replace', `${address}/24`, 'dev', device]);
}

export class Ground {
  readonly host: LabHost;
  readonly kind: AnyKind;
  readonly link: Link;
  readonly hostKind: string;
  /** The address that the host sees the operator come from. */
  readonly operator: string;
  /** Another address of the operator's machine, which no new rule lets in. */
  readonly bystander: string;

  private constructor(host: LabHost, kind: AnyKind, link: Link, small: boolean) {
    this.host = host;
    this.kind = kind;
    this.link = link;
    this.hostKind = small ? `${kind.scenario}, small file systems` : kind.scenario;
    this.operator = host.address.replace(/\d+$/, '1');
    this.bystander = host.address.replace(/\d+$/, '250');
  }

  static async open(lab: Lab, kind: AnyKind, small: boolean): Promise<Ground> {
    const host = await lab.up(kind.scenario, { name: `m-${kind.kind.slice(0, 24)}` });
    const ground = new Ground(host, kind, await layLink(host.address, host.port), small);
    if (ground.guarded) await addAddress(ground.operator, ground.bystander);
    if (small) await ground.see(`set -e\n${smallFileSystems(kind.folders)}`);
    return ground;
  }

  get guarded(): boolean {
    return this.kind.guardSeconds !== undefined;
  }

  /** Then a cut of the power loses what was not written to the disk yet. */
  get ownKernel(): boolean {
    const { ownKernel }: Scenario = SCENARIOS[this.kind.scenario];
    return ownKernel !== undefined;
  }

  async close(): Promise<void> {
    await this.link.close();
    await this.host.down();
  }

  readonly see = async (script: string): Promise<string> => {
    const out = await this.host.run(script, { timeoutMs: 240_000 });
    if (out.code !== 0) throw new Error(`on ${this.host.name}: ${script.slice(0, 200)}: ${out.stderr}`);
    return out.stdout;
  };

  async prepare(): Promise<void> {
    await this.see(
      `set -e\nsystemctl stop 'bulwark-*' 2>/dev/null || true; rm -rf /run/bulwark /var/lib/bulwark /etc/systemd/system/bulwark-* /etc/systemd/system/*/bulwark-*\n${this.kind.prepare}\n${this.ownKernel ? 'sync' : ''}`,
    );
  }

  /** State of what the change is about. */
  async state(): Promise<string> {
    return withoutNames(await this.see(this.kind.witness));
  }

  async traces(): Promise<string> {
    return withoutNames(await this.see(tracesScript));
  }

  /** A place for one case: its own journal, before-images, vault and known hosts. */
  workplace(): Workplace {
    const outer = mkdtempSync(join(tmpdir(), 'crash-'));
    const folder = join(outer, 'workspace');
    mkdirSync(folder);
    const knownHosts = join(outer, 'known_hosts');
    const [, type, key] = readFileSync(this.host.knownHostsFile, 'utf8').trim().split(' ');
    writeFileSync(knownHosts, `[127.0.0.1]:${this.link.port} ${type} ${key}\n`);
    return {
      folder,
      hostId: this.host.name,
      address: '127.0.0.1',
      port: this.link.port,
      user: this.host.user,
      identityFile: this.host.identityFile,
      knownHosts,
    };
  }

  /** A full login with sudo by another program, past the link that faults cut. @param from address of this machine */
  canEnter(from: string): Promise<boolean> {
    const { host } = this;
    const settings = [
      'BatchMode=yes',
      'ConnectTimeout=2',
      'LogLevel=ERROR',
      'IdentitiesOnly=yes',
      `UserKnownHostsFile=${host.knownHostsFile}`,
    ];
    const options = [
      '-F',
      'none',
      '-b',
      from,
      '-i',
      host.identityFile,
      ...settings.flatMap((one) => ['-o', one]),
    ];
    return new Promise((resolve) => {
      execFile(
        'ssh',
        [...options, `${host.user}@${host.address}`, 'sudo -n id -u'],
        { timeout: 8000 },
        (error, stdout) => resolve(error === null && stdout.trim() === '0'),
      );
    });
  }

  /** Waits until nothing that an interrupted run left is at work on the host any more. */
  async quiet(): Promise<void> {
    const busy = `pgrep -x timeout >/dev/null && echo command
for d in /var/lib/bulwark/guard/*; do for s in armed firing; do [ -e "$d/$s" ] && echo guard; done; done
systemctl list-units --plain --no-legend --state=active,activating,deactivating 'bulwark-*' | grep -v guard | grep . && echo unit
true`;
    const deadline = Date.now() + 360_000;
    while (Date.now() < deadline) {
      const seen = await this.host.run(busy);
      if (seen.code === 0 && seen.stdout === '') return;
      await wait(300);
    }
    throw new Error(`${this.host.name} is still at work on something six minutes after the fault`);
  }
}

export function removeWorkplace(place: Workplace): void {
  rmSync(dirname(place.folder), { recursive: true, force: true });
}
