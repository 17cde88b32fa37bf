/**
 * Brings one state of Bulwark's table to life under guard: live first, proof by a fresh connection, and only then what
 * makes it last over a reboot. A host that goes down in between comes up with the old rules.
 */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { fromBase64 } from '../../before-image.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { armGuard, disarmGuard, fallBack, proveAccess } from '../../guard.ts';
import { removeFile, writeFileAtomic } from '../../host-files.ts';
import { connectionLost } from '../../parts.ts';
import type { HostWriter } from '../../ports.ts';
import { change, loadLive } from './host.ts';
import { dropTable, loadText, rulesFile } from './ruleset.ts';
import type { FirewallState, StateFile } from './state.ts';

export function loadTextOf(state: Pick<FirewallState, 'table'>): string {
  return state.table === '' ? dropTable : loadText(state.table);
}

async function putFile(host: HostWriter, file: StateFile, tag: string): Promise<Result<void>> {
  if (file.was === 'absent') {
    return removeFile(host, file.path);
  }
  return writeFileAtomic(host, file.path, fromBase64(file.bytes), {
    owner: String(file.uid),
    group: String(file.gid),
    mode: file.mode,
    tag,
  });
}

/** Files, folder and service for the next boot. Rules before the line that includes them, and the other way round back. */
export async function makeLasting(
  host: HostWriter,
  from: FirewallState,
  to: FirewallState,
  tag: string,
): Promise<Result<void>> {
  const steps: (() => Promise<Result<void>>)[] = [];
  if (to.rulesFile.was === 'file') {
    steps.push(
      () => change(host, 'folder'),
      () => putFile(host, to.rulesFile, tag),
    );
  }
  steps.push(() => putFile(host, to.bootFile, tag));
  if (to.rulesFile.was === 'absent') {
    steps.push(() => putFile(host, to.rulesFile, tag));
    if (!to.folder) {
      steps.push(() => change(host, 'no-folder'));
    }
  }
  if (from.enabled !== to.enabled) {
    steps.push(() => change(host, to.enabled === 'enabled' ? 'enable' : 'disable'));
  }
  for (const step of steps) {
    const done = await step();
    if (!done.ok) {
      return done;
    }
  }
  return succeed(undefined);
}

const revertProgram = 'nft -f "$1/old.nft"\n';
// The links of systemd are the service's enablement; the guard knows what it was.
const afterProgram = `case $(cat "$1/enabled") in
  enabled) systemctl enable nftables.service ;;
  *) systemctl disable nftables.service ;;
esac
[ "$(cat "$1/folder")" = yes ] || rmdir /etc/nftables.d 2>/dev/null
exit 0
`;

/** From one state to another with proof of access in between. Errors: GUARD_UNAVAILABLE, GUARD_FIRED, the connection's. */
export async function goLive(
  context: ChangeContext,
  from: FirewallState,
  to: FirewallState,
  seconds: number,
): Promise<Result<void>> {
  context.progress(`Arming the guard: without proof of access the old rules come back after ${seconds} s`);
  const armed = await armGuard(context, {
    seconds,
    revert: revertProgram,
    after: afterProgram,
    files: [
      { name: 'old.nft', text: loadTextOf(from) },
      { name: 'enabled', text: from.enabled },
      { name: 'folder', text: from.folder ? 'yes' : 'no' },
    ],
    save: [from.bootFile.path, rulesFile],
  });
  if (!armed.ok) {
    return armed;
  }
  const guard = armed.value;
  context.progress('Loading the rules');
  const loaded = await loadLive(context.host, loadTextOf(to));
  if (!loaded.ok && !connectionLost(loaded.error)) {
    return fallBack(context, guard, loaded.error.message);
  }
  const proof = await proveAccess(context, guard);
  if (!proof.ok) {
    return fallBack(context, guard, proof.error.message);
  }
  const fresh = proof.value;
  try {
    if (!loaded.ok) {
      // The link broke while the rules were being sent: whether they are live is not known, so they are not kept.
      return await fallBack(context, guard, loaded.error.message);
    }
    context.progress('Access is proven; making the rules last', 'verifying');
    const lasting = await makeLasting(fresh, from, to, context.tag);
    if (!lasting.ok) {
      return await fallBack(context, guard, lasting.error.message);
    }
    const disarmed = await disarmGuard(context, fresh, guard);
    if (disarmed.ok || disarmed.error.code !== 'GUARD_FIRED') {
      return disarmed;
    }
    return await fallBack(context, guard, 'the proof came too late');
  } finally {
    await fresh.close().catch(() => undefined);
  }
}

export function lockedOut(address: string): Result<never> {
  return fail(
    appError(
      'ACCESS_WOULD_BE_LOST',
      `These rules would lock you out: this host sees you at ${address}, which is not among the operators' addresses.`,
      `Add ${address} or its network to the operators' addresses.`,
      { hostState: 'unchanged' },
    ),
  );
}
