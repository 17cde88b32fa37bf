/** A run without a window answers by what was given beforehand, and only the question that it was given for. */
import { expect, it } from 'vitest';
import { emptyState } from '../../test/support/service-state.ts';
import { createQuestions } from '../service/questions.ts';
import { createStateStore } from '../service/state-store.ts';
import { createAnswers } from './answers.ts';
import { parseOptions } from './options.ts';

async function answered(args: readonly string[], lock: string): Promise<unknown> {
  const parsed = parseOptions(args, ['break-lock']);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const answers = createAnswers(parsed.value.options, {});
  const store = createStateStore(emptyState, () => undefined);
  const questions = createQuestions(store);
  const asked = questions.ask(
    { type: 'lock', hostId: 'one', hostName: 'One', holder: 'Eve works here.', advice: 'Wait.', lock },
    new AbortController().signal,
  );
  answers.look(store.get().questions, questions);
  return await asked;
}

it('breaks the lock that was named and no other', async () => {
  expect(await answered([], 'lock-2')).toBe('cancel');
  expect(await answered(['--break-lock', 'lock-1'], 'lock-2')).toBe('cancel');
  expect(await answered(['--break-lock', 'lock-1', '--break-lock', 'lock-2'], 'lock-2')).toBe('break-lock');
  expect(await answered(['--break-lock', 'unnamed'], '')).toBe('break-lock');
  expect(await answered(['--break-lock', ''], '')).toBe('cancel');
});

it('takes no lock without its name', () => {
  expect(parseOptions(['--break-lock'], ['break-lock']).ok).toBe(false);
});
