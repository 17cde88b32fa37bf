import { useSyncExternalStore } from 'react';

function everySecond(changed: () => void): () => void {
  const timer = setInterval(changed, 1000);
  return () => clearInterval(timer);
}

function never(): () => void {
  return () => undefined;
}

function wholeSeconds(): number {
  return Math.floor(Date.now() / 1000) * 1000;
}

/** The time in milliseconds, in whole seconds, renewed every second while `running`. */
export function useNow(running: boolean): number {
  return useSyncExternalStore(running ? everySecond : never, wholeSeconds);
}
