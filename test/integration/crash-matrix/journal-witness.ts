/** Reads a journal's lines without the engine: the chain, and what they say of the one step that a case is about. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from '../../../shared/engine/ports.ts';

export interface JournalSeen {
  /** Empty when everything holds. */
  readonly breaches: readonly string[];
  /** none: nothing was begun. open: a step begun without an end that is known, or a restart owed. partly: some steps are applied. */
  readonly standing: 'none' | 'open' | 'applied' | 'undone' | 'partly';
  /** Steps without an end that is known, and restarts that are still owed. */
  readonly open: number;
  readonly beforeImages: readonly string[];
}

interface Line {
  readonly type: string;
  readonly sequence: number;
  readonly previous: string;
  /** Of everything in the line before this member, which stands last. */
  readonly digest: string;
  readonly unit?: string;
  readonly restart?: { readonly unit: string };
  readonly applying?: boolean;
  readonly change?: { readonly kind: string; readonly unit?: string };
  readonly stepId?: string;
  readonly result?: string;
  readonly stays?: boolean;
  readonly beforeImage?: string;
}

function linesOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jsonl'),
  );
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1));
}

type Standing = 'none' | 'open' | 'applied' | 'undone';

function together(steps: readonly Standing[]): JournalSeen['standing'] {
  if (steps.length === 0) return 'none';
  if (steps.includes('open')) return 'open';
  if (steps.every((step) => step === 'undone')) return 'undone';
  return steps.every((step) => step === 'applied') ? 'applied' : 'partly';
}

/** @param applied how the step stood before anybody began to undo it: an undoing that found drift changes nothing of that */
function standingAfter(standing: Standing, applied: Standing, line: Line): Standing {
  switch (line.type) {
    case 'intent':
    case 'undo-intent':
      return 'open';
    case 'outcome':
      return line.result === 'done' ? 'applied' : line.result === 'undone-after-failure' ? 'undone' : 'open';
    case 'undo-outcome':
      if (line.stays === true) return 'applied';
      return line.result === 'undone' ? 'undone' : line.result === 'drifted' ? applied : 'open';
    default:
      return standing;
  }
}

/** Restarts that are owed: for what was undone, and for steps that stand as long as their plan has not begun the restart. */
class Restarts {
  readonly #undone = new Set<string>();
  readonly #changed = new Map<string, string[]>();
  readonly #begun = new Map<string, string>();

  read({ type, unit = '', restart, applying, change, stepId = '', result }: Line): void {
    const owed = restart?.unit ?? '';
    if (type === 'restart-owed' && applying !== true) this.#undone.add(owed);
    if (type === 'restart-owed' && applying === true)
      this.#changed.set(owed, [...(this.#changed.get(owed) ?? []), stepId]);
    if (type === 'intent' && change?.kind === 'service-restart') this.#begun.set(stepId, change.unit ?? '');
    if (type === 'outcome' && ['done', 'undone-after-failure'].includes(result ?? ''))
      this.#changed.delete(this.#begun.get(stepId) ?? '');
    if (type !== 'restart-outcome' || result === 'failed') return;
    if (!this.#undone.delete(unit) || result === 'done') this.#changed.delete(unit);
  }

  owed(standingOf: (stepId: string) => Standing): number {
    const begun = [...this.#begun].flatMap(([step, unit]) => (standingOf(step) === 'open' ? [unit] : []));
    const changed = [...this.#changed].flatMap(([unit, steps]) =>
      steps.some((step) => standingOf(step) !== 'undone') && !begun.includes(unit) ? [unit] : [],
    );
    return new Set([...this.#undone, ...changed]).size;
  }
}

export function witnessJournal(folder: string): JournalSeen {
  const breaches: string[] = [];
  const beforeImages: string[] = [];
  const steps = new Map<string, { standing: Standing; applied: Standing }>();
  const restarts = new Restarts();
  let previous = '0'.repeat(64);
  for (const [index, text] of linesOf(folder).entries()) {
    const line = JSON.parse(text) as Line;
    if (line.previous !== previous) breaches.push(`line ${index + 1} does not follow the one before it`);
    if (line.sequence !== index) breaches.push(`line ${index + 1} bears the number ${line.sequence}`);
    const sealed = text.slice(0, text.lastIndexOf(',"digest":"'));
    previous = createHash('sha256').update(sealed).digest('hex');
    if (line.digest !== previous) breaches.push(`line ${index + 1} was changed after it was written`);
    if (line.type === 'intent' && line.beforeImage !== undefined) beforeImages.push(line.beforeImage);
    restarts.read(line);
    if (line.stepId === undefined || line.type.startsWith('restart-')) continue;
    const step = steps.get(line.stepId) ?? { standing: 'none', applied: 'none' };
    const standing = standingAfter(step.standing, step.applied, line);
    const applied = line.type === 'intent' || line.type === 'outcome' ? standing : step.applied;
    steps.set(line.stepId, { standing, applied });
  }
  const standings = [...steps.values()].map(({ standing }) => standing);
  const owed = restarts.owed((step) => steps.get(step)?.standing ?? 'none');
  const open = standings.filter((standing) => standing === 'open').length + owed;
  const standing = owed > 0 ? 'open' : together(standings);
  return { breaches, standing, open, beforeImages };
}

/** Every before-image that the journal names can be decrypted. */
export async function missingImages(seen: JournalSeen, blobs: BlobStore): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const id of seen.beforeImages) {
    const image = await blobs.get(id);
    if (!image.ok) missing.push(`before-image ${id}: ${image.error.message}`);
  }
  return missing;
}
