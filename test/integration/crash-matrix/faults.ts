/** What befalls a run: done to the real thing, and taken away again before anybody settles what was left. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SCENARIOS, type Scenario } from '../../lab/scenarios.ts';
import type { AnyKind, Done, FaultName } from './contract.ts';
import type { EngineProcess } from './engine-process.ts';
import type { GoOn } from './gate.ts';
import type { Ground } from './ground.ts';
import { wait } from './ground.ts';
import type { Workplace } from './workplace.ts';

const run = promisify(execFile);

export interface Stage {
  readonly ground: Ground;
  readonly engine: EngineProcess;
  readonly place: Workplace;
}

export interface Fault {
  /**
   * What has to happen between two boundaries for the fault to make a difference. `everything`: the answer to the last command is lost
   * with it, so that each boundary is one of its own.
   */
  readonly noticed: readonly (keyof Done)[] | 'everything';
  /** Why it makes no sense for this kind. */
  readonly senseless?: (kind: AnyKind) => string | undefined;
  /** Before the run begins. */
  readonly ready?: (place: Workplace) => Promise<void>;
  /** How the engine goes on; nothing when it does not, because it was killed. */
  readonly strike: (stage: Stage) => Promise<Partial<GoOn> | undefined>;
  /** While the run goes on. */
  readonly meanwhile?: (stage: Stage) => Promise<void>;
  /** After the run. */
  readonly heal?: (stage: Stage) => Promise<void>;
  /** When nobody needs the workplace any more. */
  readonly cleared?: (place: Workplace) => Promise<void>;
}

const trap = (unit: string) => `/run/systemd/system/${unit}.d/zz-trap.conf`;
const fill = (folder: string) => `dd if=/dev/zero of=${folder}/matrix-fill bs=4k 2>/dev/null || true`;
/** The engine goes on, or is dead, with what is on the host and in its folder; whoever asked for the time before it. */
const done = ['host', 'disk'] as const;
const day = 86_400_000;
/** Only where the kernel is the host's own: in a container this would be the machine's clock, for everybody on it. */
const setClock = (time: string) => `[ "$(systemd-detect-virt)" = uml ] || exit 1
date -s '${time}' >/dev/null`;
const sharesClock = ({ scenario }: AnyKind) => {
  const { ownKernel }: Scenario = SCENARIOS[scenario];
  return ownKernel === undefined
    ? 'A container shares the clock of the machine; tried on hosts with a kernel of their own.'
    : undefined;
};
/** The host's own clock is wrong until the run has ended. */
const hostClock = (jump: string): Fault => ({
  noticed: done,
  senseless: sharesClock,
  async strike({ ground }) {
    await ground.see(setClock(jump));
    return {};
  },
  async heal({ ground }) {
    await ground.see(setClock(`@${Math.round(Date.now() / 1000)}`));
  },
});

/** A link is cut for a little longer than the first try to come back, or until the host had to help itself. */
function cutMilliseconds(kind: AnyKind): number {
  return kind.guardSeconds === undefined ? 3000 : (kind.guardSeconds + 3) * 1000;
}

/** A process that was just forked may hold a file there for a moment. */
async function unmount(folder: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await run('umount', [folder]);
      return;
    } catch (error) {
      if (tries === 20) throw error;
      await wait(500);
    }
  }
}

export const faultTable: Readonly<Record<FaultName, Fault>> = {
  'app-killed': {
    noticed: done,
    strike: ({ engine }) => {
      engine.kill();
      return Promise.resolve(undefined);
    },
  },
  'link-cut': {
    noticed: 'everything',
    strike: ({ ground }) => {
      ground.link.cut();
      return Promise.resolve({ answerLost: true });
    },
    async meanwhile({ ground, engine }) {
      await Promise.race([wait(cutMilliseconds(ground.kind)), engine.ended()]);
      ground.link.heal();
    },
    heal: ({ ground }) => Promise.resolve(ground.link.heal()),
  },
  'host-rebooted': {
    noticed: 'everything',
    async strike({ ground }) {
      await ground.host.reboot({ abruptly: true });
      return { answerLost: true };
    },
  },
  'disk-full': {
    noticed: done,
    senseless: (kind) => (kind.folders.length === 0 ? 'The change writes no file of its own.' : undefined),
    async strike({ ground }) {
      await ground.see(ground.kind.folders.map(fill).join('\n'));
      return {};
    },
    async heal({ ground }) {
      await ground.see(ground.kind.folders.map((folder) => `rm -f ${folder}/matrix-fill`).join('\n'));
    },
  },
  'operator-disk-full': {
    noticed: ['disk'],
    async ready(place) {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'crash-matrix', place.folder]);
    },
    async strike({ place }) {
      await run('sh', ['-c', `dd if=/dev/zero of=${place.folder}/fill bs=4k 2>/dev/null || true`]);
      return {};
    },
    async heal({ place }) {
      await run('rm', ['-f', `${place.folder}/fill`]);
    },
    async cleared(place) {
      await unmount(place.folder);
    },
  },
  'sudo-revoked': {
    noticed: done,
    async strike({ ground }) {
      await ground.see('mv /etc/sudoers.d/operator /root/sudoers-operator');
      return {};
    },
    async heal({ ground }) {
      await ground.see('mv /root/sudoers-operator /etc/sudoers.d/operator');
    },
  },
  'service-fails': {
    noticed: done,
    senseless: (kind) => (kind.unit === undefined ? 'The change starts no service.' : undefined),
    async strike({ ground }) {
      const { unit = '' } = ground.kind;
      await ground.see(`mkdir -p ${trap(unit).replace(/\/[^/]+$/, '')}
printf '[Service]\\nExecStartPre=/bin/false\\n' > ${trap(unit)}; systemctl daemon-reload`);
      return {};
    },
    async heal({ ground }) {
      const { unit = '' } = ground.kind;
      await ground.see(
        `rm -f ${trap(unit)}; rmdir ${trap(unit).replace(/\/[^/]+$/, '')} 2>/dev/null; systemctl daemon-reload; systemctl reset-failed ${unit} 2>/dev/null; true`,
      );
    },
  },
  'file-edited': {
    noticed: done,
    senseless: (kind) => (typeof kind.edit === 'string' ? undefined : kind.edit.notApplicable),
    async strike({ ground }) {
      const { edit } = ground.kind;
      if (typeof edit === 'string') await ground.see(`set -e\n${edit}`);
      return {};
    },
  },
  'clock-forward': { noticed: ['clock'], strike: () => Promise.resolve({ clockOffset: day }) },
  'clock-back': { noticed: ['clock'], strike: () => Promise.resolve({ clockOffset: -day }) },
  'host-clock-forward': hostClock('+1 day'),
  'host-clock-back': hostClock('-1 day'),
};

/** Why a fault makes no sense for a kind; undefined where it does. */
export function senselessFault(kind: AnyKind, fault: FaultName): string | undefined {
  return faultTable[fault].senseless?.(kind);
}
