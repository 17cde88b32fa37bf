import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProgressLines } from './progress-lines.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('says what is new at once, counts on quietly, and gives a sign of life every ten seconds', () => {
  const said: string[] = [];
  const lines = createProgressLines((line) => said.push(line));
  for (let second = 0; second < 25; second += 1) {
    lines.say(`Restart: Rehearsing: ${second} s`);
    vi.advanceTimersByTime(1000);
  }
  lines.say('Restart: Reading back');
  vi.advanceTimersByTime(70_000);
  lines.end();
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([
    'Restart: Rehearsing: 0 s',
    '  still: Restart: Rehearsing: 9 s (10 s)',
    '  still: Restart: Rehearsing: 19 s (20 s)',
    'Restart: Reading back',
    ...[10, 20, 30, 40, 50].map((seconds) => `  still: Restart: Reading back (${seconds} s)`),
    '  still: Restart: Reading back (1 min 0 s)',
    '  still: Restart: Reading back (1 min 10 s)',
  ]);
});

it('tells of a thing again when it comes back after another one', () => {
  const said: string[] = [];
  const lines = createProgressLines((line) => said.push(line));
  for (const text of ['a', 'b', 'a']) lines.say(text);
  lines.end();
  expect(said).toEqual(['a', 'b', 'a']);
});
