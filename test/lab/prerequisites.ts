import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labPath } from './cache-folder.ts';
import { execute, LabError, must } from './command.ts';
import type { Log } from './layer.ts';
import { cgroupRoots } from './namespace.ts';

/** Programs the lab uses and the Debian package each comes from. */
const PROGRAMS = [
  ['mmdebstrap', 'mmdebstrap'],
  ['systemd-nspawn', 'systemd-container'],
  ['nft', 'nftables'],
  ['ip', 'iproute2'],
  ['ssh', 'openssh-client'],
  ['unzip', 'unzip'],
  ['zip', 'zip'],
  ['mvn', 'maven'],
  ['mkfs.ext4', 'e2fsprogs'],
] as const;

/** A machine that may hold a lab: Debian, root, and a kernel that gives namespaces, overlayfs, veth and cgroup2. */
export async function labPrerequisites(): Promise<
  { readonly ok: true } | { readonly ok: false; readonly missing: string }
> {
  const missing = await firstMissing();
  return missing === undefined ? { ok: true } : { ok: false, missing };
}

async function firstMissing(): Promise<string | undefined> {
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version')) {
    return 'The lab builds its hosts with Debian tools; run it on a Debian 12 or 13 machine.';
  }
  if (process.getuid?.() !== 0)
    return 'The lab needs root for its namespaces; run the command again as root.';
  if (!/ cgroup2 /.test(readFileSync('/proc/mounts', 'utf8'))) {
    return 'No cgroup2 hierarchy is mounted; mount one with: mount -t cgroup2 none /sys/fs/cgroup/unified.';
  }
  const sealed = cgroupRoots().find((root) => !isWritable(root));
  if (sealed !== undefined) {
    return `${sealed} is read-only; run in a virtual machine or in a privileged container.`;
  }
  return probeKernel();
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function probeKernel(): Promise<string | undefined> {
  const folder = mkdtempSync(labPath('run', 'probe-'));
  const script = `set -e
    mount --make-rprivate / || exit 11
    cd ${JSON.stringify(folder)}
    mkdir lower upper work root
    mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root || exit 12`;
  const shell = ['unshare', '--mount', '--net', '--pid', '--fork', 'bash', '-c', script];
  const { code } = await execute(shell, { timeoutMs: 20_000 });
  rmSync(folder, { recursive: true, force: true });
  if (code === 0) return undefined;
  if (code === 12) {
    return `${join(folder, '..')} cannot carry an overlay file system; point BULWARK_CACHE to a folder on ext4, xfs or tmpfs.`;
  }
  return 'This machine does not permit mount, network and process namespaces; run outside an unprivileged container.';
}

/** Checks the machine and installs missing Debian packages. Throws LabError with the sentence of labPrerequisites. */
export async function ensurePrerequisites(log: Log): Promise<void> {
  const state = await labPrerequisites();
  if (!state.ok) throw new LabError(state.missing);
  const missing: string[] = [];
  for (const [program, name] of PROGRAMS) {
    if ((await execute(['sh', '-c', `command -v ${program}`])).code !== 0) missing.push(name);
  }
  if (missing.length === 0) return;
  log(`installing Debian packages: ${missing.join(' ')} ...`);
  const started = Date.now();
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await execute(['apt-get', '-qq', 'update'], { env });
  await must(
    `Installing ${missing.join(' ')}`,
    ['apt-get', '-qq', '-y', '-o', 'Dpkg::Use-Pty=0', 'install', '--no-install-recommends', ...missing],
    { env },
  );
  log(`installed ${missing.length} Debian packages: ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** Whether hosts may open the 65535 files that Elasticsearch wants before it listens on a real address. */
export function grantsOpenFiles(): boolean {
  const hard = /^Max open files +\S+ +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === 'unlimited' || Number(hard) >= 65_535;
}
