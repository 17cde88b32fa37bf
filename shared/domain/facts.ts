/**
 * Everything one scan knows about one host, by name. Fact sources fill it, controls judge it. Values are plain data and
 * already redacted: no secret value is ever part of a fact (a secret's place and name are).
 */
import type { BlockDevicesFact } from './block-device.ts';
import type { CertificateFiles, LayerTls, ListedCertificate } from './certificate.ts';
import type { EsInstall } from './elasticsearch.ts';
import type { Fact } from './fact.ts';
import type { Identities } from './identities.ts';
import type { KibanaFact, KibanaPeer } from './kibana.ts';
import type { SwapFact } from './swap.ts';
import type { ClusterFact, ClusterView } from './topology.ts';

export interface HostSystem {
  readonly hostname: string;
  /** PRETTY_NAME of os-release. */
  readonly operatingSystem: string;
  readonly kernel: string;
  /** As `systemd-detect-virt` or equivalent reports; `none` on metal. Container kinds make kernel facts undecidable. */
  readonly virtualization: string;
  readonly systemd: boolean;
  /** Addresses of this host's interfaces, without loopback. */
  readonly addresses: readonly string[];
  readonly sshPort: number;
  /** Address of the operator as the host sees it. */
  readonly operatorAddress: string | undefined;
  readonly uid: number;
}

export interface EsProcess {
  readonly pid: number;
  readonly user: string;
  readonly uid: number;
  readonly group: string;
  /** System account (no login, uid below 1000) or a person's. */
  readonly argumentsShown: readonly string[];
  /** Seconds since it was started; undefined when that could not be read. */
  readonly ageSeconds?: number | undefined;
  /** JVM arguments and environment of the process whose names or values look like secrets: names only. */
  readonly secretLikeArguments: readonly string[];
  /** Processes of other users that only look like a node; nothing was read through them. */
  readonly lookalikes?: readonly { readonly pid: number; readonly user: string }[];
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly group: string;
  readonly home: string;
  readonly shell: string;
  readonly password: 'locked' | 'set' | 'empty' | 'unknown';
  readonly groups: readonly string[];
  /** Existing, non-empty authorized_keys files. */
  readonly authorizedKeys: readonly string[];
  /** sudoers files and lines that name the account (directly or by a group of its). */
  readonly sudoRules: readonly {
    readonly file: string;
    readonly line: number;
    readonly text: string;
    readonly dedicated: boolean;
  }[];
}

export interface FileFact {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly owner: string;
  readonly group: string;
  /** Four octal digits, e.g. `2750`. */
  readonly mode: string;
  readonly size: number;
}

export interface YamlSettingFact {
  /** Full dotted name. */
  readonly key: string;
  /** Redacted (`[secret]`) when the name is secret-like; lists joined by a comma. */
  readonly value: string;
  readonly values: readonly string[];
  readonly line: number;
  readonly secretLike: boolean;
}

export interface EsSettings {
  readonly path: string;
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
  readonly settings: readonly YamlSettingFact[];
  /** Same setting given more than once (flat and nested): ambiguous, never edited. */
  readonly duplicates: readonly string[];
  readonly symlink: boolean;
}

export interface KeystoreFact {
  readonly path: string;
  readonly exists: boolean;
  readonly formatVersion: number | undefined;
  readonly passwordProtected: boolean | undefined;
  readonly file: FileFact | undefined;
  /** SHA-256 of the (encrypted) file. */
  readonly digest?: string | undefined;
  /** How the unit hands a password to the node at its start. */
  readonly unattended?:
    | {
        /**
         * `input-file`, `input-data` and `descriptor`: on standard input, out of a file, out of the unit, from a socket unit.
         * `other-program`: the unit starts something of its own, which may hand one over.
         */
        readonly by:
          | 'passphrase-file'
          | 'input-file'
          | 'input-data'
          | 'descriptor'
          | 'other-program'
          | 'nothing';
        /** The file that is named, where it exists. */
        readonly file?: FileFact | undefined;
        readonly path?: string | undefined;
      }
    | undefined;
}

/** Users of the file realm (`users`, `users_roles`): names and roles, never a hash. */
export interface FileRealmFact {
  /** Configuration directory that holds the files. */
  readonly path: string;
  readonly users: readonly { readonly name: string; readonly roles: readonly string[] }[];
  /** Names with roles and without a password: they cannot log in until somebody gives them one. */
  readonly rolesOnly: readonly string[];
  /** roles.yml defines roles, which the node’s interface does not tell. */
  readonly rolesInFile: boolean;
}

/** A clear-text secret's place; never its value. */
export interface PlaintextSecret {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  /** Keystore setting that can hold it, when one exists. */
  readonly keystoreName: string | undefined;
  readonly where: 'elasticsearch.yml' | 'jvm-options' | 'environment' | 'unit' | 'comment';
}

export interface FirewallFact {
  /** Which tool manages the rules. */
  readonly manager: 'nftables' | 'ufw' | 'firewalld' | 'iptables' | 'none';
  /** All tools that are active or start at boot, where there is more than one. */
  readonly managers?: readonly ('nftables' | 'ufw' | 'firewalld' | 'iptables')[];
  readonly available: readonly ('nftables' | 'ufw' | 'firewalld' | 'iptables')[];
  /** Default verdict of the input hook for IPv4 and IPv6. */
  readonly inboundDefault: 'drop' | 'accept' | 'none';
  /** Live `nft list ruleset`, capped. */
  readonly ruleset: string;
  /** Per watched port: who may reach it by the live rules; `everyone` when nothing restricts it. */
  readonly ports: readonly {
    readonly port: number;
    readonly access: 'everyone' | 'sources' | 'nobody' | 'undecided';
    readonly sources: readonly string[];
  }[];
  /** `unknown` on a host whose init nobody here knows. */
  readonly loadedAtBoot: boolean | 'unknown';
  /** In what the live rules differ from those that the next boot loads. */
  readonly disagreement?: string;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly pid: number | undefined;
}

export interface StorageFact {
  readonly path: string;
  readonly mount: string;
  readonly source: string;
  readonly fileSystem: string;
  readonly encryption: 'luks' | 'zfs' | 'fscrypt' | 'none' | 'undecidable';
  readonly detail: string;
}

/** The node's own answers, asked through the SSH connection. */
export interface NodeAnswers {
  /** What HTTP port speaks, by handshake and request. */
  readonly http: 'clear' | 'tls' | 'closed' | 'silent';
  readonly transport: 'clear' | 'tls' | 'closed' | 'silent';
  /** Unauthenticated GET / and GET /_security/_authenticate. */
  readonly anonymous: 'refused' | 'answered' | 'not-asked';
  readonly securityEnabled: boolean | undefined;
  readonly clusterUuid: string | undefined;
  readonly version: string | undefined;
  /** Indices that hold something of the operator's (hidden ones with users, dashboards or settings count); undefined when it could not be told. */
  readonly userIndices: number | undefined;
  /** Indices of users, roles and keys (`.security*`); undefined when it could not be told. */
  readonly securityIndices?: number | undefined;
  readonly nodeCount: number | undefined;
  /** The whole cluster as this node tells it; undefined when it told it to nobody, or has no master. */
  readonly cluster?: ClusterView | undefined;
  readonly tlsVerifiedByCa: boolean | undefined;
  /** By layer, of those that speak TLS; a layer is missing where nobody greeted it. */
  readonly tls?: { readonly http?: LayerTls; readonly transport?: LayerTls };
  /** The node's own list; undefined when it told it to nobody. */
  readonly certificates?: readonly ListedCertificate[] | undefined;
  /** Explicit settings that the running node tells of itself, by name, lists joined by a comma; undefined when it told none to us. */
  readonly running?: Readonly<Record<string, string>> | undefined;
  /** Asked for only with a login that was accepted. */
  readonly identities?: Identities | undefined;
  /** Set when a credential was given. */
  readonly authenticated: 'yes' | 'refused' | 'not-yet' | 'no-credential';
  /** Reserved users that accept a well-known, seed or empty password; undefined when it could not be tried. */
  readonly weakBuiltins: readonly string[] | undefined;
  readonly notes: readonly string[];
}

export interface DataDirectory {
  readonly path: string;
  readonly empty: boolean;
  /** Number of index directories (`indices/*`), operator's and system's together; undefined when unreadable. */
  readonly indices: number | undefined;
  readonly freeBytes: number | undefined;
}

export interface OutsideView {
  readonly ports: readonly {
    readonly port: number;
    readonly state: 'closed' | 'filtered' | 'clear' | 'tls' | 'open-silent';
    readonly answersStranger: 'yes' | 'no' | 'unknown';
    readonly detail: string;
  }[];
}

/** By fact name; a missing name means that the source did not run. */
export interface FactTypes {
  readonly 'host-system': HostSystem;
  /** `null`: looked, and there is no Elasticsearch on this host. */
  readonly 'es-install': EsInstall | null;
  /** `null`: installed and not running. */
  readonly 'es-process': EsProcess | null;
  readonly 'service-account': Account;
  readonly 'es-settings': EsSettings;
  readonly 'es-files': readonly FileFact[];
  readonly keystore: KeystoreFact;
  readonly 'certificate-files': CertificateFiles;
  readonly 'file-realm': FileRealmFact;
  readonly 'plaintext-secrets': readonly PlaintextSecret[];
  readonly firewall: FirewallFact;
  readonly listeners: readonly Listener[];
  readonly storage: readonly StorageFact[];
  readonly 'block-devices': BlockDevicesFact;
  readonly swap: SwapFact;
  readonly 'data-directories': readonly DataDirectory[];
  readonly 'node-answers': NodeAnswers;
  readonly outside: OutsideView;
  /** The host's cluster, joined from everything that all hosts of the workspace said. */
  readonly topology: ClusterFact;
  /** `null`: looked, and there is no Kibana on this host. */
  readonly kibana: KibanaFact | null;
  /** The other hosts of the workspace. */
  readonly 'kibana-peers': readonly KibanaPeer[];
}
export type FactId = keyof FactTypes;
export type Facts = { readonly [K in FactId]?: Fact<FactTypes[K]> };
