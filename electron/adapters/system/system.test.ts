import { describe, expect, it } from 'vitest';
import { systemClock, systemDigest, systemRandom } from './system.ts';

describe('the system ports', () => {
  it('sleeps until the time is over or the signal fires', async () => {
    const started = systemClock.now();
    expect(await systemClock.sleep(20)).toBe(true);
    expect(systemClock.now() - started).toBeGreaterThanOrEqual(15);
    const control = new AbortController();
    const sleeping = systemClock.sleep(60_000, control.signal);
    control.abort();
    expect(await sleeping).toBe(false);
    expect(await systemClock.sleep(60_000, control.signal)).toBe(false);
  });

  it('digests text and bytes alike', () => {
    const known = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(systemDigest.sha256('abc')).toBe(known);
    expect(systemDigest.sha256(new TextEncoder().encode('abc'))).toBe(known);
  });

  it('gives as many random bytes as asked', () => {
    expect(systemRandom.bytes(32)).toHaveLength(32);
    expect(systemRandom.bytes(32)).not.toEqual(systemRandom.bytes(32));
  });
});
