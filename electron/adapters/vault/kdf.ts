/** Turns the passphrase into a key. Slow and memory-hungry on purpose: whoever copies the file has to pay this for every guess. */

import { performance } from 'node:perf_hooks';
import { argon2id } from 'hash-wasm';

export interface KdfParameters {
  /** 8 to 1 048 576. */
  readonly memoryKib: number;
  /** 1 to 16. */
  readonly passes: number;
  /** 1 to 16. */
  readonly lanes: number;
}

export const kdfLimits = { memoryKib: 1_048_576, passes: 16, lanes: 16 } as const;

/** From the strongest on: RFC 9106 asks for at least 64 MiB and three passes where memory is short. */
const ladder: readonly KdfParameters[] = [
  { memoryKib: 131_072, passes: 3, lanes: 1 },
  { memoryKib: 131_072, passes: 2, lanes: 1 },
  { memoryKib: 65_536, passes: 3, lanes: 1 },
];

export const defaultKdf: KdfParameters = { memoryKib: 131_072, passes: 3, lanes: 1 };

/** True when a file may ask for this much work; a forged header must not be able to exhaust the machine. */
export function kdfAllowed(parameters: KdfParameters): boolean {
  const { memoryKib, passes, lanes } = parameters;
  return (
    within(lanes, 1, kdfLimits.lanes) &&
    within(passes, 1, kdfLimits.passes) &&
    within(memoryKib, 8 * lanes, kdfLimits.memoryKib)
  );
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** 32 bytes. The caller wipes them. */
export async function deriveKey(
  passphrase: Uint8Array,
  salt: Uint8Array,
  parameters: KdfParameters,
): Promise<Buffer> {
  const key = await argon2id({
    password: passphrase,
    salt,
    memorySize: parameters.memoryKib,
    iterations: parameters.passes,
    parallelism: parameters.lanes,
    hashLength: 32,
    outputType: 'binary',
  });
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength);
}

/**
 * The strongest step that this machine does within `budgetMilliseconds`, never weaker than 64 MiB and three passes: one
 * busy moment while a vault is made must not weaken it for good.
 */
export async function calibrateKdf(budgetMilliseconds = 1000): Promise<KdfParameters> {
  const probe = { memoryKib: 65_536, passes: 1, lanes: 1 };
  const begun = performance.now();
  (await deriveKey(new Uint8Array(16), new Uint8Array(16), probe)).fill(0);
  const unit = (performance.now() - begun) / probe.memoryKib;
  const fits = (step: KdfParameters) => unit * step.memoryKib * step.passes <= budgetMilliseconds;
  return ladder.find(fits) ?? ladder.at(-1) ?? defaultKdf;
}
