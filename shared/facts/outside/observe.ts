/** What the operator's machine sees of the node's ports, without SSH and without credentials. */
import type { Fact } from '../../domain/fact.ts';
import type { OutsideView } from '../../domain/facts.ts';
import type { OutsideObserver } from '../../engine/ports.ts';

export async function observeOutside(
  observer: OutsideObserver | undefined,
  address: string,
  ports: readonly number[],
  at: string,
  signal?: AbortSignal,
): Promise<Fact<OutsideView>> {
  const where = `from the operator's machine to ${address}`;
  if (!observer) {
    return {
      status: 'unknown',
      reason: 'Nothing looked from outside.',
      remedy: 'Assess from a machine that reaches the host directly.',
      where,
      at,
    };
  }
  const seen = await Promise.all(
    ports.map(async (port) => {
      const { state, answersStranger, detail } = await observer.observe(address, port, signal);
      return { port, state, answersStranger, detail };
    }),
  );
  return { status: 'known', value: { ports: seen }, where, at };
}
