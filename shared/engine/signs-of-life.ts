/** While one step takes long, others see that the hosts of its plan are still locked on purpose. */
import type { HostWork } from './host-work.ts';
import type { Clock } from './ports.ts';

/** Well below the half hour after which a lock counts as abandoned. */
const everyMilliseconds = 300_000;

/**
 * To be called as often as one likes. It connects anew to nobody, which would cut the link of the step that runs, and what does not
 * work is left to whoever needs the lock next.
 */
export function signsOfLife(works: readonly HostWork[], clock: Clock): () => void {
  let last = clock.elapsed();
  return () => {
    if (clock.elapsed() - last < everyMilliseconds) return;
    last = clock.elapsed();
    for (const work of works) work.touch().catch(() => undefined);
  };
}
