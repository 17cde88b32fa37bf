/**
 * Whether a node is really up. systemd's word is not enough: up means that the port listens, speaks what it should, and
 * answers; with a credential that worked before, that it works again.
 */
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import type { NodeCredential } from '../ports.ts';
import { type MasterWord, masterWord } from './master-word.ts';
import { cancelled, type NodeDoor, probeHttp, type Speech, waitForCredential } from './node.ts';
import { readUnit, startFailed, type UnitState } from './service.ts';
import { collectStartLog } from './start-log.ts';

type UpContext = Pick<ChangeContext, 'host' | 'clock' | 'signal' | 'secrets' | 'progress'>;

export interface Expectation {
  readonly unit: string;
  readonly httpPort: number;
  /** State of the unit before it was told to start. */
  readonly before: UnitState;
  /** Must be accepted in the end; `door.address` is found out. */
  readonly credential?: { readonly credential: NodeCredential; readonly tls: NodeDoor['tls'] };
  /** Default 300: a loaded machine needs minutes. */
  readonly seconds?: number;
  /** Host's clock before the start and where the node logs: a node without a cluster also answers strangers. */
  readonly log?: { readonly since: number; readonly pathLogs: string };
}

export type Waited =
  | { readonly outcome: 'up'; readonly speech: Extract<Speech, { readonly address: string }> }
  /** systemd gave up: reasons are in the journal and the log. */
  | { readonly outcome: 'failed' }
  /** It answers and has no master: it joined no cluster. */
  | { readonly outcome: 'alone' }
  | { readonly outcome: 'too-slow' };

/** A node without master says so after 10 s and every 10 s from then on (seen on 8.19.21 and 9.4.3). */
const silentSeconds = 25;

/** Waits until the node that systemd is starting answers, or until its start has failed. */
export async function waitUntilUp(context: UpContext, expected: Expectation): Promise<Result<Waited>> {
  const started = context.clock.elapsed();
  const until = started + (expected.seconds ?? 300) * 1000;
  const seconds = () => Math.round((context.clock.elapsed() - started) / 1000);
  let answersSince: number | undefined;
  let word: MasterWord = 'silent';
  while (context.clock.elapsed() < until) {
    const unit = await readUnit(context.host, expected.unit, context.signal);
    if (!unit.ok) {
      return unit;
    }
    const { state } = unit.value;
    const isNew = state.mainPid !== 0 && state.mainPid !== expected.before.mainPid;
    // The old process may still be ending; its failure is not the new one's.
    if (startFailed(state, expected.before.restarts) && state.active !== 'deactivating') {
      return succeed({ outcome: 'failed' });
    }
    if (isNew && state.active === 'active') {
      const speech = await probeHttp(context, expected.httpPort);
      if (!speech.ok) {
        return speech;
      }
      if (speech.value.speaks !== 'nothing') {
        answersSince ??= context.clock.elapsed();
        const refuses = speech.value.status === 401 && expected.credential === undefined;
        // A stranger gets 401 from a node without master as well.
        word = refuses || speech.value.status === 503 ? await wordOfLog(context, expected) : 'has-master';
        const patient =
          word === 'has-master' ||
          (word === 'silent' && context.clock.elapsed() - answersSince >= silentSeconds * 1000);
        if (speech.value.status !== 503 && (patient || expected.log === undefined)) {
          return await checkCredential(context, expected, speech.value);
        }
      }
    }
    context.progress(`Waiting for Elasticsearch to answer on port ${expected.httpPort}: ${seconds()} s`);
    if (!(await context.clock.sleep(1000, context.signal))) {
      return fail(cancelled());
    }
  }
  return succeed({ outcome: word === 'no-master' ? 'alone' : 'too-slow' });
}

async function wordOfLog(context: UpContext, { log, unit }: Expectation): Promise<MasterWord> {
  return log === undefined
    ? 'silent'
    : masterWord(await collectStartLog(context, unit, log.since, log.pathLogs));
}

async function checkCredential(
  context: UpContext,
  expected: Expectation,
  speech: Extract<Speech, { readonly address: string }>,
): Promise<Result<Waited>> {
  if (expected.credential === undefined) {
    return succeed({ outcome: 'up', speech });
  }
  const { credential, tls } = expected.credential;
  const door: NodeDoor = {
    address: speech.address,
    port: expected.httpPort,
    tls: speech.speaks === 'plain' ? false : tls === false ? { caPem: 'observe-only' } : tls,
  };
  const accepted = await waitForCredential(context, door, credential, 90);
  if (!accepted.ok) {
    return accepted;
  }
  return accepted.value === 'accepted'
    ? succeed({ outcome: 'up', speech })
    : fail(stillRefused(accepted.value));
}

function stillRefused(acceptance: 'refused' | 'not-ready'): AppError {
  return acceptance === 'refused'
    ? appError(
        'ES_AUTH_FAILED',
        'The node runs again and refuses the password from the vault that worked before the restart.',
        'Wait a minute and assess again; the security index may still be recovering.',
        { hostState: 'changed', retryable: true },
      )
    : appError(
        'ES_NOT_READY',
        'The node runs again and cannot check passwords yet.',
        'Wait a minute and assess again; the security index may still be recovering.',
        { hostState: 'changed', retryable: true },
      );
}
