/** A bench with three files and a plan that replaces each of them: what tests of applying, undoing and recovering start from. */
import { readFileSync } from 'node:fs';
import type { Change } from '../../shared/domain/change.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { value } from './change-harness.ts';
import { EngineBench } from './engine-harness.ts';
import { testDigest } from './memory-ports.ts';

export function content(path: string, text: string, expects = 'old'): Change {
  return { kind: 'file-content', path, content: text, expects: testDigest.sha256(expects) };
}

export interface ThreeFiles {
  readonly bench: EngineBench;
  readonly plan: Plan;
  readonly read: (path: string) => string;
  /** The journal in words: type and result of each entry. */
  readonly kinds: () => readonly string[];
}

export async function threeFiles(): Promise<ThreeFiles> {
  const bench = new EngineBench();
  for (const name of ['a', 'b', 'c']) {
    bench.host.place(`/etc/${name}`, 'old', 0o644);
  }
  const plan = value(
    await bench.plan(
      bench.request(
        'one',
        content('/etc/a', 'new a'),
        content('/etc/b', 'password: canary-value'),
        content('/etc/c', 'new c'),
      ),
    ),
  );
  return {
    bench,
    plan,
    read: (path) => readFileSync(bench.host.path(path), 'utf8'),
    kinds: () =>
      bench.journal.entries.map((entry) =>
        'result' in entry ? `${entry.type} ${entry.result}` : entry.type,
      ),
  };
}
