/** The door: sender, input schema, handler, output schema, answer. The only file that touches `ipcMain`. */
import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import { z } from 'zod';
import { api } from '../../../shared/contract/api.ts';
import { type Answer, callChannel } from '../../../shared/contract/derive.ts';
import { type AppError, appError } from '../../../shared/domain/error.ts';
import { isTrustedSender } from './trusted-sender.ts';

export type Dispatch = (group: string, name: string, input: unknown) => Promise<Answer<unknown>>;

interface Call {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

function refused(code: AppError['code'], message: string, detail?: string): Answer<never> {
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
      cause instanceof Error ? cause.message : String(cause),
    );
  }
  if (!answer.ok) return answer;
  const out = call.output.safeParse(answer.value);
  if (!out.success)
    return refused(
      'INTERNAL',
      'Bulwark held back an answer that did not have the agreed form.',
      z.prettifyError(out.error).slice(0, 500),
    );
  return { ok: true, value: out.data };
}

export function registerCalls(
  windowContentsId: () => number | undefined,
  dispatch: Dispatch,
  refusedSender: (channel: string) => void,
): void {
  for (const [group, calls] of Object.entries(api)) {
    for (const [name, call] of Object.entries(calls)) {
      const channel = callChannel(group, name);
      ipcMain.handle(channel, (event: IpcMainInvokeEvent, input: unknown): Promise<Answer<unknown>> => {
        if (!isTrustedSender(event, windowContentsId())) {
          refusedSender(channel);
          return Promise.resolve(
            refused('INPUT_INVALID', 'A page that Bulwark does not know tried to use it.'),
          );
        }
        return answerCall(call, input, (parsed) => dispatch(group, name, parsed));
      });
    }
  }
}
