/** Clock, digest and randomness as Node has them. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock, Digest, Random } from '../../../shared/engine/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve(false);
        return;
      }
      const stop = () => {
        clearTimeout(timer);
        resolve(false);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve(true);
      }, milliseconds);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

export const systemDigest: Digest = {
  sha256: (data) => createHash('sha256').update(data).digest('hex'),
};

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
};
