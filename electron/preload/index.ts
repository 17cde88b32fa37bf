/** Exposes the contract's client to the page: named functions only, derived from the one object, no logic. */
import { contextBridge, ipcRenderer } from 'electron';
import { api } from '../../shared/contract/api.ts';
import { callChannel, eventChannel } from '../../shared/contract/derive.ts';
import { events } from '../../shared/contract/events.ts';

const call = Object.fromEntries(
  Object.entries(api).map(([group, calls]) => [
    group,
    Object.fromEntries(
      Object.keys(calls).map((name) => [
        name,
        (input: unknown): Promise<unknown> => ipcRenderer.invoke(callChannel(group, name), input),
      ]),
    ),
  ]),
);

function listen(name: string, listener: (event: unknown) => void): () => void {
  if (!Object.hasOwn(events, name)) return () => undefined;
  const channel = eventChannel(name);
  const forward = (_event: unknown, value: unknown): void => listener(value);
  ipcRenderer.on(channel, forward);
  return () => {
    ipcRenderer.removeListener(channel, forward);
  };
}

contextBridge.exposeInMainWorld('bulwark', { call, listen });
