/** The order in which one host's changes are carried out. */
import type { Change } from '../../domain/change.ts';
import type { Wanted } from './merge.ts';

/**
 * Accounts before files are given to them; files and drop-ins before the restart that reads them; a secret goes into the
 * keystore before its line leaves the settings file; data moves once its node runs as it should; the running node is asked once it has restarted and knows its
 * passwords; who is locked out and what the firewall closes comes last.
 */
function rank(change: Change): number {
  switch (change.kind) {
    case 'account':
      return change.action.do === 'create-system' ? 0 : 80;
    case 'file-mode':
      return 10;
    case 'file-content':
      return 20;
    case 'certificate-install':
      return 25;
    // Its rounds are put in order over all hosts.
    case 'authority-trust':
      return 26;
    case 'systemd-dropin':
      return 30;
    case 'sysctl':
      return change.settings.some(({ key }) => key.startsWith('net.')) ? 85 : 32;
    case 'swap':
      return 34;
    case 'keystore-entry':
      return 40;
    case 'yaml-setting':
      return 50;
    case 'kibana-setting':
      return 55;
    case 'es-file-users':
      return 45;
    case 'es-auto-configuration':
    case 'es-enrollment':
    case 'es-own-certificates':
      return 60;
    case 'service-restart':
      return 70;
    case 'encrypted-volume-migration':
      return 72;
    case 'es-authority-key':
      return 74;
    case 'es-password':
      return 75;
    case 'es-api-setting':
      return 77;
    case 'firewall-ruleset':
      return 90;
  }
}

/** The unit that takes the change only at its next start. */
function unitToRestart(change: Change): string | undefined {
  if (change.kind === 'kibana-setting') {
    const { edits, keystore, keep = [], unit } = change;
    // What only goes into the vault needs no restart.
    const writes = edits.length + keystore.set.length + keystore.remove.length > 0;
    return writes || keep.length === 0 ? unit : undefined;
  }
  return change.kind === 'systemd-dropin' ? change.unit : undefined;
}

/** Such a change does nothing until its unit is started again: the restart is added where nobody asked for it. */
function withRestarts(wanted: readonly Wanted[]): readonly Wanted[] {
  const added: Wanted[] = [];
  for (const { change, controls, findings } of wanted) {
    const unit = unitToRestart(change);
    if (unit === undefined) {
      continue;
    }
    const known = [...wanted, ...added].some(
      (other) => other.change.kind === 'service-restart' && other.change.unit === unit,
    );
    if (!known) {
      added.push({
        change: { kind: 'service-restart', unit, rehearse: false },
        controls,
        findings,
      });
    }
  }
  return [...wanted, ...added];
}

/** Sorted; a restart is left out where securing the node of the same unit starts the node anyway. */
export function orderWishes(wanted: readonly Wanted[]): readonly Wanted[] {
  const startedAnyway = new Map<string, Wanted>();
  for (const one of wanted) {
    const { change } = one;
    const starts =
      change.kind === 'es-auto-configuration' ||
      change.kind === 'es-enrollment' ||
      change.kind === 'es-own-certificates';
    if (starts && change.install.unit !== undefined) {
      startedAnyway.set(change.install.unit, one);
    }
  }
  return withRestarts(wanted)
    .filter((one) => one.change.kind !== 'service-restart' || !startedAnyway.has(one.change.unit))
    .map((one, position) => ({ one, position }))
    .sort((left, right) => rank(left.one.change) - rank(right.one.change) || left.position - right.position)
    .map(({ one }) => one);
}
