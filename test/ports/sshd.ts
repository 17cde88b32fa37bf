/**
 * A real OpenSSH server on a loopback port, with its own configuration, keys and people in a temporary folder. As root it
 * runs in its own mount namespace with its own passwd, shadow and PAM files, so that password logins can be tested without
 * touching the machine; otherwise it serves the current user, with keys only.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const sshdPath = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path));

export const isRoot = process.getuid?.() === 0;

/** Whether the own account may log in: a spare uid has no account, a service account a shell that says no. */
function loginShell(): boolean {
  try {
    return !/(?:nologin|false)$/.test(userInfo().shell ?? '');
  } catch {
    return false;
  }
}

/** Why no server can be started here; undefined when it can. */
export function sshdMissing(): string | undefined {
  if (!isRoot && !loginShell()) {
    return 'skipped: this user has no account or no login shell, so no server lets it in; npm test as an ordinary user or as root runs these';
  }
  return sshdPath === undefined
    ? 'skipped: no sshd here (it runs where the package openssh-server is installed)'
    : undefined;
}

/** Why logins with a password cannot be tested here; undefined when they can. */
export function passwordsMissing(): string | undefined {
  if (sshdPath === undefined) return sshdMissing();
  if (!isRoot) return 'skipped: password logins need root, for a private passwd and PAM; as root it runs';
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'skipped: this root may not make a mount namespace; it runs where root may';
  }
}

export const password = 'correct horse 9';

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** Folder with `id_ed25519` (accepted), `known_hosts` (right) and everything else. */
  readonly folder: string;
  readonly hostKeyFile: string;
  log(): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Further sshd_config lines; they come first and so win. */
  readonly config?: readonly string[];
  /** Text of the login user's `.bashrc`. */
  readonly bashrc?: string;
  /** Shell of the login user (root only); default bash. */
  readonly shell?: string;
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  if (sshdPath === undefined) throw new Error('no sshd');
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-sshd-'));
  const port = await freePort();
  const privately = isRoot && passwordsMissing() === undefined;
  const user = privately ? 'operator' : userInfo().username;
  const hostKeyFile = join(folder, 'host_ed25519');
  makeKey(hostKeyFile);
  makeKey(join(folder, 'id_ed25519'));
  mkdirSync(join(folder, 'home'), { mode: 0o755 });
  writeFileSync(join(folder, 'home', '.bashrc'), options.bashrc ?? '');
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'id_ed25519.pub')));
  const hostKey = readFileSync(`${hostKeyFile}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'sshd_config'), configuration(folder, port, hostKeyFile, privately, options));
  const process_ = privately ? startPrivately(folder, options) : startPlainly(folder);
  const log = () => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : '');
  await untilListening(port, process_, log);
  return {
    port,
    user,
    folder,
    hostKeyFile,
    log,
    async stop() {
      const ended = new Promise((resolve) => {
        process_.once('exit', resolve);
      });
      process_.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function makeKey(path: string, more: readonly string[] = ['-t', 'ed25519'], passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-N', passphrase, '-C', 'test', ...more, '-f', path]);
}

function configuration(
  folder: string,
  port: number,
  hostKeyFile: string,
  privately: boolean,
  options: SshdOptions,
): string {
  return [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKeyFile}`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    `PidFile ${folder}/pid`,
    'StrictModes no',
    'LogLevel DEBUG1',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication yes',
    'MaxStartups 200',
    `UsePAM ${privately ? 'yes' : 'no'}`,
    '',
  ].join('\n');
}

function startPlainly(folder: string): ChildProcess {
  return spawn(sshdPath ?? '', ['-D', '-f', `${folder}/sshd_config`, '-E', `${folder}/log`], {
    stdio: 'ignore',
  });
}

function startPrivately(folder: string, options: SshdOptions): ChildProcess {
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], {
    input: `${password}\n`,
    encoding: 'utf8',
  }).trim();
  const shell = options.shell ?? '/bin/bash';
  mkdirSync(join(folder, 'etc'));
  const write = (name: string, text: string, mode = 0o644) =>
    writeFileSync(join(folder, 'etc', name), text, { mode });
  write(
    'passwd',
    `root:x:0:0:root:/root:/bin/sh\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\noperator:x:4711:4711::${folder}/home:${shell}\nnobody:x:65534:65534::/:/usr/sbin/nologin\n`,
  );
  write('group', 'root:x:0:\nshadow:x:42:\noperator:x:4711:\nnogroup:x:65534:\n');
  write(
    'shadow',
    `root:*:19000:0:99999:7:::\nsshd:*:19000::::::\noperator:${hash}:19000:0:99999:7:::\n`,
    0o600,
  );
  write(
    'pam',
    'auth required pam_unix.so nodelay\naccount required pam_unix.so\nsession required pam_permit.so\n',
  );
  const script = [
    'set -e',
    'mount -t tmpfs tmpfs /run',
    'mkdir -m 755 /run/sshd',
    'for name in passwd group shadow; do mount --bind "$1/etc/$name" "/etc/$name"; done',
    'mount --bind "$1/etc/pam" /etc/pam.d/sshd',
    'chmod 755 "$1"',
    'exec "$2" -D -f "$1/sshd_config" -E "$1/log"',
  ].join('\n');
  return spawn(
    'unshare',
    ['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', folder, sshdPath ?? ''],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function untilListening(port: number, process_: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (process_.exitCode !== null) throw new Error(`sshd ended at once: ${log()}`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  process_.kill('SIGKILL');
  throw new Error(`sshd does not listen: ${log()}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
