/** Fixes that are lines of elasticsearch.yml and a restart, for settings of TLS. */
import type { Change, ChangeOf } from '../domain/change.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { Proposal } from './define-control.ts';
import { listed } from './judging.ts';
import { factsMissing, installOf, manual, noUnit } from './proposing.ts';

type Edit = ChangeOf<'yaml-setting'>['edits'][number];

export function proposeTlsSettings(facts: Facts, edits: readonly Edit[], effect: string): Proposal {
  const install = installOf(facts);
  const yml = knownValue(facts['es-settings']);
  if (!install || !yml) return factsMissing;
  if (install.unit === undefined) return noUnit('restart the node');
  if (yml.duplicates.length > 0 || yml.symlink)
    return manual(
      yml.symlink
        ? `${yml.path} is a link, and Bulwark edits only the file itself.`
        : `${yml.path} gives ${listed(yml.duplicates)} more than once.`,
      'Correct it by hand, then assess again.',
    );
  const restart: Change = { kind: 'service-restart', unit: install.unit, install, rehearse: true };
  const changes: readonly Change[] = [
    ...(edits.length === 0
      ? []
      : [{ kind: 'yaml-setting' as const, path: yml.path, edits: [...edits], expects: yml.digest }]),
    restart,
  ];
  return {
    type: 'changes',
    changes,
    steps: [
      ...edits.map((edit) =>
        edit.op === 'set'
          ? `Bulwark will set ${edit.key} to ${String(edit.value)} in ${yml.path}; everything else in it stays as it is.`
          : `Bulwark will take ${edit.key} out of ${yml.path}, so that the default holds.`,
      ),
      'Bulwark will start the new configuration once beside the running node, then restart the service and wait until it answers.',
      effect,
    ],
    disturbs:
      'The node restarts once: it is away for less than a minute in most cases. Restart one node of a cluster at a time.',
    undo: 'Undo restores elasticsearch.yml and restarts the node; then it is as open as before.',
  };
}
