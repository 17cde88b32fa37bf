/** Hands the bridge and the mirrored state to the screens. */
import type { ReactNode } from 'react';
import { createContext, use, useCallback, useState } from 'react';
import { useStore } from 'zustand';
import type { Answer, Bridge, Client } from '../../shared/contract/derive.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { type AppError, appError } from '../../shared/domain/error.ts';
import type { Mirror, Mirrored } from './mirror.ts';

interface Connection {
  readonly bridge: Bridge;
  readonly mirror: Mirror;
}

const ConnectionContext = createContext<Connection | undefined>(undefined);

export function BridgeProvider({ bridge, mirror, children }: Connection & { readonly children: ReactNode }) {
  return <ConnectionContext value={{ bridge, mirror }}>{children}</ConnectionContext>;
}

function useConnection(): Connection {
  const connection = use(ConnectionContext);
  if (connection === undefined) throw new Error('A screen was drawn without a bridge around it.');
  return connection;
}

/** The calls to main. */
export function useClient(): Client {
  return useConnection().bridge.call;
}

export function useListen(): Bridge['listen'] {
  return useConnection().bridge.listen;
}

export function useMirrored(): Mirrored {
  return useStore(useConnection().mirror.store);
}

/** Where changes of the mirrored state can be listened to. */
export function useMirrorStore(): Mirror['store'] {
  return useConnection().mirror.store;
}

export function useReload(): () => Promise<void> {
  return useConnection().mirror.load;
}

/**
 * A part of main's state. Screens are only drawn once the state is there. The selector must answer with something that
 * is held by the state, not made anew.
 */
export function useMain<T>(selector: (state: AppState) => T): T {
  return useStore(useConnection().mirror.store, (mirrored) => {
    if (mirrored.status !== 'ready') throw new Error('A screen was drawn before the state arrived.');
    return selector(mirrored.state);
  });
}

/** A call that was thrown back never reached a handler: main is gone, or the two ends do not fit. */
function unreachable(): Answer<never> {
  return {
    ok: false,
    error: appError(
      'INTERNAL',
      'The window could not reach the rest of Bulwark.',
      'Close the window and start Bulwark again; nothing that was done is lost.',
    ),
  };
}

export interface Call<I, O> {
  /** Answers with undefined when main refused; `error` then says why. */
  readonly run: (input: I) => Promise<O | undefined>;
  readonly pending: boolean;
  readonly error: AppError | undefined;
  readonly dismiss: () => void;
}

/** One call with its waiting and its error, for one button. `call` must be one of the client's own. */
export function useCall<I, O>(call: (input: I) => Promise<Answer<O>>): Call<I, O> {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<AppError>();
  const run = useCallback(
    async (input: I) => {
      setPending(true);
      setError(undefined);
      const answer = await call(input).catch(unreachable);
      setPending(false);
      if (answer.ok) return answer.value;
      setError(answer.error);
      return undefined;
    },
    [call],
  );
  const dismiss = useCallback(() => setError(undefined), []);
  return { run, pending, error, dismiss };
}
