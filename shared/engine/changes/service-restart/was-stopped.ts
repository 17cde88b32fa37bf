/** Whether a unit did not run before its restart, as the before-image has it. */
import { textOf } from '../../host-script.ts';
import { isSshd } from '../sshd.ts';

/** Never for the SSH server: a socket may start it for each connection, and it is the way in. */
export function wasStopped(unit: string, before: Uint8Array): boolean {
  const active = /"active":"(\w+)"/.exec(textOf(before))?.[1];
  return !isSshd(unit) && (active === 'inactive' || active === 'failed');
}
