/** Types and validates a control's definition. A control evaluates facts and proposes changes; it never touches a host. */
import type { Change } from '../domain/change.ts';
import { type ControlWords, controlWordsSchema } from '../domain/control.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { Facts } from '../domain/facts.ts';
import type { Choice } from '../domain/finding.ts';
import type { Outcome } from '../domain/outcome.ts';

export interface Evaluation {
  readonly outcome: Outcome;
  /** One sentence. For unknown and error: what could not be read and how to let Bulwark read it. */
  readonly summary: string;
  readonly evidence: readonly Evidence[];
}

export type Proposal =
  | {
      readonly type: 'changes';
      readonly changes: readonly Change[];
      /** What may be chosen otherwise; without a choice `suggested` holds. */
      readonly choices?: readonly Choice[];
      readonly steps: readonly string[];
      readonly disturbs: string;
      readonly undo: string;
      readonly fixedTogetherWith?: readonly string[];
    }
  | {
      readonly type: 'choices';
      readonly choices: readonly Choice[];
      readonly steps: readonly string[];
      readonly disturbs: string;
      readonly undo: string;
      readonly fixedTogetherWith?: readonly string[];
    }
  | {
      readonly type: 'manual';
      readonly reason: string;
      readonly steps: readonly string[];
      /** The control whose change makes this finding go away as well: it is not left over where that one is planned. */
      readonly settledBy?: string;
    };

/** The operator's choices as text by parameter name, as the contract carries them. */
export type Choices = Readonly<Record<string, string>>;

export interface Control {
  readonly words: ControlWords;
  /** Facts → outcome. Pure. An exception becomes an `error` finding at the scan's boundary. */
  evaluate(facts: Facts): Evaluation;
  /** Only called for a failed finding. Pure. */
  propose(facts: Facts, choices: Choices): Proposal;
}

export function defineControl(control: Control): Control {
  controlWordsSchema.parse(control.words);
  return Object.freeze(control);
}
