/** The one place that touches what the preload exposes. */
import type { Bridge } from '../../shared/contract/derive.ts';

declare global {
  interface Window {
    readonly bulwark?: Bridge;
  }
}

/** The preload's end, or undefined when the page was opened outside Bulwark. */
export function findBridge(): Bridge | undefined {
  return window.bulwark;
}
