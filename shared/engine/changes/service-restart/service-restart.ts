/** Restarts a systemd unit and believes it only when the service answers. */

import type { ChangeOf } from '../../../domain/change.ts';
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { readHttpCa } from '../../elasticsearch/http-ca.ts';
import { type NodeDoor, probeHttp, tryCredential, vaultCredential } from '../../elasticsearch/node.ts';
import { controlUnit, readUnit, startFailed, type UnitState } from '../../elasticsearch/service.ts';
import { hostTime, startError } from '../../elasticsearch/start-log.ts';
import { type Expectation, waitUntilUp } from '../../elasticsearch/up.ts';
import { fireGuard } from '../../guard.ts';
import { afterWriting } from '../../host-script.ts';
import { rehearse } from '../../rehearsal/rehearse.ts';
import { guardedRestart, isSshd } from '../sshd.ts';
import { usualGuardSeconds } from '../under-guard.ts';
import { wasStopped } from './was-stopped.ts';

type Change = ChangeOf<'service-restart'>;

const encoder = new TextEncoder();

/** The vault's credential, when the node accepts it now: then it must accept it after the restart too. */
async function workingCredential(
  context: ChangeContext,
  install: EsInstall,
): Promise<Expectation['credential'] | undefined> {
  const credential = await vaultCredential(context);
  const speech = await probeHttp(context, install.httpPort);
  if (credential === undefined || !speech.ok || speech.value.speaks === 'nothing') {
    return undefined;
  }
  const ca = await readHttpCa(context, install);
  const tls: NodeDoor['tls'] = speech.value.speaks === 'plain' ? false : { caPem: ca ?? 'observe-only' };
  const tried = await tryCredential(
    context,
    { address: speech.value.address, port: install.httpPort, tls },
    credential,
  );
  // A CA that the new configuration brings is not known yet, so the certificate is not judged here.
  return tried.ok && tried.value === 'accepted' ? { credential, tls: { caPem: 'observe-only' } } : undefined;
}

async function waitForUnit(
  context: ChangeContext,
  unit: string,
  before: UnitState,
): Promise<Result<'up' | 'failed' | 'too-slow'>> {
  for (let tries = 0; tries < 180; tries += 1) {
    const now = await readUnit(context.host, unit, context.signal);
    if (!now.ok) {
      return now;
    }
    if (startFailed(now.value.state, before.restarts)) {
      return succeed('failed');
    }
    if (now.value.state.active === 'active' && now.value.state.mainPid !== before.mainPid) {
      return succeed('up');
    }
    await context.clock.sleep(1000, context.signal);
  }
  return succeed('too-slow');
}

async function restart(change: Change, context: ChangeContext): Promise<Result<Mark>> {
  const { unit, install } = change;
  const before = await readUnit(context.host, unit, context.signal);
  if (!before.ok) {
    return before;
  }
  const credential = install === undefined ? undefined : await workingCredential(context, install);
  const since = await hostTime(context);
  context.progress(`Restarting ${unit}`, 'applying');
  const told = await controlUnit(context.host, unit, 'restart', context.signal);
  if (!told.ok) {
    return told;
  }
  const waited =
    install === undefined
      ? await waitForUnit(context, unit, before.value.state)
      : await waitUntilUp(context, {
          unit,
          httpPort: install.httpPort,
          before: before.value.state,
          log: { since, pathLogs: install.pathLogs },
          ...(credential === undefined ? {} : { credential }),
        });
  if (!waited.ok) {
    return afterWriting(waited);
  }
  const outcome = typeof waited.value === 'string' ? waited.value : waited.value.outcome;
  if (outcome === 'up') {
    return succeed({ unit, restartedAt: String(since) });
  }
  if (outcome === 'failed') {
    return fail(await startError(context, unit, since, install, 'changed'));
  }
  if (outcome === 'alone') {
    return fail(
      appError(
        'ES_NOT_READY',
        `${unit} started and answers, but the node found no master: it joined no cluster and serves nobody.`,
        'Read its log on the host; other nodes may refuse it (their logs tell why), or its discovery settings name nobody.',
        { hostState: 'changed', retryable: true },
      ),
    );
  }
  return fail(
    appError(
      'ES_NOT_READY',
      `${unit} is still starting after five minutes and does not answer yet.`,
      'Wait and assess the host again; read its log if it stays like this.',
      { hostState: 'changed', retryable: true },
    ),
  );
}

/** Stops a unit and waits for its end, so that nobody takes it for one that runs. */
async function stop(unit: string, context: ChangeContext): Promise<Result<void>> {
  const told = await controlUnit(context.host, unit, 'stop', context.signal);
  if (!told.ok) {
    return told;
  }
  for (let tries = 0; tries < 180; tries += 1) {
    const now = await readUnit(context.host, unit, context.signal);
    if (!now.ok) {
      return now;
    }
    if (['inactive', 'failed'].includes(now.value.state.active)) {
      return succeed(undefined);
    }
    await context.clock.sleep(1000, context.signal);
  }
  return fail(
    appError(
      'COMMAND_FAILED',
      `${unit} has not stopped within three minutes.`,
      'Look at it on the host, then undo again.',
      { hostState: 'changed', retryable: true },
    ),
  );
}

/** The SSH server only under guard: it is the way in. */
async function restartSafely(change: Change, context: ChangeContext): Promise<Result<Mark>> {
  if (!isSshd(change.unit)) {
    return restart(change, context);
  }
  const seconds = change.guardSeconds ?? usualGuardSeconds;
  // One that an interruption left behind would be in the way.
  const cleared = await fireGuard(context.host, context.tag);
  if (!cleared.ok) {
    return cleared;
  }
  let mark: Mark = {};
  const live = async (): Promise<Result<void>> => {
    const restarted = await restart(change, context);
    if (restarted.ok) {
      mark = restarted.value;
    }
    return restarted.ok ? succeed(undefined) : restarted;
  };
  const done = await guardedRestart(context, { unit: change.unit, seconds, save: [], live });
  return done.ok ? succeed(mark) : done;
}

export const serviceRestart: ChangeKind<'service-restart'> = {
  kind: 'service-restart',

  describe(change) {
    return {
      title: `restart ${change.unit}`,
      words: [
        ...(change.rehearse && change.install !== undefined
          ? [
              'The configuration is started once beside the running node first. If Elasticsearch rejects it, the node is not restarted.',
            ]
          : []),
        change.install === undefined
          ? 'The service is down until systemd has started it again.'
          : 'The node answers no requests while it restarts. It counts as up when its port answers, not when systemd says so.',
      ],
      blast: isSshd(change.unit) ? 'access' : 'restart',
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
    return succeed({
      inPlace: false,
      diffs: [
        {
          subject: change.unit,
          before: `${state.active} (process ${state.mainPid})`,
          after: 'active (a new process)',
        },
      ],
      words: [`The next start runs as ${properties.user}.`],
    });
  },

  async capture(change, context) {
    const now = await readUnit(context.host, change.unit, context.signal);
    return now.ok
      ? succeed(encoder.encode(JSON.stringify({ version: 1, active: now.value.state.active })))
      : now;
  },

  async apply(change, _before, context) {
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
    return await restartSafely(change, context);
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

  /** A unit that did not run is stopped; any other is restarted on the files as they are now. */
  async revert(change, before, _mark, context) {
    if (wasStopped(change.unit, before)) {
      return await stop(change.unit, context);
    }
    const again = await restartSafely(change, context);
    return again.ok ? succeed(undefined) : again;
  },
};
