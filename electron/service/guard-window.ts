/** The operator's window (Settings, or the choice `guardSeconds`) for every change that is made under a guard. */
import type { Change } from '../../shared/domain/change.ts';
import { guardSeconds } from '../../shared/domain/changes/values.ts';
import type { ChangeKinds } from '../../shared/engine/change-kind.ts';
import { kindOf } from '../../shared/engine/parts.ts';

/** @param seconds 15 to 900; anything else leaves the change as it is, and so does a window that the change names itself */
export function withWindow(change: Change, seconds: number, kinds: ChangeKinds): Change {
  // Only these may name one; what holds a firewall's window is the control itself.
  if (
    change.kind !== 'file-content' &&
    change.kind !== 'systemd-dropin' &&
    change.kind !== 'sysctl' &&
    change.kind !== 'service-restart'
  )
    return change;
  return change.guardSeconds === undefined &&
    guardSeconds.safeParse(seconds).success &&
    kindOf(kinds, change).describe(change).guarded
    ? { ...change, guardSeconds: seconds }
    : change;
}
