/** What a restart is to whoever reads the plan. */
import type { Blast, ChangeOf } from '../../../domain/change.ts';
import { allocationKey, heldValue } from '../../rolling/image.ts';
import { isSshd } from '../sshd.ts';

type Change = ChangeOf<'service-restart'>;
type Rolling = NonNullable<Change['rolling']>;

export function restartTitle({ unit, rolling }: Change): string {
  return rolling === undefined || rolling.turns === 1
    ? `restart ${unit}`
    : `restart ${unit}, node ${rolling.turn} of ${rolling.turns}, one after the other`;
}

export function blastOf({ unit, rolling }: Change): Blast {
  return isSshd(unit) ? 'access' : rolling === undefined ? 'restart' : 'rolling';
}

const roleWords: Readonly<Record<Rolling['role'], string>> = {
  'not-master': 'It cannot become master; such nodes go first.',
  'master-eligible': 'It may become master; such nodes go after those that cannot.',
  'elected-master': 'It is the elected master, which goes last.',
};

function rollingWords({ nodes, role, turns }: Rolling): readonly string[] {
  return [
    `It is one of the ${nodes} nodes of its cluster; the others go on. ${turns > 1 ? roleWords[role] : ''}`.trim(),
    `Before it is stopped ${allocationKey} is set to ${heldValue} and everything is flushed; when it is back the setting is exactly what it was.`,
    turns > 1
      ? 'The next node is not stopped before this one is back in the cluster and the cluster is at least as healthy as before.'
      : 'The plan goes on when it is back in the cluster and the cluster is at least as healthy as before.',
  ];
}

export function restartWords({ rehearse, install, rolling }: Change): readonly string[] {
  return [
    ...(rehearse && install !== undefined
      ? [
          'The configuration is started once beside the running node first. If Elasticsearch rejects it, the node is not restarted.',
        ]
      : []),
    install === undefined
      ? 'The service is down until systemd has started it again.'
      : 'The node answers no requests while it restarts. It counts as up when its port answers, not when systemd says so.',
    ...(rolling === undefined ? [] : rollingWords(rolling)),
  ];
}
