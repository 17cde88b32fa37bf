import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTelling } from './telling.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('is never silent for longer than about ten seconds while something goes on', async () => {
  const said: string[] = [];
  const telling = createTelling(Date.now(), (line) => said.push(line.trimEnd()));
  telling.say('Begun');
  telling.goingOn('verify', () => Promise.resolve('Assess again, 12 s'));
  await vi.advanceTimersByTimeAsync(12_000);
  telling.say('  a line of its own');
  await vi.advanceTimersByTimeAsync(9000);
  telling.goingOn('report', () => Promise.reject(new Error('no window')));
  await vi.advanceTimersByTimeAsync(12_000);
  telling.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said).toEqual([
    '[0 s] Begun',
    '[10 s]   still: verify, 10 s: Assess again, 12 s',
    '[12 s]   a line of its own',
    '[22 s]   still: report, 1 s',
    '[32 s]   still: report, 11 s',
  ]);
});
