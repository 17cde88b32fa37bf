/** The door: who calls is checked here, what is said by `answer-call.ts`. The only file that touches `ipcMain`. */
import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import { api } from '../../../shared/contract/api.ts';
import { type Answer, callChannel } from '../../../shared/contract/derive.ts';
import { answerCall, type Call, refused } from './answer-call.ts';
import { isTrustedSender } from './trusted-sender.ts';

export type Dispatch = (group: string, name: string, input: unknown) => Promise<Answer<unknown>>;

export function registerCalls(
  windowContentsId: () => number | undefined,
  dispatch: Dispatch,
  refusedSender: (channel: string) => void,
): void {
  const groups: Readonly<Record<string, Readonly<Record<string, Call>>>> = api;
  for (const [group, calls] of Object.entries(groups)) {
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
