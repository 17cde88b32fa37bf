/**
 * The words of the crash matrix: what is interrupted (a kind of change), where (a boundary), by what (a fault), and what is
 * said about it afterwards (a row).
 */
import type { Change, ChangeKindName, ChangeOf } from '../../../shared/domain/change.ts';
import type { ScenarioName } from '../../lab/index.ts';

export const faults = [
  'app-killed',
  'link-cut',
  'host-rebooted',
  'disk-full',
  'operator-disk-full',
  'sudo-revoked',
  'service-fails',
  'file-edited',
  'clock-forward',
  'clock-back',
  'host-clock-forward',
  'host-clock-back',
] as const;
export type FaultName = (typeof faults)[number];

/** What Elasticsearch itself does on the way: rows of their own, without boundaries. */
export const ownFaults = ['tool-killed', 'entry-without-line', 'joined-nobody', 'rehearsal-rejects'] as const;
export type OwnFaultName = (typeof ownFaults)[number];

/**
 * A place between two actions of the engine, named by the seam where it lies: `intent written`, `apply: write-file 1 after`.
 * The boundaries of a kind are what a run without a fault passes.
 */
export type Boundary = string;

/** What the engine had done up to a boundary: counted, so that two boundaries with nothing in between are known to be. */
export interface Done {
  /** Everything sent to the host or waited for, counted when it begins and when it has ended. */
  readonly host: number;
  /** Names, sizes and times of all that lies in the operator's folder. */
  readonly disk: string;
  /** How often the operator's clock was read. */
  readonly clock: number;
}

export interface Passed {
  readonly boundary: Boundary;
  readonly done: Done;
}

/** One cell of the matrix. */
export interface Cell {
  readonly kind: ChangeKindName;
  /** Where a kind is tried in more than one way. */
  readonly variant: string;
  readonly boundary: Boundary;
  readonly fault: FaultName;
}

export type Outcome = 'old' | 'new' | 'not-applicable' | 'failed';

export interface Row extends Omit<Cell, 'fault'> {
  readonly fault: FaultName | OwnFaultName;
  /** Scenario of the lab, and whether its file systems are small ones that can be filled. */
  readonly hostKind: string;
  readonly outcome: Outcome;
  /** The fault befell the run: nothing is known of a cell where it did not, whatever failed there. */
  readonly struck: boolean;
  /** State right after the fault, before anybody settled it: a change of several files may stand between. */
  readonly afterFault: 'old' | 'new' | 'between' | '';
  /** Seconds from the fault until a login with sudo worked; null where nobody asked. */
  readonly accessBackSeconds: number | null;
  /** What the journal said after the fault, and what settling made of it. */
  readonly journal: string;
  /** What the interrupted run itself said. */
  readonly run: string;
  /** Why the cell makes no sense, or what was wrong. */
  readonly reason: string;
  readonly seconds: number;
}

/** The script finds the secret on standard input, as `curl --config -` takes a login. */
export interface Proof {
  readonly ref: string;
  readonly user: string;
  readonly script: string;
  readonly prints: string;
}

/** What undoing keeps beside the old state because it could not ask what is in it: in words of the witness. */
export interface KeptAside {
  /** As the witness prints it, without the names of plans. */
  readonly path: string;
  /** What it was: type and owner are the same, the mode as well but for others, who have none. */
  readonly of: string;
  /** Those that keep the undoing from asking. */
  readonly faults: readonly FaultName[];
}

/** What a kind of change is tried on. Scripts run as root inside the host, past ssh and past the product. */
export interface MatrixKind<K extends ChangeKindName = ChangeKindName> {
  readonly kind: K;
  readonly variant?: string;
  readonly scenario: ScenarioName;
  /** Makes the bad state, also from whatever an earlier case left. */
  readonly prepare: string;
  /** @param see standard output of a root script on the host. @param operator the address the operator comes from */
  readonly change: (see: (script: string) => Promise<string>, operator: string) => Promise<ChangeOf<K>>;
  /** What the operator's vault holds before the run, by its names there. */
  readonly secrets?: () => Readonly<Record<string, string>>;
  /** Prints everything that the change is about, one line a thing, by other tools than the engine's where there are any. */
  readonly witness: string;
  /** After a change that gave out a secret: the one in the vault must open what it is for. */
  readonly proof?: Proof;
  /** Folders that the change writes to: small file systems for the fault `disk-full`. */
  readonly folders: readonly string[];
  /** What another administrator does to the same thing; it must be there afterwards, whatever becomes of the change. */
  readonly edit: string | { readonly notApplicable: string };
  /** The unit that the change starts or restarts. */
  readonly unit?: string;
  /** Whether every single interruption leaves the old or the new state, without anybody settling it. */
  readonly atomic: boolean;
  /** Seconds after which the host puts access back by itself. */
  readonly guardSeconds?: number;
  /** Estimated seconds of a case on an idle machine, where it is more than a few. */
  readonly caseSeconds?: number;
  /** Minutes per case rather than seconds: not in the chosen part. */
  readonly slow?: boolean;
  readonly keptAside?: KeptAside;
  /** An undoing is refused by design, with the reason. */
  readonly notReversible?: string;
}

/** Loses the tie between a kind's name and its change: the matrix treats all alike. */
export interface AnyKind extends Omit<MatrixKind, 'change'> {
  readonly change: (see: (script: string) => Promise<string>, operator: string) => Promise<Change>;
}

/**
 * The same on a host with a kernel of its own: what did not reach the disk is lost with the power, and its clock can be
 * moved.
 */
export function onOwnKernel(kind: AnyKind): AnyKind {
  const variant = [kind.variant, 'own kernel'].filter((word) => word !== undefined).join(', ');
  return { ...kind, variant, scenario: 'bare-kernel', slow: true, caseSeconds: 9 };
}

/** A kind that is not tried yet: the table has a row that says so. */
export interface PendingKind {
  readonly kind: ChangeKindName;
  readonly pending: string;
}

/** What each file below `kinds/` exports as `kinds`. */
export type KindFile = readonly (AnyKind | PendingKind)[];

export function matrixKind<K extends ChangeKindName>(kind: MatrixKind<K>): AnyKind {
  return kind;
}

export function labelOf({ kind, variant }: { readonly kind: string; readonly variant?: string }): string {
  return variant === undefined || variant === '' ? kind : `${kind} (${variant})`;
}

/** Plan and lock names hold the day and random digits; two runs of the same change must print the same. */
export function withoutNames(seen: string): string {
  return seen.replaceAll(/\b(plan|lock|recover)-\d{8}-[0-9a-f]{8}\b/g, '$1');
}
