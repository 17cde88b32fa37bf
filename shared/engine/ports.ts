/**
 * The ports: everything the engine needs from outside. Adapters in `electron/adapters` implement them; strict fakes in
 * `test/support` implement them for unit tests and pass the same conformance suites (`test/ports`).
 */
import type { AppError } from '../domain/error.ts';
import type { HostKey } from '../domain/host.ts';
import type { JournalDraft, JournalEntry } from '../domain/journal.ts';
import type { Result } from '../domain/result.ts';
import type { Secret, SecretRef } from '../domain/secret.ts';

export type {
  CertificateBundle,
  CertificateChecker,
  CertificateProblem,
  CertificateSummary,
  StoreTrust,
  StoreWithoutAuthorities,
} from './certificates/checker-ports.ts';

/** A POSIX `sh` program. `script` is static text; everything that varies comes in as `args` ($1, $2 …), quoted in one place. */
export interface ScriptRequest {
  /** Short name for progress, deadlines and the log, e.g. `read-file`. */
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** Bytes for standard input; may be secret. When absent standard input is empty. */
  readonly stdin?: Uint8Array | Secret;
  /** Run through sudo where the login is not root. */
  readonly privileged: boolean;
  /** Seconds after which the host itself ends the command (`timeout -k`); 1 to 3600. */
  readonly deadlineSeconds: number;
  /** Cap on each of stdout and stderr; more ends in OUTPUT_TOO_LARGE. Default 1 MiB. */
  readonly maxOutputBytes?: number;
}

export interface ScriptOutput {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** What one connection has cost so far; asserted by tests. */
export interface SessionCost {
  readonly connections: number;
  readonly execs: number;
  /** Sequential waits for the other side, transport handshake and authentication included. */
  readonly roundTrips: number;
  readonly tunnels: number;
  readonly bytesIn: number;
}

export interface TlsPeer {
  readonly protocol: string;
  readonly cipher: string;
  /** Chain as served, leaf first. */
  readonly chain: readonly {
    readonly subject: string;
    readonly issuer: string;
    readonly fingerprint256: string;
    readonly notBefore: string;
    readonly notAfter: string;
    readonly names: readonly string[];
    readonly pem: string;
  }[];
  /** Whether the chain verified against the CA that was given. */
  readonly authorized: boolean;
}

export type NodeCredential =
  | { readonly type: 'basic'; readonly user: string; readonly password: Secret }
  | { readonly type: 'api-key'; readonly encoded: Secret };

/** One HTTP request to a node, carried through the SSH connection (nothing appears in an argument list on the host). */
export interface NodeRequest {
  /** Address as seen from the host, e.g. `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
  /** `caPem`: certificates in PEM form that the chain must end in, or `observe-only` to look without judging. */
  readonly tls:
    | false
    | {
        readonly caPem: string;
        readonly serverName?: string;
        /** Shown to a node that asks for a certificate. The key stays here. */
        readonly identity?: { readonly certificatePem: string; readonly keyPem: Secret };
      };
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: string | Secret;
  readonly credential?: NodeCredential;
  readonly timeoutSeconds: number;
  /** Default 256 KiB. */
  readonly maxBytes?: number;
}

export interface NodeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly peer?: TlsPeer;
}

/** Bytes to a port of the host, as seen from the host itself, and what comes back: never more than a greeting, never a secret. */
export interface RawExchange {
  readonly address: string;
  readonly port: number;
  readonly bytes: Uint8Array;
  /** Asked whenever something came; what came until then is the answer. */
  readonly enough: (received: Uint8Array) => boolean;
  /** 1 to 60. What came until then is the answer. */
  readonly timeoutSeconds: number;
  readonly maxBytes: number;
}

/** An authenticated connection to one host that can look and cannot write. */
export interface HostReader {
  readonly hostId: string;
  readonly hostKey: HostKey;
  /** Runs a *declared* read-only script (a composed probe); callers are fact sources and nobody else. */
  probe(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>>;
  /**
   * Errors: SSH_FORWARDING_REFUSED, SSH_CONNECTION_LOST, COMMAND_DEADLINE (detail `connected`, `not-connected` or `queued`),
   * COMMAND_FAILED (port closed, not HTTP, TLS refused).
   */
  request(request: NodeRequest, signal?: AbortSignal): Promise<Result<NodeResponse>>;
  /** Errors: SSH_FORWARDING_REFUSED, SSH_CONNECTION_LOST, COMMAND_FAILED (port closed), CANCELLED. */
  exchange(exchange: RawExchange, signal?: AbortSignal): Promise<Result<Uint8Array>>;
  cost(): SessionCost;
  /** Address of the operator's machine as the host sees it (from SSH_CONNECTION). */
  readonly seenFrom: string | undefined;
}

/** The same connection with the right to write. A non-zero exit code is a value, not an error: the caller decides. */
export interface HostWriter extends HostReader {
  /** Once the script has its input the signal no longer cuts it off: its end is waited for and its result returned. */
  run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>>;
}

export interface HostSession extends HostWriter {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  close(): Promise<void>;
}

/** Opens sessions. `openFresh` never reuses a connection, a cached credential check or a sudo timestamp: it is the proof that access works. */
export interface SessionFactory {
  open(hostId: string, signal?: AbortSignal): Promise<Result<HostSession>>;
  openFresh(hostId: string, signal?: AbortSignal): Promise<Result<HostSession>>;
}

/** Looks at ports from the operator's machine, without SSH and without credentials. */
export interface OutsideObserver {
  observe(
    address: string,
    port: number,
    signal?: AbortSignal,
  ): Promise<{
    readonly state: 'closed' | 'filtered' | 'clear' | 'tls' | 'open-silent';
    readonly answersStranger: 'yes' | 'no' | 'unknown';
    readonly status?: number;
    readonly peer?: TlsPeer;
    readonly detail: string;
  }>;
}

export interface Journal {
  append(draft: JournalDraft): Promise<Result<JournalEntry>>;
  /** All entries of a host in order; JOURNAL_BROKEN names the exact entry when the chain does not hold. */
  read(hostId: string): Promise<Result<readonly JournalEntry[]>>;
  /** Digest of the last line of every host's journal. */
  heads(): Promise<Result<Readonly<Record<string, string>>>>;
}

/** Keeps before-images: encrypted at rest, synced before `put` returns, named by an id that reveals nothing of the content. */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<Result<string>>;
  get(id: string): Promise<Result<Uint8Array>>;
}

export interface SecretStore {
  get(ref: SecretRef): Promise<Result<Secret>>;
  /** Durable when it returns. */
  put(ref: SecretRef, value: Secret, about: string): Promise<Result<void>>;
  remove(ref: SecretRef): Promise<Result<void>>;
  list(): Promise<
    Result<readonly { readonly ref: SecretRef; readonly about: string; readonly createdAt: string }[]>
  >;
}

export interface Clock {
  /** Milliseconds since 1970. Jumps when somebody sets the clock: for dates only. */
  now(): number;
  /** Milliseconds since some moment; never jumps. For durations and deadlines. */
  elapsed(): number;
  /** Resolves early with false when the signal fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<boolean>;
}

export interface Digest {
  /** Lower-case hexadecimal SHA-256. */
  sha256(data: Uint8Array | string): string;
}

export interface Random {
  /** Bytes of the operating system's random source. */
  bytes(length: number): Uint8Array;
}

/** Opens and writes Kibana's keystore. */
export interface KibanaKeystoreCodec {
  /** The entries as JSON text. `protected`: it has a password. `unreadable`: no such file, or damaged. */
  open(file: Uint8Array): Secret | 'protected' | 'unreadable';
  /** A keystore without a password, of entries as JSON text; other bytes at every call. */
  seal(entries: Secret): Uint8Array;
}

/** One log door: everything passes the redactor behind it. */
export interface Log {
  write(
    level: 'debug' | 'info' | 'warn' | 'error',
    message: string,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
}

export type { AppError };
