/** Restarts a systemd unit and believes it only when the service answers. */

import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import { probeHttp } from '../../elasticsearch/node.ts';
import { readUnit } from '../../elasticsearch/service.ts';
import { rehearse } from '../../rehearsal/rehearse.ts';
import { captureCluster, comeBack, previewWords } from '../../rolling/one-node.ts';
import { isSshd } from '../sshd.ts';
import { decodeRestart, encodeRestart } from './image.ts';
import { giveBackOnly, healthGate, oneOfMany, restartInCluster, stillRuns } from './in-cluster.ts';
import { restartSafely, stop } from './restarting.ts';
import { wasStopped } from './was-stopped.ts';
import { blastOf, restartTitle, restartWords } from './words.ts';

type Change = ChangeOf<'service-restart'>;

export const serviceRestart: ChangeKind<'service-restart'> = {
  kind: 'service-restart',

  describe(change) {
    return {
      title: restartTitle(change),
      words: restartWords(change),
      blast: blastOf(change),
      outageSeconds: change.install === undefined ? 5 : 60,
      guarded: isSshd(change.unit),
      restarts: change.unit,
    };
  },

  byHand: (change) => [{ do: 'restart', unit: change.unit }],

  async inspect(change, context) {
    const now = await readUnit(context.host, change.unit, context.signal);
    if (!now.ok) {
      return now;
    }
    const { state, properties } = now.value;
    const one = oneOfMany(change);
    const cluster = one === undefined ? succeed([]) : await previewWords(context, one);
    if (!cluster.ok) {
      return cluster;
    }
    return succeed({
      inPlace: false,
      diffs: [
        {
          subject: change.unit,
          before: `${state.active} (process ${state.mainPid})`,
          after: 'active (a new process)',
        },
      ],
      words: [`The next start runs as ${properties.user}.`, ...cluster.value],
    });
  },

  async capture(change, context) {
    const now = await readUnit(context.host, change.unit, context.signal);
    if (!now.ok) {
      return now;
    }
    const one = oneOfMany(change);
    const cluster = one === undefined ? succeed(undefined) : await captureCluster(context, one);
    return cluster.ok ? succeed(encodeRestart(now.value.state, cluster.value)) : cluster;
  },

  async apply(change, before, context) {
    if (change.rehearse && change.install !== undefined) {
      const rehearsed = await rehearse(context, {
        install: change.install,
        unit: change.unit,
        pathConf: change.install.pathConf,
      });
      if (!rehearsed.ok) {
        return rehearsed;
      }
    }
    const one = oneOfMany(change);
    const act = () => restartSafely(change, context);
    return one === undefined ? await act() : await restartInCluster(one, before, context, act);
  },

  async verify(change, _mark, context) {
    const now = await readUnit(context.host, change.unit, context.signal);
    if (!now.ok) {
      return now;
    }
    const speech =
      change.install === undefined ? undefined : await probeHttp(context, change.install.httpPort);
    if (speech !== undefined && !speech.ok) {
      return speech;
    }
    const answers =
      speech === undefined || (speech.value.speaks !== 'nothing' && speech.value.status !== 503);
    return now.value.state.active === 'active' && answers
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `${change.unit} does not answer after its restart.`,
            'Read its log on the host.',
            {
              hostState: 'changed',
              retryable: true,
            },
          ),
        );
  },

  /** A unit that did not run is stopped; any other is restarted on the files as they are now, unless the node was never stopped. */
  async revert(change, before, _mark, context) {
    const one = oneOfMany(change);
    if (one !== undefined) {
      const same = await stillRuns(change, before, context);
      if (!same.ok || same.value) {
        return same.ok ? await giveBackOnly(one, before, context) : same;
      }
    }
    if (wasStopped(change.unit, before)) {
      return await stop(change.unit, context);
    }
    const act = () => restartSafely(change, context);
    const again = one === undefined ? await act() : await restartInCluster(one, before, context, act);
    return again.ok ? succeed(undefined) : again;
  },

  /** There is nothing to look at: it is done again, which is what it is for; a node of a cluster is not stopped a second time. */
  async complete(change, before, context) {
    const one = oneOfMany(change);
    const pid = decodeRestart(before)?.mainPid;
    if (one !== undefined && pid !== undefined) {
      const now = await readUnit(context.host, change.unit, context.signal);
      if (!now.ok) {
        return now;
      }
      const { active, mainPid } = now.value.state;
      if ((active === 'active' || active === 'activating') && mainPid !== 0 && mainPid !== pid) {
        const back = await comeBack(context, one, decodeRestart(before)?.cluster);
        return back.ok ? await verified(change, context) : succeed(false);
      }
    }
    const again = await serviceRestart.apply(change, before, context);
    return again.ok ? await verified(change, context) : succeed(false);
  },

  async afterwards(change, before, context) {
    const one = oneOfMany(change);
    return one === undefined ? succeed('') : await healthGate(one, before, context);
  },
};

async function verified(change: Change, context: ChangeContext): Promise<Result<boolean>> {
  return succeed((await serviceRestart.verify(change, {}, context)).ok);
}
