/** Keys that work everywhere. A screen's own keys are buttons marked with `data-key`. */
import { useEffect } from 'react';
import { useUi } from './ui-store.ts';

export const shortcuts = [
  { keys: 'Ctrl K', does: 'Find an action' },
  { keys: '/', does: 'Search' },
  { keys: 'j or ↓', does: 'Next in a list' },
  { keys: 'k or ↑', does: 'Previous in a list' },
  { keys: 'Enter', does: 'Open what is chosen' },
  { keys: 'F', does: 'Fix the open finding now' },
  { keys: 'P', does: 'Put the open finding into the plan, or take it out' },
  { keys: 'W', does: 'Accept the open finding for a while' },
  { keys: 'U', does: 'Undo' },
  { keys: '?', does: 'Show this list' },
  { keys: 'Esc', does: 'Close and go back to where you were' },
] as const;

/** Typing into a field must never press a button. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      (target.matches('input, textarea, select') && !target.matches('[type="radio"], [type="checkbox"]')))
  );
}

function pressMarked(key: string): boolean {
  const button = document.querySelector<HTMLButtonElement>(`[data-key="${key}"]:not(:disabled)`);
  button?.click();
  return button !== null;
}

function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    useUi.setState((ui) => ({ palette: !ui.palette }));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  // Behind an open dialog nothing may be pressed.
  if (document.querySelector('[aria-modal="true"]') !== null) return;
  if (event.key === '?') {
    event.preventDefault();
    useUi.setState({ shortcuts: true });
  } else if (event.key === '/') {
    const search = document.querySelector<HTMLInputElement>('main input[type="search"]');
    if (search !== null) {
      event.preventDefault();
      search.focus();
    }
  } else if (/^[fpuw]$/i.test(event.key) && pressMarked(event.key.toLowerCase())) {
    event.preventDefault();
  }
}

export function useShortcuts(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
