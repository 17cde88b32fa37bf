/** One call at the door: input schema, handler, output schema, answer. Pure: nothing of Electron in it. */
import { z } from 'zod';
import type { Answer } from '../../../shared/contract/derive.ts';
import { type AppError, appError, appErrorSchema } from '../../../shared/domain/error.ts';
import { redact } from '../../../shared/text/redact.ts';

export interface Call {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

export function refused(code: AppError['code'], message: string, detail?: string): Answer<never> {
  return {
    ok: false,
    error: appError(
      code,
      message,
      'Nothing was changed. Restart Bulwark if this happens again.',
      detail === undefined ? {} : { detail },
    ),
  };
}

/** Parses both ways, so that a mistake in main cannot hand the page an extra field either. */
export async function answerCall(
  call: Call,
  input: unknown,
  handle: (input: unknown) => Promise<Answer<unknown>>,
): Promise<Answer<unknown>> {
  const parsed = call.input.safeParse(input);
  if (!parsed.success)
    return refused(
      'INPUT_INVALID',
      'The window sent something that Bulwark does not accept.',
      z.prettifyError(parsed.error).slice(0, 500),
    );
  let answer: Answer<unknown>;
  try {
    answer = await handle(parsed.data);
  } catch (cause) {
    return refused(
      'INTERNAL',
      'Something went wrong inside Bulwark that it did not foresee.',
      redact(cause instanceof Error ? cause.message : String(cause)).slice(0, 500),
    );
  }
  if (!answer.ok) return withoutExtras(answer.error);
  const out = call.output.safeParse(answer.value);
  if (!out.success)
    return refused(
      'INTERNAL',
      'Bulwark held back an answer that did not have the agreed form.',
      z.prettifyError(out.error).slice(0, 500),
    );
  return { ok: true, value: out.data };
}

function withoutExtras(error: unknown): Answer<never> {
  const parsed = appErrorSchema.safeParse(error);
  if (parsed.success) return { ok: false, error: parsed.data };
  return refused('INTERNAL', 'Bulwark held back an error that did not have the agreed form.');
}
