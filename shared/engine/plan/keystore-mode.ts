/** A keystore that one step closes and a later one of the same plan writes: one final mode, and one difference to read. */
import type { Change } from '../../domain/change.ts';
import type { Step } from '../../domain/plan.ts';
import type { Wanted } from './merge.ts';

/** What `elasticsearch-keystore` leaves, seen on 7.17 to 9.5; every step of ours that writes a keystore puts the same. */
const finalMode = '660';

function keystoreWritten(change: Change): string | undefined {
  return change.kind === 'keystore-entry' ||
    change.kind === 'es-auto-configuration' ||
    change.kind === 'es-enrollment' ||
    change.kind === 'es-own-certificates'
    ? `${change.install.pathConf}/elasticsearch.keystore`
    : undefined;
}

/** The step that closes a keystore gives it the mode that a later step would give it anyway. */
export function withFinalKeystoreModes(all: readonly Wanted[]): readonly Wanted[] {
  const written = new Set(all.map(({ change }) => keystoreWritten(change)));
  return all.map((wanted) => {
    const { change } = wanted;
    if (change.kind !== 'file-mode') {
      return wanted;
    }
    const entries = change.entries.map((entry) =>
      entry.mode !== undefined && written.has(entry.path) ? { ...entry, mode: finalMode } : entry,
    );
    return { ...wanted, change: { ...change, entries } };
  });
}

const ownership = /^\S+:\S+ [0-7]{3,4}$/;

/** Each step was looked at on the host as it is: owner and mode that an earlier step sets are what the later one finds. */
export function inSequence(steps: readonly Step[]): readonly Step[] {
  const seen = new Map<string, { readonly found: string; readonly left: string }>();
  return steps.map((step) => ({
    ...step,
    diffs: step.diffs.flatMap((diff) => {
      if (!ownership.test(diff.before) || !ownership.test(diff.after)) {
        return [diff];
      }
      const at = `${step.hostId} ${diff.subject}`;
      const earlier = seen.get(at);
      seen.set(at, { found: earlier?.found ?? diff.before, left: diff.after });
      if (earlier === undefined || earlier.found !== diff.before) {
        return [diff];
      }
      return earlier.left === diff.after ? [] : [{ ...diff, before: earlier.left }];
    }),
  }));
}
