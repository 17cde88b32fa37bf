import { expect, it } from 'vitest';
import { appError } from '../../shared/domain/error.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import { askingForLock } from './lock-question.ts';

/** A host whose lock is held by one after the other; breaking fails unless it is meant for who holds it now. */
function heldBy(...holders: string[]) {
  const tried: (string | boolean)[] = [];
  const run = (breakLock: string | boolean) => {
    tried.push(breakLock);
    const [now] = holders;
    if (now === undefined || breakLock === now) return Promise.resolve(succeed('done'));
    if (holders.length > 1 && breakLock !== false) holders.shift();
    const lock = holders[0] ?? '';
    return Promise.resolve(fail<string>(appError('HOST_LOCKED', `${lock} works here.`, 'Wait.', { lock })));
  };
  return { tried, run, next: () => holders.shift() };
}

it('asks about the lock that stands, and breaks only that', async () => {
  const { run, tried } = heldBy('bob');
  const asked: (string | undefined)[] = [];
  const mayBreak = ({ lock }: { readonly lock?: string | undefined }) => {
    asked.push(lock);
    return Promise.resolve(true);
  };
  expect(await askingForLock(run, mayBreak)).toEqual(succeed('done'));
  expect({ asked, tried }).toEqual({ asked: ['bob'], tried: [false, 'bob'] });
});

it('asks anew about who took the host while the question stood', async () => {
  const { run, tried, next } = heldBy('bob', 'eve');
  const mayBreak = ({ lock }: { readonly lock?: string | undefined }) => {
    if (lock === 'bob') next();
    return Promise.resolve(lock === 'bob');
  };
  expect(await askingForLock(run, mayBreak)).toMatchObject({ ok: false, error: { lock: 'eve' } });
  expect(tried).toEqual([false, 'bob']);
});

it('gives up on a host whose lock always goes to the next one', async () => {
  const { run, tried } = heldBy('a', 'b', 'c', 'd', 'e', 'f');
  const ended = await askingForLock(
    (lock) => run(lock === false ? false : `not ${String(lock)}`),
    () => Promise.resolve(true),
  );
  expect(ended).toMatchObject({ ok: false, error: { code: 'HOST_LOCKED' } });
  expect(tried).toHaveLength(4);
});

it('asks nothing where it went well', async () => {
  expect(await askingForLock(heldBy().run, () => Promise.reject(new Error('asked')))).toEqual(
    succeed('done'),
  );
});
