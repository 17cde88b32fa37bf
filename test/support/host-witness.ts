/** What independent tools say of a lab host and its node: nothing here goes through the product. It observes, tests judge. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import type { LabHost } from '../lab/index.ts';
import { noteFiles, showNotes } from './host-attributes.ts';

const run = promisify(execFile);

/** Files, accounts, units, rules: what a rollback has to bring back, one line per thing. */
export type HostFingerprint = readonly string[];

/** The firewall alone: its files and whether it runs are part of the fingerprint, and so are its live rules. */
const firewallLook = `
    find /etc/systemd/system -name 'nftables*' -printf '%y %U:%G %m %p %l\\n' | sort
    for path in /etc/nftables*; do find $path -printf '%y %U:%G %m %p %l\\n' | sort; find $path -type f -exec sha256sum {} + | sort -k2; done
    nft list ruleset
    systemctl is-enabled nftables || true
    systemctl is-active nftables || true`;

const list = (path: string) => `find ${path} -printf '%y %U:%G %m %p %l\\n' | sort`;
const sums = (path: string) => `find ${path} -type f -exec sha256sum {} + | sort -k2`;

const noted = (install: EsInstall) =>
  `${install.pathConf} /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/sudoers /etc/sudoers.d /etc/systemd/system /etc/sysctl.d /etc/nftables.conf`;

/** Gives the files that hardening touches extended attributes and a label, which a rollback has to bring back with them. */
export async function noteOn(host: LabHost, install: EsInstall): Promise<void> {
  const { stderr, code } = await host.run(noteFiles(noted(install)));
  if (code !== 0) throw new Error(`the files could not be given attributes: ${stderr}`);
}

/** Bytes, owner, mode and extended attributes of the configuration and of everything on the host that hardening touches. */
export async function fingerprintOf(host: LabHost, install: EsInstall): Promise<HostFingerprint> {
  const { home, pathConf, pathData, pathLogs, unit = 'elasticsearch.service' } = install;
  const { stdout, stderr, code } = await host.run(`
    set -e
    ${list(pathConf)}
    ${sums(pathConf)}
    for path in ${pathData.join(' ')} ${pathLogs}; do
      stat -c '%U:%G %a %n' $path
      find $path -printf "%u:%g in $path\\n" | sort -u
    done
    find ${home} \\( ${[...pathData, pathLogs, pathConf].map((path) => `-path ${path}`).join(' -o ')} \\) -prune -o -printf '%y %U:%G %m %p\\n' | sort
    getent passwd; getent shadow; getent group; getent gshadow; cat /etc/subuid /etc/subgid
    id $(stat -c %U ${pathLogs})
    for path in /etc/sudoers /etc/sudoers.d /etc/systemd/system /etc/default /etc/sysctl.d /etc/security; do ${list('$path')}; ${sums('$path')}; done
    ${showNotes(noted(install))}
    ${firewallLook}
    systemctl cat ${unit}
    systemctl show ${unit} -p User -p Group -p ActiveState -p UnitFileState -p DropInPaths
    ps -o user= -C java | sort -u
    ls -A ${home} ${pathData.map((path) => `${path}/..`).join(' ')} /opt /srv
    find /run/bulwark /var/lib/bulwark -mindepth 1 2>/dev/null || true`);
  if (code !== 0) throw new Error(`the host could not be looked at: ${stderr}`);
  return stdout.split('\n');
}

/** Rules, files and service of the firewall, one line per thing. */
export async function firewallOf(host: LabHost): Promise<HostFingerprint> {
  const { stdout, stderr, code } = await host.run(`set -e${firewallLook}`);
  if (code !== 0) throw new Error(`the firewall could not be looked at: ${stderr}`);
  return stdout.split('\n');
}

export interface Answer {
  /** curl's exit code; 0 when a server answered. */
  readonly code: number;
  /** `000` when none did. */
  readonly status: string;
  readonly body: string;
}

/** Asked from the machine that the host's firewall lets in. @param config curl options that must not be arguments */
export function curl(url: string, config = '', ...args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(
      'curl',
      ['-s', '-m', '10', '-w', '\n%{http_code}', '--config', '-', ...args, url],
      (error, stdout) => {
        const lines = stdout.split('\n');
        const status = lines.pop() ?? '000';
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), status, body: lines.join('\n') });
      },
    );
    child.stdin?.end(config);
  });
}

/** Name and unchangeable id of the cluster that an open node belongs to: its data are the ones from before. */
export async function openCluster(host: LabHost): Promise<string> {
  const url = `http://${host.address}:9200/_cluster/state?filter_path=cluster_name,cluster_uuid`;
  return (await curl(url)).body.trim();
}

export function asElastic(password: string): string {
  return `user = "elastic:${password.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"\n`;
}

export interface Witness {
  /** Over TLS without a credential. */
  readonly stranger: Answer;
  /** Over plain HTTP. */
  readonly plain: Answer;
  /** What `openssl s_client` says of both ports with the node's own CA pinned. */
  readonly httpChain: string;
  readonly transportChain: string;
  readonly rules: string;
  /** `owner:group mode path` of configuration files. */
  readonly files: readonly string[];
  /** Users that Java processes run under. */
  readonly runsAs: readonly string[];
  /** `elasticsearch-keystore list`. */
  readonly keystore: readonly string[];
  readonly yml: string;
  /** Names of the private keys in the store of the HTTP certificate, as openssl lists them. */
  readonly keysInHttpStore: readonly string[];
}

/** The hardened host, seen by curl, openssl, nft, stat, ps and the vendor's own tool. */
export async function witness(host: LabHost, install: EsInstall): Promise<Witness> {
  const { home, pathConf } = install;
  const tool = (user: string, words: string) =>
    `cd / && runuser -u ${user} -- env LANG=C.UTF-8 ES_PATH_CONF=${pathConf} ${home}/bin/elasticsearch-keystore ${words}`;
  const see = async (script: string): Promise<string> => (await host.run(script)).stdout;
  const chain = (port: number) =>
    see(
      `openssl s_client -connect 127.0.0.1:${port} -showcerts -CAfile ${pathConf}/certs/http_ca.crt -verify_return_error -verify_ip 127.0.0.1 </dev/null 2>&1`,
    );
  const runsAs = (await see('ps -o user:32= -C java | sort -u'))
    .trim()
    .split('\n')
    .map((user) => user.trim());
  return {
    stranger: await curl(`https://${host.address}:9200/_cluster/health`, '', '-k'),
    plain: await curl(`http://${host.address}:9200/`),
    httpChain: await chain(9200),
    transportChain: await chain(9300),
    rules: await see('nft list ruleset'),
    files: (await see(`find ${pathConf} -printf '%u:%g %m %p\\n' | sort -k3`)).trim().split('\n'),
    runsAs,
    keystore: (await see(tool(runsAs[0] ?? 'nobody', 'list'))).trim().split('\n'),
    keysInHttpStore: (
      await see(
        `{ ${tool(runsAs[0] ?? 'nobody', 'show xpack.security.http.ssl.keystore.secure_password')}; echo; } | openssl pkcs12 -in ${pathConf}/certs/http.p12 -passin stdin -nocerts -nodes 2>/dev/null | sed -n 's/^ *friendlyName: //p'`,
      )
    )
      .trim()
      .split('\n'),
    yml: await see(`cat ${pathConf}/elasticsearch.yml`),
  };
}

/** What another program prints about a file of this machine. Rejects when it refuses. */
export async function said(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
