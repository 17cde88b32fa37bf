/** Interrupts a change at a moment that its own progress tells. */
import type { ChangeContext } from '../../shared/engine/change-kind.ts';
import type { TestContext } from './change-harness.ts';

/** A context that calls `act` once, when a progress note matches. */
export function interrupting(
  context: TestContext,
  note: RegExp,
  act: () => Promise<void>,
): { readonly context: ChangeContext; readonly acted: () => Promise<void> } {
  let acted: Promise<void> | undefined;
  return {
    context: {
      ...context,
      progress: (text) => {
        context.progress(text);
        if (note.test(text)) {
          acted ??= act();
        }
      },
    },
    acted: () =>
      acted ?? Promise.reject(new Error(`never came to ${note.source}: ${context.notes.join(' | ')}`)),
  };
}
