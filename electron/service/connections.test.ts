import { describe, expect, it } from 'vitest';
import { appError, type ErrorCode } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { HostSession, SessionFactory } from '../../shared/engine/ports.ts';
import { emptyState, hostState } from '../../test/support/service-state.ts';
import { createAskedCredentials } from './asked-credentials.ts';
import { createConnections } from './connections.ts';
import { createQuestions } from './questions.ts';
import { createStateStore } from './state-store.ts';

const host = hostState('a').host;

/** A host that wants a password; below the port, and it refuses whatever it was not taught. */
function made(right: string) {
  const store = createStateStore(emptyState, () => undefined);
  const questions = createQuestions(store);
  const credentials = createAskedCredentials(questions, () => host);
  const closed: string[] = [];
  const session = {
    hostId: 'a',
    close: () => Promise.resolve(void closed.push('a')),
  } as unknown as HostSession;
  async function open(_hostId: string, signal?: AbortSignal): Promise<Result<HostSession>> {
    const given = credentials.password('a');
    const stopped = new Promise<'stopped'>((resolve) => {
      signal?.addEventListener('abort', () => resolve('stopped'));
    });
    const answer = await Promise.race([given, stopped]);
    if (answer === 'stopped') return fail(appError('CANCELLED', '', ''));
    if (answer === undefined) return fail(appError('SSH_AUTH', 'none given', ''));
    return answer.reveal() === right ? succeed(session) : fail(appError('SSH_AUTH', 'refused', ''));
  }
  const raw: SessionFactory = { open, openFresh: open };
  const connections = createConnections(raw, credentials, () => host);
  /** Answers the open question; waits a turn for the next one. */
  async function answer(value: string | undefined): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve));
    const question = store.get().questions[0];
    if (question?.type !== 'secret') throw new Error('no secret is asked for');
    if (value === undefined) questions.answer(question.id, 'cancel');
    else questions.answerSecret(question.id, value);
    return question.attempt;
  }
  return { store, credentials, connections, closed, answer };
}

describe('a refused password', () => {
  it('is asked for again, counted, and kept once it is right', async () => {
    const { connections, answer, store } = made('right');
    const opened = connections.factory.open('a');
    expect(await answer('wrong')).toBe(1);
    expect(await answer('right')).toBe(2);
    expect((await opened).ok).toBe(true);
    expect((await connections.factory.open('a')).ok).toBe(true);
    expect(store.get().questions).toEqual([]);
  });

  it('is asked for three times', async () => {
    const { connections, answer } = made('right');
    const opened = connections.factory.open('a');
    for (const value of ['1', '2', '3']) await answer(value);
    expect(await opened).toMatchObject({ ok: false, error: { message: 'refused' } });
  });

  it('is the reason when nothing more is typed, and the next time starts anew', async () => {
    const { connections, answer } = made('right');
    const opened = connections.factory.open('a');
    await answer('wrong');
    await answer(undefined);
    expect(await opened).toMatchObject({ ok: false, error: { message: 'refused' } });
    const again = connections.factory.open('a');
    expect(await answer('right')).toBe(1);
    expect((await again).ok).toBe(true);
  });

  it('is asked for once by two connections at the same time', async () => {
    const { connections, answer, store } = made('right');
    const both = [connections.factory.open('a'), connections.factory.open('a')];
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.get().questions).toHaveLength(1);
    await answer('right');
    for (const opened of both) expect((await opened).ok).toBe(true);
  });
});

describe('a question of a connection', () => {
  it('goes when the connection is cancelled', async () => {
    const { connections, store } = made('right');
    const stop = new AbortController();
    const opened = connections.factory.open('a', stop.signal);
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.get().questions).toHaveLength(1);
    stop.abort();
    expect(await opened).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(store.get().questions).toEqual([]);
  });
});

describe('a borrowed connection', () => {
  it('is closed after the work, and the sudo password asked for again when it is refused', async () => {
    const { connections, closed, credentials } = made('right');
    credentials.give('a', 'password', new Secret('right'));
    const codes: ErrorCode[] = ['SUDO_PASSWORD_WRONG'];
    const worked = connections.withSession('a', undefined, async () => {
      const code = codes.shift();
      return code === undefined ? succeed('done') : fail(appError(code, '', ''));
    });
    expect(await worked).toEqual({ ok: true, value: 'done' });
    expect(closed).toEqual(['a', 'a']);
  });

  it('is held until it is dropped', async () => {
    const { connections, answer, closed } = made('right');
    const held = connections.hold('a');
    await answer('right');
    await held;
    expect(connections.isHeld('a')).toBe(true);
    await connections.closeAll();
    expect(connections.isHeld('a')).toBe(false);
    expect(closed).toEqual(['a']);
  });
});
