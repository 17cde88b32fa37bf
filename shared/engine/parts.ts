/** What planning, applying and rolling back are handed, and what they hand to a change kind. */
import type { Change } from '../domain/change.ts';
import type { AppError } from '../domain/error.ts';
import type { GuardState, StepProgress } from '../domain/operation.ts';
import { redact } from '../text/redact.ts';
import type { CertificateIssuer } from './certificates/ports.ts';
import type { ChangeContext, ChangeKind, ChangeKinds } from './change-kind.ts';
import type {
  BlobStore,
  CertificateChecker,
  Clock,
  Digest,
  HostWriter,
  Journal,
  KibanaKeystoreCodec,
  Log,
  Random,
  SecretStore,
  SessionFactory,
} from './ports.ts';
import type { Together } from './together/meeting.ts';

export interface EngineParts {
  readonly kinds: ChangeKinds;
  readonly sessions: SessionFactory;
  readonly journal: Journal;
  readonly blobs: BlobStore;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly random: Random;
  readonly certificates: CertificateChecker;
  readonly issuer: CertificateIssuer;
  readonly kibanaKeystore: KibanaKeystoreCodec;
  readonly log: Log;
  /** Who works: shown in the journal and by the lock on the host, e.g. `ada@laptop`. */
  readonly operator: string;
  /**
   * Names the workspace on this machine: by it the lock on a host is recognised as left by ourselves. Only with a journal
   * that lets one writer in; absent otherwise. `[a-z0-9-]+`
   */
  readonly installation?: string;
  /** Name and version of this program for the journal. */
  readonly tool: string;
}

export interface EngineEvents {
  readonly step: (progress: StepProgress) => void;
  readonly guard: (state: GuardState) => void;
  /** Asks the operator whether to wait longer on a host; absent where nobody can be asked, which means no. */
  readonly waitLonger?: (hostId: string, words: string, signal: AbortSignal) => Promise<boolean>;
}

export const noEvents: EngineEvents = { step: () => undefined, guard: () => undefined };

export function kindOf(kinds: ChangeKinds, change: Change): ChangeKind {
  // The table's type ties each name to its kind; an index by a union of names loses that tie.
  return kinds[change.kind] as ChangeKind;
}

/** Names things on the host: `[a-z0-9-]+`. */
export function tagOf(planId: string, stepId: string): string {
  return `${planId}-${stepId}`.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
}

export function randomId(parts: Pick<EngineParts, 'random' | 'clock'>, prefix: string): string {
  const day = new Date(parts.clock.now()).toISOString().slice(0, 10).replaceAll('-', '');
  const tail = [...parts.random.bytes(4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${prefix}-${day}-${tail}`;
}

export interface ContextHooks {
  readonly tag: string;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ChangeContext['progress'];
  readonly guard?: EngineEvents['guard'];
  readonly waitLonger?: EngineEvents['waitLonger'];
  readonly together?: Together | undefined;
}

export function changeContext(parts: EngineParts, host: HostWriter, hooks: ContextHooks): ChangeContext {
  return {
    host,
    secrets: parts.secrets,
    clock: parts.clock,
    digest: parts.digest,
    random: parts.random,
    certificates: parts.certificates,
    issuer: parts.issuer,
    kibanaKeystore: parts.kibanaKeystore,
    log: parts.log,
    tag: hooks.tag,
    operator: parts.operator,
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
    ...(hooks.together === undefined ? {} : { together: hooks.together }),
    openFresh: () => parts.sessions.openFresh(host.hostId, hooks.signal),
    // Not cancellable: what was begun for a whole cluster is given back by another host when this one is lost.
    openPeer: (hostId) => parts.sessions.open(hostId),
    waitLonger: async (words, signal) => (await hooks.waitLonger?.(host.hostId, words, signal)) ?? false,
    progress: hooks.progress ?? (() => undefined),
    guard: (state, firesAt, seconds) => hooks.guard?.({ hostId: host.hostId, state, firesAt, seconds }),
  };
}

/** Errors of the transport: what happened on the host is not known. */
export function connectionLost(error: AppError): boolean {
  return error.code.startsWith('SSH_') || error.code === 'COMMAND_DEADLINE';
}

/** Technical text is redacted before it leaves the engine. */
export function shown(error: AppError): AppError {
  return error.detail === undefined ? error : { ...error, detail: redact(error.detail) };
}
