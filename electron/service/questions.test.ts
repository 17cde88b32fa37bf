import { describe, expect, it } from 'vitest';
import { emptyState } from '../../test/support/service-state.ts';
import { createQuestions, type QuestionDraft } from './questions.ts';
import { createStateStore } from './state-store.ts';

const drift: QuestionDraft = {
  type: 'drift',
  hostId: 'a',
  hostName: 'a',
  stepTitle: 't',
  detail: 'd',
  diffs: [],
};
const secret: Extract<QuestionDraft, { type: 'secret' }> = {
  type: 'secret',
  hostId: 'a',
  hostName: 'a',
  purpose: 'password',
  prompt: 'Password',
  attempt: 1,
};

function made() {
  const store = createStateStore(emptyState, () => undefined);
  const questions = createQuestions(store);
  const open = () => store.get().questions;
  const first = () => open()[0]?.id ?? '';
  return { questions, open, first };
}

describe('a question', () => {
  it('stays until it is answered, and once', async () => {
    const { questions, open, first } = made();
    const asked = questions.ask(drift);
    expect(open()).toHaveLength(1);
    const id = first();
    expect(questions.answer(id, 'overwrite')).toBe(true);
    expect(await asked).toBe('overwrite');
    expect(open()).toEqual([]);
    expect(questions.answer(id, 'keep')).toBe(false);
    expect(questions.answer('no such', 'keep')).toBe(false);
  });

  it('goes with the work that asked it', async () => {
    const { questions, open } = made();
    const stop = new AbortController();
    const asked = questions.ask(drift, stop.signal);
    stop.abort();
    expect(await asked).toBe('cancel');
    expect(open()).toEqual([]);
    expect(await questions.ask(drift, stop.signal)).toBe('cancel');
    expect(open()).toEqual([]);
  });

  it('is taken back by what it is about', async () => {
    const { questions, open } = made();
    const mine = questions.ask(drift);
    const other = questions.ask({ ...drift, hostId: 'b' });
    questions.withdraw((question) => question.hostId === 'a');
    expect(await mine).toBe('cancel');
    expect(open().map((question) => question.hostId)).toEqual(['b']);
    questions.withdraw(() => true);
    expect(await other).toBe('cancel');
  });

  it('for a secret gets a secret, which is in no state', async () => {
    const { questions, open, first } = made();
    const asked = questions.askSecret(secret);
    const id = first();
    expect(questions.answerSecret(id, 'canary-4711')).toBe(true);
    expect((await asked)?.reveal()).toBe('canary-4711');
    expect(questions.answerSecret(id, 'again')).toBe(false);
    expect(JSON.stringify(open())).not.toContain('canary-4711');
  });

  it('takes no secret for a decision, and silence for a declined secret', async () => {
    const { questions, first } = made();
    const decision = questions.ask(drift);
    expect(questions.answerSecret(first(), 'x')).toBe(false);
    expect(questions.answer(first(), 'keep')).toBe(true);
    await decision;
    const asked = questions.askSecret(secret);
    questions.answer(first(), 'cancel');
    expect(await asked).toBeUndefined();
  });
});
