import { expect, it } from 'vitest';
import { appError } from '../../domain/error.ts';
import { fail } from '../../domain/result.ts';
import { Meeting, onceForAll } from './meeting.ts';

/** What has been answered by now. */
async function soon<T>(promise: Promise<T>): Promise<T | 'waiting'> {
  return await Promise.race([
    promise,
    new Promise<'waiting'>((resolve) => setTimeout(() => resolve('waiting'), 5)),
  ]);
}

it('nobody passes a point before all have come to it', async () => {
  const meeting = new Meeting(['a', 'b', 'c'], 'all-or-none');
  const [a, b, c] = ['a', 'b', 'c'].map((host) => meeting.place(host));
  const first = a?.meet('prepared') ?? Promise.reject(new Error('no place'));
  const second = b?.meet('prepared');
  expect(await soon(first)).toBe('waiting');
  expect(await c?.meet('prepared')).toBe(true);
  expect(await first).toBe(true);
  expect(await second).toBe(true);
});

it('who comes to a later point has passed the earlier ones', async () => {
  const meeting = new Meeting(['a', 'b'], 'all-or-none');
  const last = meeting.place('a').meet('others-stopped');
  const other = meeting.place('b');
  expect(await other.meet('prepared')).toBe(true);
  expect(await soon(last)).toBe('waiting');
  expect(await other.meet('others-stopped')).toBe(true);
  expect(await last).toBe(true);
});

it('one that fails stops all that wait and all that come later', async () => {
  const meeting = new Meeting(['a', 'b', 'c'], 'all-or-none');
  const waiting = meeting.place('a').meet('prepared');
  meeting.place('b').leave('failed');
  expect(await waiting).toBe(false);
  expect(await meeting.place('c').meet('prepared')).toBe(false);
});

it('one that has nothing to do is not waited for', async () => {
  const meeting = new Meeting(['a', 'b'], 'all-or-none');
  const waiting = meeting.place('a').meet('prepared');
  meeting.place('b').leave('done');
  expect(await waiting).toBe(true);
  expect(await meeting.place('a').meet('up')).toBe(true);
});

it('on a way back the others go on without one that fails', async () => {
  const meeting = new Meeting(['a', 'b', 'c'], 'who-can');
  const waiting = [meeting.place('a').meet('all-stopped'), meeting.place('b').meet('all-stopped')];
  meeting.place('c').leave('failed');
  expect(await Promise.all(waiting)).toEqual([true, true]);
});

it('leaving twice counts once, and the first word holds', async () => {
  const meeting = new Meeting(['a', 'b'], 'all-or-none');
  meeting.place('a').leave('done');
  meeting.place('a').leave('failed');
  expect(await meeting.place('b').meet('up')).toBe(true);
});

it('who begins again does not hold up the others a second time', async () => {
  const meeting = new Meeting(['a', 'b'], 'who-can');
  const first = meeting.place('a').meet('up');
  expect(await meeting.place('b').meet('up')).toBe(true);
  await first;
  expect(await meeting.place('a').meet('prepared')).toBe(true);
});

it.each([
  ['who-can', true],
  ['all-or-none', false],
] as const)('who has left and comes again is not waited for (%s)', async (who, alone) => {
  const meeting = new Meeting(['a', 'b'], who);
  meeting.place('a').leave('done');
  expect(await meeting.place('a').meet('prepared')).toBe(alone);
  expect(await meeting.place('b').meet('up')).toBe(true);
});

it('what is done once is the same for all', async () => {
  const meeting = new Meeting(['a', 'b'], 'all-or-none');
  let made = 0;
  const make = () => Promise.resolve((made += 1));
  const got = await Promise.all(['a', 'b'].map((host) => meeting.place(host).once('password', make)));
  expect(got).toEqual([1, 1]);
});

it('who did it hears what went wrong, and the others that another host could not go on', async () => {
  const meeting = new Meeting(['a', 'b'], 'all-or-none');
  const lose = () => Promise.resolve(fail(appError('SSH_CONNECTION_LOST', 'Gone.', 'Wait.')));
  const got = await Promise.all(
    ['a', 'b'].map((host) => onceForAll(meeting.place(host), 'password', lose, 'changed')),
  );
  expect(got.map((one) => (one.ok ? 'done' : one.error.code))).toEqual([
    'SSH_CONNECTION_LOST',
    'PEER_FAILED',
  ]);
});
