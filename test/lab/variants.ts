export interface Packages {
  readonly id: string;
  readonly add: readonly string[];
}

/** A habit of a host that any scenario can be given on top. */
export interface Variant {
  readonly description: string;
  /** Debian packages added to the host. */
  readonly packages?: Packages;
  /** A node on an address of the network passes the bootstrap check on open files, whatever the machine grants. */
  readonly openFiles?: true;
  /** Names of scripts in `preparations/` that change the files of the host before it boots, in this order. */
  readonly prepare: readonly string[];
}

export const VARIANTS = {
  'sudo-password': { description: 'sudo asks the operator for a password', prepare: ['sudo-password'] },
  'sudo-forbidden': { description: 'the operator is not in sudoers', prepare: ['sudo-forbidden'] },
  'sudo-missing': { description: 'sudo is not installed', prepare: ['sudo-missing'] },
  'sudo-needs-terminal': { description: 'sudo refuses without a terminal', prepare: ['sudo-needs-terminal'] },
  'max-sessions-1': { description: 'sshd allows one session per connection', prepare: ['max-sessions-1'] },
  'no-curl': { description: 'curl is not installed', prepare: ['no-curl'] },
  busybox: {
    description: 'BusyBox is /bin/sh and comes first in PATH',
    packages: { id: 'busybox', add: ['busybox'] },
    prepare: ['busybox'],
  },
  ufw: {
    description: 'ufw lets in ssh and everybody to 9200 and 443',
    packages: { id: 'ufw', add: ['ufw'] },
    prepare: ['open-ports', 'ufw'],
  },
  firewalld: {
    description: 'firewalld lets in ssh and everybody to 9200 and 443',
    packages: { id: 'firewalld', add: ['firewalld'] },
    prepare: ['open-ports', 'firewalld'],
  },
  iptables: {
    description: 'iptables rules, loaded at boot, let in ssh and everybody to 9200 and 443',
    packages: { id: 'iptables', add: ['iptables', 'iptables-persistent'] },
    prepare: ['open-ports', 'iptables'],
  },
  'no-posix-shell': { description: 'the login shell of the operator is nologin', prepare: ['no-shell'] },
  'appliance-shell': {
    description: 'the login program of the operator answers everything with a menu',
    prepare: ['appliance-shell'],
  },
  'fit-for-cluster': {
    description: 'the node passes the bootstrap checks, so that it may listen for nodes on other hosts',
    openFiles: true,
    prepare: ['fit-for-cluster'],
  },
  'ssh-socket': {
    description: 'systemd listens on port 22 and starts sshd at the first connection',
    prepare: ['ssh-socket'],
  },
  'without-systemd': {
    description:
      'sysvinit is the init, with the init scripts that packages left behind; systemd is not installed',
    packages: {
      id: 'without-systemd',
      add: [
        'sysvinit-core',
        'orphan-sysvinit-scripts',
        'cron',
        'systemd-',
        'systemd-sysv-',
        'libpam-systemd-',
      ],
    },
    prepare: ['without-systemd'],
  },
} as const satisfies Readonly<Record<string, Variant>>;

export type VariantName = keyof typeof VARIANTS;

export function isVariant(name: string): name is VariantName {
  return Object.hasOwn(VARIANTS, name);
}
