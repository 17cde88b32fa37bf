import type { Change } from '../../../domain/change.ts';
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { EsSettings, Facts } from '../../../domain/facts.ts';
import type { Choice } from '../../../domain/finding.ts';
import type { SwapFact } from '../../../domain/swap.ts';
import { isOn, settingValue } from '../../../text/yaml-settings.ts';
import { type Choices, defineControl, type Proposal } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';
import { factsMissing, installOf, manual } from '../../proposing.ts';

/**
 * With `bootstrap.memory_lock` the node locks what it has mapped at its start, the whole heap among it (mlockall(2)). Without it
 * the kernel counts next to nothing as locked; the smallest heap that Elasticsearch starts with is far above this.
 */
const heapLockedKib = 65_536;

export default defineControl({
  words: {
    id: 'swap-safe',
    area: 'os',
    title: 'Swap is off or encrypted, or the memory of the node is locked',
    severity: 'medium',
    description:
      'Looks at the swap that the kernel uses, at what turns swap on at the next boot, and at how much memory the kernel has locked for the node. What bootstrap.memory_lock asks for does not count: a limit of the unit can make it void.',
    risk: 'Memory that is swapped out lies on the disk: documents, passwords and keys, readable for whoever gets hold of the disk. It also makes a node slow enough to drop out of its cluster.',
    references: [
      { title: 'Important system configuration: disable swapping', publisher: 'Elastic' },
      { title: 'proc_pid_status(5), swapon(8)', publisher: 'Linux man-pages, util-linux' },
    ],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['swap'], (_install, seen) => {
      const fact = seen.swap;
      const { active, boot, container, idle, locked } = fact.value;
      const isLocked = typeof locked === 'object' && locked.kib >= heapLockedKib;
      const asked = memoryLock(facts);
      const shown = [
        evidence(
          fact,
          'swap in use',
          active.map(({ path, writes }) => `${path} (${words[writes]})`).join(', ') || 'none',
        ),
        evidence(fact, 'swap at the next boot', boot.join(', ') || 'none'),
        evidence(
          fact,
          'memory that the node has locked',
          typeof locked === 'object'
            ? `${Math.round(locked.kib / 1024)} MiB`
            : locked === 'no-process'
              ? 'the node does not run'
              : 'not readable',
        ),
        ...(asked ? [evidence(fact, 'bootstrap.memory_lock', 'true')] : []),
      ];
      if (isLocked)
        return passed(
          `The node has locked ${Math.round(locked.kib / 1024)} MiB of memory: it is not swapped out.`,
          ...shown,
        );
      if (container !== '')
        return undecided(
          `Swap is not decidable in a container (${container}): it belongs to the machine around it. Look at /proc/swaps on that machine, or lock the memory of the node.`,
          ...shown,
        );
      const clear = active.filter(({ writes }) => writes === 'clear');
      const hidden = active.filter(({ writes }) => writes === 'unknown');
      if (clear.length + hidden.length > 0 && locked === 'unreadable')
        return undecided(
          `Swap is on (${listed(active.map(({ path }) => path))}), and how much memory the node has locked could not be read. Look at VmLck in /proc/PID/status as root.`,
          ...shown,
        );
      if (clear.length > 0 && asked && locked === 'no-process')
        return undecided(
          'The node does not run, so whether it can lock its memory is not known. Start it, then assess again.',
          ...shown,
        );
      if (clear.length > 0)
        return failed(
          `Swap is on without encryption (${listed(clear.map(({ path }) => path))}), and the node has not locked its memory${asked ? ', although bootstrap.memory_lock is set' : ''}.`,
          ...shown,
        );
      if (hidden.length > 0)
        return undecided(
          `Whether ${listed(hidden.map(({ path }) => path))} is encrypted is not in sight. Look with lsblk at what it lies on, or turn it off.`,
          ...shown,
        );
      if (active.length === 0 && boot.length > 0)
        return failed(`Swap is off now, and the next boot turns it on (${listed(boot)}).`, ...shown);
      if (idle.length > 0)
        return undecided(
          `What is swapped out now is safe, but the next boot turns on more (${listed(idle)}), and whether that is encrypted is not in sight. Turn it on and assess again, or take it out of what starts at boot.`,
          ...shown,
        );
      return passed(
        active.length === 0
          ? 'Swap is off, now and at the next boot.'
          : 'Nothing that is swapped out reaches a disk in the clear.',
        ...shown,
      );
    }),
  propose,
});

const words = {
  clear: 'not encrypted',
  encrypted: 'encrypted',
  memory: 'in memory',
  unknown: 'encryption not in sight',
} as const;

function memoryLock(facts: Facts): boolean {
  const settings = knownValue(facts['es-settings']);
  return settings !== undefined && isOn(settingValue(settings.settings, 'bootstrap.memory_lock'));
}

const changeLater =
  'Swap files and partitions stay as they are, with what was swapped out to them; wipe them by hand.';

function propose(facts: Facts, choices: Choices): Proposal {
  const seen = knownValue(facts.swap);
  const install = installOf(facts);
  const settings = knownValue(facts['es-settings']);
  if (!seen || !install) return factsMissing;
  const making = makerOf(seen);
  const unit = install.unit;
  const noLock =
    unit === undefined
      ? 'No systemd unit starts this Elasticsearch, so its limit of locked memory cannot be raised.'
      : settings === undefined || settings.symlink || settings.duplicates.includes('bootstrap.memory_lock')
        ? 'elasticsearch.yml cannot be edited safely.'
        : undefined;
  if (making !== undefined && noLock !== undefined) {
    return manual(
      `Swap on this host is made at boot by ${making}, which Bulwark does not change. ${noLock}`,
      `Switch off ${making} by its own means and run: swapoff -a`,
      'Or start the node with bootstrap.memory_lock: true and an unlimited memlock limit.',
    );
  }
  const suggested = making === undefined ? 'off' : 'lock';
  const choice: Choice = {
    name: 'how',
    label: 'How memory stays off the disk',
    hint: 'Without swap, programs are ended when memory runs out. A locked node keeps its memory; others are swapped out as before.',
    type: 'one-of',
    suggested,
    options: [
      {
        value: 'off',
        label: 'Turn swap off',
        detail: 'nothing restarts',
        unusable:
          making === undefined ? '' : `Swap is made at boot by ${making}, which Bulwark does not change.`,
      },
      {
        value: 'lock',
        label: 'Lock the memory of the node',
        detail: 'the node restarts',
        unusable: noLock ?? '',
      },
    ],
  };
  const lock = (choices['how'] ?? suggested) === 'lock';
  if (lock && noLock === undefined && settings !== undefined && unit !== undefined) {
    return {
      type: 'changes',
      choices: [choice],
      changes: lockChanges(facts, settings, install, unit),
      steps: [
        `Bulwark will set bootstrap.memory_lock in ${settings.path} and let ${unit} lock as much memory as it needs (LimitMEMLOCK).`,
        'Bulwark will set vm.swappiness to 1: what the node maps later is not locked, and is then swapped out last of all.',
        `Bulwark will restart ${unit}.`,
      ],
      disturbs: 'The node restarts once. It keeps the memory that it has locked until it ends.',
      undo: 'Undo removes the setting, the limit and the kernel’s value, and restarts the node.',
    };
  }
  return {
    type: 'changes',
    choices: [choice],
    changes: [{ kind: 'swap' }],
    steps: [
      'Bulwark will read back into memory what is swapped out and turn swap off; where memory is too short for that, it changes nothing.',
      'Bulwark will keep swap off at boot: lines of /etc/fstab become comments, units of systemd are masked.',
      changeLater,
    ],
    disturbs: 'Nothing restarts. The host is slow while swapped memory is read back.',
    undo: 'Undo turns the same swap on again, now and at boot.',
  };
}

/** Swap that comes back by means which the change does not touch. */
function makerOf(seen: SwapFact): string | undefined {
  return seen.makers[0] ?? seen.active.find(({ path }) => path.startsWith('/dev/zram'))?.path;
}

function lockChanges(
  facts: Facts,
  settings: EsSettings,
  install: EsInstall,
  unit: string,
): readonly Change[] {
  const setting: Change = {
    kind: 'yaml-setting',
    path: settings.path,
    edits: [{ op: 'set', key: 'bootstrap.memory_lock', value: true }],
    expects: settings.digest,
  };
  return [
    ...(memoryLock(facts) ? [] : [setting]),
    {
      kind: 'systemd-dropin',
      unit,
      name: 'bulwark-memory-lock.conf',
      content: '[Service]\nLimitMEMLOCK=infinity\n',
    },
    { kind: 'sysctl', settings: [{ key: 'vm.swappiness', value: '1' }] },
    { kind: 'service-restart', unit, install, rehearse: true },
  ];
}
