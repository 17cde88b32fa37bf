/** Judges gathered facts by every control. Pure: the same facts give the same findings. */
import type { ControlWords } from '../domain/control.ts';
import type { Evidence } from '../domain/evidence.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { Choice, Finding, Remedy, Scan } from '../domain/finding.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Gathered } from './gather.ts';
import type { SessionCost } from './ports.ts';

interface Evaluation {
  readonly outcome: Outcome;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
}

interface Offer {
  readonly steps: readonly string[];
  readonly disturbs: string;
  readonly undo: string;
  readonly fixedTogetherWith?: readonly string[];
}

/** What the engine needs of a control; the folder of controls satisfies it. */
export interface Judge {
  readonly words: ControlWords;
  evaluate(facts: Facts): Evaluation;
  propose(
    facts: Facts,
    choices: Readonly<Record<string, string>>,
  ):
    | ({ readonly type: 'changes' } & Offer)
    | ({ readonly type: 'choices'; readonly choices: readonly Choice[] } & Offer)
    | { readonly type: 'manual'; readonly reason: string; readonly steps: readonly string[] };
}

export interface ScanInput {
  readonly id: string;
  readonly hostId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** `type SHA256:…` of the host key. */
  readonly hostKey: string;
  readonly cost: SessionCost;
  readonly milliseconds: number;
  readonly gathered: Gathered;
}

export function scanHost(controls: readonly Judge[], input: ScanInput): Scan {
  const { facts, factsDigest, exposure } = input.gathered;
  const system = knownValue(facts['host-system']);
  const install = knownValue(facts['es-install']);
  return {
    id: input.id,
    hostId: input.hostId,
    startedAt: input.startedAt,
    finishedAt: input.finishedAt,
    findings: controls.map((control) => findingOf(control, facts, input.hostId, input.finishedAt)),
    exposure: [...exposure],
    factsDigest,
    subject: {
      hostname: system?.hostname ?? '',
      operatingSystem: system?.operatingSystem ?? '',
      elasticsearch: install
        ? `${install.version} (${install.layout})`
        : install === null
          ? 'none'
          : 'not known',
      hostKey: input.hostKey,
    },
    cost: { ...input.cost, milliseconds: input.milliseconds },
  };
}

/** An exception in a control becomes an `error` finding; it never hides the other controls and never reads as pass. */
export function findingOf(control: Judge, facts: Facts, hostId: string, evaluatedAt: string): Finding {
  const { words } = control;
  const evaluation = evaluate(control, facts);
  return {
    id: `${hostId}/${words.id}`,
    hostId,
    controlId: words.id,
    area: words.area,
    title: words.title,
    severity: words.severity,
    outcome: evaluation.outcome,
    summary: evaluation.summary,
    evidence: [...evaluation.evidence],
    remedy: evaluation.outcome === 'fail' ? remedyOf(control, facts) : { type: 'none' },
    evaluatedAt,
  };
}

function evaluate(control: Judge, facts: Facts): Evaluation {
  try {
    return control.evaluate(facts);
  } catch (error) {
    return {
      outcome: 'error',
      summary: `This control could not be judged because of a defect (${nameOf(error)}). Please report it.`,
      evidence: [],
    };
  }
}

function remedyOf(control: Judge, facts: Facts): Remedy {
  try {
    return asRemedy(control, control.propose(facts, {}));
  } catch (error) {
    return {
      type: 'manual',
      reason: `No fix could be worked out because of a defect (${nameOf(error)}). Please report it.`,
      steps: [],
    };
  }
}

function asRemedy({ words }: Judge, proposal: ReturnType<Judge['propose']>): Remedy {
  if (proposal.type === 'manual')
    return { type: 'manual', reason: proposal.reason, steps: [...proposal.steps] };
  const common = {
    steps: [...proposal.steps],
    blast: words.blast,
    disturbs: proposal.disturbs,
    undo: proposal.undo,
    fixedTogetherWith: [...(proposal.fixedTogetherWith ?? [])],
  };
  return proposal.type === 'changes'
    ? { type: 'changes', ...common }
    : { type: 'choices', choices: [...proposal.choices], ...common };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
