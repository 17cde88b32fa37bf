/** Waiting for a cluster to take its node back and to become what it was. The operator sees for what, and how long already. */
import { appError } from '../../domain/error.ts';
import { fail, type Result } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { cancelled, isLost } from '../elasticsearch/node.ts';
import { askSelf, type ClusterNow, type OneOfMany } from './door.ts';
import { type Before, type ClusterHealth, isAsBefore, missingWords } from './health.ts';

/** Seconds for a node that answers to be a member again; a node that was refused says so in its log within a minute. */
const joinSeconds = 180;
/** Seconds until the operator is asked whether to wait longer: shards of a large node take minutes to start. */
export const patienceSeconds = 600;

function elapsedWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The node is in the cluster again when it has a master and tells the same cluster. Errors: ES_NOT_READY, CANCELLED, those of the link. */
export async function waitUntilJoined(context: ChangeContext, one: OneOfMany): Promise<Result<ClusterNow>> {
  const started = context.clock.elapsed();
  for (;;) {
    const now = await askSelf(context, one);
    if (now.ok || isLost(now.error) || now.error.code === 'PRECONDITION_FAILED') {
      return now;
    }
    const elapsed = context.clock.elapsed() - started;
    if (elapsed >= joinSeconds * 1000) {
      return fail(
        appError(
          'ES_NOT_READY',
          `The node runs and has not come back into its cluster within ${elapsedWords(elapsed)}: ${now.error.message}`,
          'Read its log on the host and that of the elected master.',
          {
            hostState: 'changed',
            retryable: true,
            ...(now.error.detail === undefined ? {} : { detail: now.error.detail }),
          },
        ),
      );
    }
    context.progress(`Waiting until the node has joined its cluster again: ${elapsedWords(elapsed)}`);
    if (!(await context.clock.sleep(1000, context.signal))) {
      return fail(cancelled());
    }
  }
}

function stopped({ signal }: ChangeContext): boolean {
  return signal?.aborted === true;
}

export interface WaitEnd {
  readonly end: 'as-before' | 'too-slow' | 'stopped' | 'lost';
  readonly words: string;
}

/** A question to the operator that is still open, or how it was answered. */
interface Asking {
  answer: boolean | undefined;
  readonly withdraw: () => void;
}

function askWhetherLonger(context: ChangeContext, words: string): Asking {
  const control = new AbortController();
  const asking: Asking = { answer: undefined, withdraw: () => control.abort() };
  const keep = (answer: boolean) => {
    asking.answer = answer;
  };
  context.waitLonger(words, control.signal).then(keep, () => keep(false));
  return asking;
}

/**
 * Until the cluster is at least what it was, the operator stops waiting, or the time is over and nobody wants to wait longer; it goes on
 * looking while that is asked. Never fails: the node is back, and what is missing is told.
 */
export async function waitForHealth(
  context: ChangeContext,
  one: OneOfMany,
  before: Before,
  seconds: number = patienceSeconds,
): Promise<WaitEnd> {
  const started = context.clock.elapsed();
  const wanted = before.status === 'red' ? 'at least as it was' : before.status;
  let until = started + seconds * 1000;
  let asking: Asking | undefined;
  try {
    for (;;) {
      const asked = await askSelf(context, one);
      if (!asked.ok && asked.error.code.startsWith('SSH_')) {
        return { end: 'lost', words: asked.error.message };
      }
      const now: ClusterHealth | undefined = asked.ok ? asked.value.health : undefined;
      if (now !== undefined && isAsBefore(now, before)) {
        return { end: 'as-before', words: `The cluster is ${now.status} with ${now.nodes} nodes.` };
      }
      const missing = missingWords(now, before);
      const elapsed = elapsedWords(context.clock.elapsed() - started);
      if (stopped(context)) {
        return { end: 'stopped', words: missing };
      }
      if (asking?.answer === false) {
        return { end: 'too-slow', words: missing };
      }
      if (asking?.answer === true) {
        asking = undefined;
        until = context.clock.elapsed() + seconds * 1000;
      }
      if (asking === undefined && context.clock.elapsed() >= until) {
        const words = `Waited ${elapsed} for the cluster to be ${wanted} again: ${missing}.`;
        asking = askWhetherLonger(context, words);
      }
      context.progress(`Waiting until the cluster is ${wanted} again: ${elapsed}; ${missing}`, 'verifying');
      if (!(await context.clock.sleep(2000, context.signal))) {
        return { end: 'stopped', words: missing };
      }
    }
  } finally {
    asking?.withdraw();
  }
}
