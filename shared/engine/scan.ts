/** Judges gathered facts by every control. Pure: the same facts give the same findings. */
import { blasts, type Change } from '../domain/change.ts';
import type { ControlWords } from '../domain/control.ts';
import type { Evidence } from '../domain/evidence.ts';
import { type Fact, knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { Choice, Finding, Remedy, Scan } from '../domain/finding.ts';
import type { KibanaPeer } from '../domain/kibana.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ClusterFact, HostNode } from '../domain/topology.ts';
import type { Gathered } from './gather.ts';
import type { SessionCost, TlsPeer } from './ports.ts';
import { hostNodeOf } from './topology/host-node.ts';
import { joinTopology } from './topology/topology.ts';

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
    | ({
        readonly type: 'changes';
        readonly changes?: readonly Change[];
        readonly choices?: readonly Choice[];
      } & Offer)
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
  /** What the ports served when they were looked at from outside. */
  readonly peers?: readonly { readonly port: number; readonly peer: TlsPeer }[];
  /** The host's cluster by what is known of all hosts; by this one alone where it is left out. */
  readonly clusterOf?: (node: HostNode | null | undefined) => ClusterFact | undefined;
  /** Expected outage of the node by one change, in seconds, as the plan will say it; unknown where it is left out. */
  readonly outageOf?: (change: Change) => number;
  /** Kibana on the other hosts of the workspace; without it this host is taken for the only one. */
  readonly kibanaPeers?: readonly KibanaPeer[];
}

export function scanHost(controls: readonly Judge[], input: ScanInput): Scan {
  const { factsDigest, exposure } = input.gathered;
  const node = hostNodeOf(input.gathered.facts, input.peers);
  const cluster = (input.clusterOf ?? aloneOf(input))(node);
  const facts: Facts = {
    ...input.gathered.facts,
    ...(cluster ? { topology: topologyFact(cluster, input.finishedAt) } : {}),
    'kibana-peers': kibanaPeersFact(input.kibanaPeers ?? [], input.finishedAt),
  };
  const system = knownValue(facts['host-system']);
  const install = knownValue(facts['es-install']);
  return {
    id: input.id,
    hostId: input.hostId,
    startedAt: input.startedAt,
    finishedAt: input.finishedAt,
    findings: controls.map((control) =>
      findingAmong(controls, control, facts, {
        hostId: input.hostId,
        at: input.finishedAt,
        outageOf: input.outageOf,
      }),
    ),
    exposure: [...exposure],
    ...(node === undefined ? {} : { node }),
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

export interface JudgedWhere {
  readonly hostId: string;
  /** ISO 8601. */
  readonly at: string;
  readonly outageOf: ScanInput['outageOf'];
}

/** A finding as the operator sees it beside those of the other controls of the catalogue. */
export function findingAmong(
  controls: readonly Judge[],
  control: Judge,
  facts: Facts,
  { hostId, at, outageOf }: JudgedWhere,
): Finding {
  return withCompanionsBlast(findingOf(control, facts, hostId, at, outageOf), controls);
}

/** What is fixed in one step disturbs alike, from whichever of its findings one looks at it. */
function withCompanionsBlast(finding: Finding, controls: readonly Judge[]): Finding {
  const { remedy } = finding;
  if (remedy.type !== 'changes' && remedy.type !== 'choices') return finding;
  const together = controls.filter(({ words }) => remedy.fixedTogetherWith.includes(words.id));
  const blast = together
    .map(({ words }) => words.blast)
    .reduce((worst, next) => (blasts.indexOf(next) > blasts.indexOf(worst) ? next : worst), remedy.blast);
  return { ...finding, remedy: { ...remedy, blast } };
}

function aloneOf({ hostId, gathered }: ScanInput) {
  return (node: HostNode | null | undefined): ClusterFact | undefined => {
    const host = { hostId, hostName: hostId, address: '', node, exposure: gathered.exposure, note: '' };
    return joinTopology([host]).clusterOf(hostId);
  };
}

export function topologyFact(value: ClusterFact, at: string): Fact<ClusterFact> {
  return { status: 'known', value, where: 'what all hosts of the workspace told', at };
}

export function kibanaPeersFact(value: readonly KibanaPeer[], at: string): Fact<readonly KibanaPeer[]> {
  return { status: 'known', value, where: 'the other hosts of the workspace', at };
}

/** An exception in a control becomes an `error` finding; it never hides the other controls and never reads as pass. */
export function findingOf(
  control: Judge,
  facts: Facts,
  hostId: string,
  evaluatedAt: string,
  outageOf?: ScanInput['outageOf'],
): Finding {
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
    remedy: evaluation.outcome === 'fail' ? remedyOf(control, facts, outageOf) : { type: 'none' },
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

function remedyOf(control: Judge, facts: Facts, outageOf: ScanInput['outageOf']): Remedy {
  try {
    return asRemedy(control, control.propose(facts, {}), outageOf);
  } catch (error) {
    return {
      type: 'manual',
      reason: `No fix could be worked out because of a defect (${nameOf(error)}). Please report it.`,
      steps: [],
    };
  }
}

function asRemedy(
  { words }: Judge,
  proposal: ReturnType<Judge['propose']>,
  outageOf: ScanInput['outageOf'],
): Remedy {
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
    ? {
        type: 'changes',
        ...(outageOf === undefined || proposal.changes === undefined
          ? {}
          : { outageSeconds: proposal.changes.reduce((sum, change) => sum + outageOf(change), 0) }),
        ...(proposal.choices === undefined ? {} : { choices: [...proposal.choices] }),
        ...common,
      }
    : { type: 'choices', choices: [...proposal.choices], ...common };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
