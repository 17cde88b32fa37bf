/** What a tool that manages a host's packet filter has to be able to do for the firewall kind. */
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import type { AppError } from '../../../domain/error.ts';
import type { Result } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import type { GuardPlan, SavedFile } from '../../guard.ts';
import type { HostWriter } from '../../ports.ts';
import type { FirewallState } from './state.ts';

export type FirewallChange = ChangeOf<'firewall-ruleset'>;
export type BackendName = FirewallChange['backend'];

export interface Backend {
  readonly name: BackendName;
  /** Reads live rules and files. Errors: PRECONDITION_FAILED where this host cannot be handled, the connection's. */
  read(context: ChangeContext): Promise<Result<FirewallState>>;
  /**
   * What the change makes of a state. The host's own tools have read the rules once, apart from the live ones, so that `live`
   * is what they will list. Errors: PRECONDITION_FAILED, INPUT_INVALID.
   */
  wanted(change: FirewallChange, now: FirewallState, context: ChangeContext): Promise<Result<FirewallState>>;
  /** Why this state must be settled by somebody first. */
  unfit(now: FirewallState): AppError | undefined;
  /** Whether going back to this state only takes Bulwark's rules away, so that it cannot cut off anybody. */
  opens(was: FirewallState): boolean;
  diffs(now: FirewallState, wanted: FirewallState): readonly Diff[];
  /** Sentences that only the host's state can tell. */
  words(now: FirewallState, wanted: FirewallState): readonly string[];
  /** How the host itself goes back to `from`. */
  guard(
    from: FirewallState,
    to: FirewallState,
  ): Pick<GuardPlan, 'revert' | 'after' | 'files' | 'clear'> & {
    readonly save: readonly Omit<SavedFile, 'writes'>[];
  };
  /** Loads the rules of `to`, and only live. `onlyWhile`: a path that must exist all the while, else GUARD_FIRED. */
  goLive(host: HostWriter, from: FirewallState, to: FirewallState, onlyWhile?: string): Promise<Result<void>>;
  /** Files and services for the next boot; a file that is no longer as `from` has it leaves all of them as they are. */
  makeLasting(
    host: HostWriter,
    context: ChangeContext,
    from: FirewallState,
    to: FirewallState,
    onlyWhile?: string,
  ): Promise<Result<void>>;
  /** The live rules as the next boot would make them. */
  atBoot(now: FirewallState, context: ChangeContext): Promise<Result<FirewallState['live']>>;
}
