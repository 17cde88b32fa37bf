import type { KdfParameters } from './kdf.ts';

export interface VaultOptions {
  /** Cost for a new vault or passphrase. Default: the strongest that this machine does within a second. */
  readonly kdf?: KdfParameters;
  /** Locks by itself after this many milliseconds without a call, asked anew at each call; absent: never. */
  readonly autoLockMilliseconds?: () => number;
  /** True while something is under way that needs the vault: then idle time does not lock it, and counts anew. */
  readonly inUse?: () => boolean;
  /** Told whenever an open vault has become locked. */
  readonly onLock?: (why: 'asked' | 'idle' | 'changed-elsewhere') => void;
}

/** Characters a passphrase must have at least: the file can be attacked offline. */
export const leastPassphrase = 8;
