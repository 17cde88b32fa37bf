/** Stopping and starting a unit, and telling whether it is up. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext, Mark } from '../../change-kind.ts';
import { readHttpCa } from '../../elasticsearch/http-ca.ts';
import { type NodeDoor, probeHttp, tryCredential, vaultCredential } from '../../elasticsearch/node.ts';
import { controlUnit, readUnit, startFailed, type UnitState } from '../../elasticsearch/service.ts';
import { hostTime, startError } from '../../elasticsearch/start-log.ts';
import { type Expectation, waitUntilUp } from '../../elasticsearch/up.ts';
import { fireGuard } from '../../guard.ts';
import { afterWriting } from '../../host-script.ts';
import { guardedRestart, isSshd } from '../sshd.ts';
import { usualGuardSeconds } from '../under-guard.ts';

type Change = ChangeOf<'service-restart'>;

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
export async function stop(unit: string, context: ChangeContext): Promise<Result<void>> {
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
export async function restartSafely(change: Change, context: ChangeContext): Promise<Result<Mark>> {
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
