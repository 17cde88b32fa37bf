/**
 * The shape of a change kind: one folder under `changes/`, each with inspect, capture, apply, verify, revert, describe.
 * The engine (apply.ts, rollback.ts) calls them in order and does the journal; a kind never writes the journal itself.
 */
import type { Blast, Change, ChangeKindName, ChangeOf, Diff } from '../domain/change.ts';
import type { AppError } from '../domain/error.ts';
import type { Result } from '../domain/result.ts';
import type { CertificateIssuer } from './certificates/ports.ts';
import type { HandUndoOp } from './hand-undo/ops.ts';
import type {
  BlobStore,
  CertificateChecker,
  Clock,
  Digest,
  HostSession,
  HostWriter,
  KibanaKeystoreCodec,
  Log,
  Random,
  SecretStore,
} from './ports.ts';
import type { Together } from './together/meeting.ts';

export interface ChangeContext {
  readonly host: HostWriter;
  /** The other hosts on which the same is done at the same time; absent for a step of its own. */
  readonly together?: Together;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly random: Random;
  readonly certificates: CertificateChecker;
  readonly issuer: CertificateIssuer;
  readonly kibanaKeystore: KibanaKeystoreCodec;
  readonly log: Log;
  /** Identifies the step on the host: names of temporary files, set-aside directories, guard units. `[a-z0-9-]+`. */
  readonly tag: string;
  /** Who works, as others on the host see it. */
  readonly operator?: string;
  readonly signal?: AbortSignal;
  /** A connection that proves access: full authentication and sudo, nothing reused. */
  readonly openFresh: () => Promise<Result<HostSession>>;
  /** A connection to another host of the workspace; whoever opens it closes it. */
  readonly openPeer: (hostId: string) => Promise<Result<HostSession>>;
  /**
   * Asks the operator, in a sentence on what is waited for, whether to wait longer; false where nobody can be asked. The signal
   * takes the question back.
   */
  readonly waitLonger: (words: string, signal: AbortSignal) => Promise<boolean>;
  /** One short sentence on what is being done; `phase` moves the step's state. */
  readonly progress: (note: string, phase?: 'rehearsing' | 'applying' | 'verifying') => void;
  /** `proven`: still armed, as what was changed has yet to be made to last. */
  readonly guard: (
    state: 'armed' | 'proving' | 'proven' | 'disarmed' | 'fired',
    firesAt: string,
    seconds: number,
  ) => void;
}

/** What is there now compared with what the change wants. */
export interface Inspection {
  /** True when apply would change nothing. */
  readonly inPlace: boolean;
  readonly diffs: readonly Diff[];
  /** Extra sentences that only the host's state can tell ("3 files below /opt/… will change owner"). */
  readonly words: readonly string[];
}

export interface Words {
  /** "Bulwark will …" without the subject: "set modes of 4 files in /etc/elasticsearch". */
  readonly title: string;
  readonly words: readonly string[];
  readonly blast: Blast;
  readonly outageSeconds: number;
  readonly guarded: boolean;
  /** systemd unit that must be restarted for the change (or its undoing) to take effect. */
  readonly restarts?: string;
}

/** Kind-specific digests by which the kind recognises what it left on the host; journalled, so never secret. */
export type Mark = Readonly<Record<string, string>>;

/** What an undo has to say besides that everything is as before: sentences for the journal, the report and the operator. */
export interface UndoWords {
  readonly words: readonly string[];
}

export function undoWords(value: void | UndoWords): readonly string[] {
  return typeof value === 'object' ? value.words : [];
}

export interface ChangeKind<K extends ChangeKindName = ChangeKindName> {
  readonly kind: K;
  describe(change: ChangeOf<K>): Words;
  /**
   * Hosts that are changed together or not at all, this one among them; absent for a change that concerns its own host only.
   * Their steps run at the same time, meet at the points of `context.together`, and go back together.
   */
  together?(change: ChangeOf<K>): readonly string[] | undefined;
  /**
   * Hosts on which the same is carried out one after the other and goes back on all, before anything earlier goes back on one of
   * them; absent where no host has to wait for another. Every host's part can be settled by itself.
   */
  backTogether?(change: ChangeOf<K>): readonly string[] | undefined;
  /** Reads only. Dry run and apply walk the same code: apply starts from here. Error = the change cannot be made here, with the reason. */
  inspect(change: ChangeOf<K>, context: ChangeContext): Promise<Result<Inspection>>;
  /** Everything needed to restore byte for byte, owner and mode. May hold secrets: the engine encrypts it. Large things may stay on the host, named in here. */
  capture(change: ChangeOf<K>, context: ChangeContext): Promise<Result<Uint8Array>>;
  /** Idempotent, atomic per file; checks its precondition first (PRECONDITION_FAILED, FILE_CHANGED_UNDERNEATH). On failure it leaves the host as before or says `hostState`. */
  apply(change: ChangeOf<K>, before: Uint8Array, context: ChangeContext): Promise<Result<Mark>>;
  /** Reads back by a way other than the one that wrote. */
  verify(change: ChangeOf<K>, mark: Mark, context: ChangeContext): Promise<Result<void>>;
  /** Restores the before-image where the host still has what we wrote; DRIFT otherwise (restores nothing then). `mark` is undefined after a crash before the outcome was journalled. */
  revert(
    change: ChangeOf<K>,
    before: Uint8Array,
    mark: Mark | undefined,
    context: ChangeContext & { readonly force: boolean },
  ): Promise<Result<void | UndoWords>>;
  /**
   * Whether an interrupted change is complete; absent where inspecting tells. Changes nothing on the host that was not being
   * changed, and brings in order what only the operator's side has to know of it. False: it is taken back. VERIFY_FAILED: it took effect
   * and lacks something, so the operator decides.
   * @param evenLacking they did: it is kept
   */
  complete?(
    change: ChangeOf<K>,
    before: Uint8Array,
    context: ChangeContext,
    evenLacking?: boolean,
  ): Promise<Result<boolean>>;
  /**
   * After the change is done and journalled: waits until the next step may begin, and answers a sentence on that. An error stops
   * the plan; what was done stays, and nothing goes back by itself.
   */
  afterwards?(change: ChangeOf<K>, before: Uint8Array, context: ChangeContext): Promise<Result<string>>;
  /**
   * From what the change left to what is there now, for an operator who is asked about drift. Needed where an inspection would take
   * somebody else's edit over instead of showing it; elsewhere that one is read backwards.
   */
  drifted?(change: ChangeOf<K>, before: Uint8Array, context: ChangeContext): Promise<Result<readonly Diff[]>>;
  /**
   * How the change is taken back on the host by hand, in the order of undoing; absent where it cannot be. What the host held
   * before is kept by the host itself, right before the change is applied.
   */
  byHand?(change: ChangeOf<K>, digest: Digest): readonly HandUndoOp[];
}

export type ChangeKinds = { readonly [K in ChangeKindName]: ChangeKind<K> };

export type StepFailure = { readonly error: AppError; readonly change: Change };
export type { BlobStore };
