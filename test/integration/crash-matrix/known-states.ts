/** What the old and the new state look like, also with somebody else's edit in them: learned from runs that nothing befell. */
import type { Boundary, Passed } from './contract.ts';
import type { EngineProcesses } from './engine-process.ts';
import { type Ground, removeWorkplace } from './ground.ts';
import { type StandsFor, standsFor } from './same-run.ts';
import { furnish } from './workplace.ts';

export interface Known {
  readonly boundaries: readonly Boundary[];
  readonly standsFor: StandsFor;
  /** Traces on a host that nothing was done to. */
  readonly traces: string;
  /** The change leaves nothing that could be told apart, as a restart does. */
  readonly same: boolean;
  /** @param edited whether somebody else's edit must be in it */
  stateOf(seen: string, edited: boolean): 'old' | 'new' | 'between';
  /** Lines that the last unknown state has and the old one lacks, and the other way round. */
  readonly difference: string;
}

function difference(old: string, seen: string): string {
  const before = old.split('\n');
  const after = seen.split('\n');
  const lines = [
    ...before.filter((line) => !after.includes(line)).map((line) => `-${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+${line}`),
  ];
  if (lines.length > 0) return lines.join('\n');
  const first = before.findIndex((line, index) => line !== after[index]);
  return [
    `the same lines in another order or number, from line ${first + 1}:`,
    ...before.slice(first, first + 8).map((line) => `-${line}`),
    ...after.slice(first, first + 8).map((line) => `+${line}`),
  ].join('\n');
}

class States implements Known {
  readonly boundaries: readonly Boundary[];
  readonly standsFor: StandsFor;
  readonly traces: string;
  readonly #plain: { readonly old: string; readonly new: string };
  readonly #edited: { readonly old: string; readonly new: string };
  difference = '';

  /** @param runs without a fault; the last of them was applied and undone */
  constructor(
    runs: readonly (readonly Passed[])[],
    traces: string,
    plain: { readonly old: string; readonly new: string },
    edited: { readonly old: string; readonly new: string },
  ) {
    this.boundaries = (runs.at(-1) ?? []).map(({ boundary }) => boundary);
    this.standsFor = standsFor(this.boundaries, runs);
    this.traces = traces;
    this.#plain = plain;
    this.#edited = edited;
  }

  get same(): boolean {
    return this.#plain.old === this.#plain.new;
  }

  stateOf(seen: string, edited: boolean): 'old' | 'new' | 'between' {
    const states = edited ? this.#edited : this.#plain;
    // Who came first decides about the order of two lines that two people added.
    const same = (one: string) =>
      edited
        ? one.split('\n').toSorted().join('\n') === seen.split('\n').toSorted().join('\n')
        : one === seen;
    if (same(states.old)) return 'old';
    if (same(states.new)) return 'new';
    this.difference = difference(states.old, seen);
    return 'between';
  }
}

async function dryRun(
  ground: Ground,
  processes: EngineProcesses,
  operation: 'apply' | 'apply-and-undo',
  around: () => Promise<void>,
): Promise<readonly Passed[]> {
  const place = ground.workplace();
  try {
    await furnish(place, ground.kind.secrets?.());
    const engine = processes.take();
    const change = await ground.kind.change(ground.see, ground.operator);
    const begun = await engine.begin({ place, change, operation });
    const end = begun === 'stopped' ? await engine.ended() : begun;
    const refused = operation === 'apply-and-undo' && ground.kind.notReversible !== undefined;
    if (end.result !== (operation === 'apply' ? 'done' : 'undone') && !refused)
      throw new Error(`${ground.kind.kind} does not work without any fault: ${end.result} ${end.detail}`);
    await around();
    return end.reached;
  } finally {
    removeWorkplace(place);
  }
}

/** Learns a kind on a fresh host; leaves it prepared. Throws when the kind does not even work undisturbed. */
export async function learn(ground: Ground, processes: EngineProcesses): Promise<Known> {
  const { edit } = ground.kind;
  const edited = async () => {
    if (typeof edit === 'string') await ground.see(`set -e\n${edit}`);
    return await ground.state();
  };
  await ground.prepare();
  const traces = await ground.traces();
  const old = await ground.state();
  const oldEdited = await edited();
  await ground.prepare();
  if ((await ground.state()) !== old)
    throw new Error(`${ground.kind.kind}: preparing again does not bring back the bad state`);
  let fresh = '';
  let freshEdited = '';
  const applied = await dryRun(ground, processes, 'apply', async () => {
    fresh = await ground.state();
    freshEdited = await edited();
  });
  await ground.prepare();
  if ((await ground.state()) !== old)
    throw new Error(
      `${ground.kind.kind}: preparing after the change does not bring back the bad state:\n${difference(old, await ground.state())}`,
    );
  const both = await dryRun(ground, processes, 'apply-and-undo', async () => {
    const back = await ground.state();
    if (back !== old && ground.kind.notReversible === undefined)
      throw new Error(`${ground.kind.kind}: undone, but not to what was there:\n${difference(old, back)}`);
  });
  await ground.prepare();
  return new States([applied, both], traces, { old, new: fresh }, { old: oldEdited, new: freshEdited });
}
