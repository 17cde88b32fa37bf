/** The table that every control's test is: rows for each outcome, and what holds for all controls. */
import { describe, expect, it } from 'vitest';
import type { Choices, Control, Proposal } from '../../shared/controls/define-control.ts';
import { changeSchema } from '../../shared/domain/change.ts';
import { evidenceSchema } from '../../shared/domain/evidence.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { noElasticsearch } from './facts.ts';

export interface Row {
  readonly name: string;
  readonly facts: Facts;
  /** What the summary says. */
  readonly says?: RegExp;
}

export type Rows = readonly [Row, ...Row[]];

/** Every outcome needs a row; that a host without Elasticsearch is not applicable is added. */
export function controlTable(
  control: Control,
  rows: Readonly<Record<Exclude<Outcome, 'not-applicable'>, Rows>> & { readonly 'not-applicable'?: Rows },
): void {
  const all = Object.entries({
    ...rows,
    'not-applicable': [
      ...(rows['not-applicable'] ?? []),
      { name: 'no Elasticsearch', facts: noElasticsearch },
    ],
  });
  describe.each(all)('%s', (outcome, list) => {
    it.each(list.map((row) => [row.name, row] as const))('%s', (_, row) => {
      const evaluation = control.evaluate(row.facts);
      expect(`${evaluation.outcome}: ${evaluation.summary}`).toBe(`${outcome}: ${evaluation.summary}`);
      expect(evaluation.summary).toMatch(row.says ?? /./);
      for (const seen of evaluation.evidence) expect(() => evidenceSchema.parse(seen)).not.toThrow();
      expect(evaluation.summary).toMatch(/^[A-Z0-9].*\.$/s);
      if (outcome === 'pass' || outcome === 'fail') expect(evaluation.evidence.length).toBeGreaterThan(0);
      if (outcome === 'fail') checkWords(control.propose(row.facts, {}));
    });
  });
  it('is unknown when nothing was read', () => {
    expect(control.evaluate({}).outcome).toBe('unknown');
  });
}

/** The changes that are proposed for these choices; fails the test when it is something else. */
export function changesOf(control: Control, facts: Facts, choices: Choices = {}) {
  const proposal = control.propose(facts, choices);
  if (proposal.type !== 'changes') throw new Error(`expected changes, not ${JSON.stringify(proposal)}`);
  for (const change of proposal.changes) changeSchema.parse(change);
  return proposal;
}

export function manualOf(control: Control, facts: Facts) {
  const proposal = control.propose(facts, {});
  if (proposal.type !== 'manual') throw new Error(`expected manual steps, not ${proposal.type}`);
  return proposal;
}

export function choicesOf(control: Control, facts: Facts, choices: Choices = {}) {
  const proposal = control.propose(facts, choices);
  if (proposal.type !== 'choices') throw new Error(`expected choices, not ${proposal.type}`);
  return proposal;
}

/** Sentences, no exclamation marks, no promises that cannot be kept. */
function checkWords(proposal: Proposal): void {
  const sentences =
    proposal.type === 'manual'
      ? [proposal.reason, ...proposal.steps]
      : [...proposal.steps, proposal.disturbs, proposal.undo];
  expect(sentences.length).toBeGreaterThan(1);
  for (const sentence of sentences) {
    expect(sentence).not.toMatch(/!|100 ?%|undefined|\[object/);
    expect(sentence.length).toBeGreaterThan(8);
  }
}
