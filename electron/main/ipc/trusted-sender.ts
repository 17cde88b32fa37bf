/** Who may call: the top frame of our own window at our own origin, nobody else. */
import type { IpcMainInvokeEvent } from 'electron';
import { appOrigin } from '../app-files.ts';

/** `senderFrame.origin` is compared, never a URL parsed by Node: Node gives the origin "null" to unknown schemes. */
export function isTrustedSender(
  event: Pick<IpcMainInvokeEvent, 'senderFrame' | 'sender'>,
  windowContentsId: number | undefined,
): boolean {
  const frame = event.senderFrame;
  if (frame === null || windowContentsId === undefined) return false;
  return (
    event.sender.id === windowContentsId && frame === event.sender.mainFrame && frame.origin === appOrigin
  );
}
