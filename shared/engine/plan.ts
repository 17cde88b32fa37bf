/**
 * Plans: what many findings want becomes one ordered list of steps, each looked at on its host by the same code that
 * applies it, and a digest over hosts, changes and order by which the operator approves it.
 */
import type { Change } from '../domain/change.ts';
import { appError } from '../domain/error.ts';
import type { Plan, Step } from '../domain/plan.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Inspection } from './change-kind.ts';
import { changeContext, connectionLost, type EngineParts, kindOf, randomId, shown, tagOf } from './parts.ts';
import { inSequence } from './plan/keystore-mode.ts';
import { mergeWishes, type PlanRequest, type Wanted } from './plan/merge.ts';
import { orderWishes } from './plan/order.ts';
import { type ClusterMember, inRollingOrder, type MemberOf, withMember, withTurns } from './plan/rolling.ts';
import { besideEachOther, missingHosts, roundAfterRound } from './plan/together.ts';
import type { Digest, HostWriter } from './ports.ts';
import { togetherKey } from './together/rounds.ts';

export type { PlanRequest } from './plan/merge.ts';

type LeftOut = Plan['leftOut'][number];

/** SHA-256 over what will be done, where and in which order; words and diffs are not part of it. */
export function planDigest(steps: readonly Pick<Step, 'hostId' | 'change'>[], digest: Digest): string {
  return digest.sha256(canonicalJson(steps.map(({ hostId, change }) => ({ hostId, change }))));
}

/** Pure part: merged and ordered changes of one host. Errors: PLAN_CONFLICT. */
export function arrangeHost(requests: readonly PlanRequest[]): Result<readonly Wanted[]> {
  const merged = mergeWishes(requests);
  return merged.ok ? succeed(orderWishes(merged.value)) : merged;
}

interface Inspected {
  readonly wanted: Wanted;
  readonly inspection: Inspection;
}

/**
 * Arranges and inspects one host's changes. A change that cannot be made takes every finding that needs it out of the plan
 * (half a fix is not a fix), and the rest is arranged anew.
 */
async function planHost(
  requests: readonly PlanRequest[],
  host: HostWriter,
  planId: string,
  parts: EngineParts,
  member: ClusterMember | undefined,
  signal?: AbortSignal,
): Promise<Result<{ readonly steps: readonly Inspected[]; readonly leftOut: readonly LeftOut[] }>> {
  const leftOut: LeftOut[] = [];
  const seen = new Map<string, Result<Inspection>>();
  let rest = requests;
  for (;;) {
    const arranged = arrangeHost(rest);
    if (!arranged.ok) {
      return arranged;
    }
    const steps: Inspected[] = [];
    let refused: { readonly wanted: Wanted; readonly reason: string } | undefined;
    for (const wanted of arranged.value.map((one) => withMember(one, member))) {
      if (signal?.aborted === true) {
        return fail(
          appError('CANCELLED', 'Planning was cancelled.', 'Start again when you are ready.', {
            hostState: 'unchanged',
          }),
        );
      }
      const key = canonicalJson(wanted.change);
      const known = seen.get(key);
      const context = changeContext(parts, host, { tag: tagOf(planId, wanted.change.kind), signal });
      const inspected = known ?? (await kindOf(parts.kinds, wanted.change).inspect(wanted.change, context));
      seen.set(key, inspected);
      if (!inspected.ok) {
        if (connectionLost(inspected.error) || inspected.error.code.startsWith('SUDO_')) {
          return fail(shown(inspected.error));
        }
        refused = { wanted, reason: `${inspected.error.message} ${inspected.error.nextStep}`.trim() };
        break;
      }
      steps.push({ wanted, inspection: inspected.value });
    }
    if (refused === undefined) {
      return succeed({ steps, leftOut });
    }
    const { wanted, reason } = refused;
    leftOut.push(...wanted.findings.map((findingId) => ({ findingId, reason })));
    rest = rest.filter((request) => !wanted.findings.includes(request.findingId));
  }
}

function describeStep(
  position: number,
  { hostId, change, step: { wanted, inspection } }: Arranged,
  parts: EngineParts,
): Step {
  const words = kindOf(parts.kinds, change).describe(change);
  const together = togetherKey(parts.kinds, change);
  return {
    id: `${String(position).padStart(2, '0')}-${change.kind}`,
    hostId,
    change,
    controls: [...wanted.controls],
    title: words.title,
    words: [...words.words, ...inspection.words],
    diffs: [...inspection.diffs],
    blast: inspection.inPlace ? 'none' : words.blast,
    outageSeconds: inspection.inPlace ? 0 : words.outageSeconds,
    guarded: words.guarded,
    nothingToDo: inspection.inPlace,
    ...(together === undefined ? {} : { together }),
  };
}

export interface PlanInput {
  readonly requests: readonly PlanRequest[];
  /** Findings that were asked for and have no changes (manual, choices missing), with the reason. */
  readonly leftOut: readonly LeftOut[];
  readonly basis: Plan['basis'];
  /** What is known of a host's node as one of a cluster; without it every restart is one of a node of its own. */
  readonly memberOf?: MemberOf;
  /** An open connection per host that is planned for. */
  readonly host: (hostId: string) => Promise<Result<HostWriter>>;
}

interface Arranged {
  readonly hostId: string;
  readonly change: Change;
  readonly step: Inspected;
}

/** The steps of all hosts in their order. What several hosts do together is in it for all of them, or for none. */
async function planHosts(
  input: PlanInput,
  planId: string,
  leftOut: LeftOut[],
  parts: EngineParts,
  signal?: AbortSignal,
): Promise<Result<readonly Arranged[]>> {
  const hostsOf = (change: Change) => kindOf(parts.kinds, change).together?.(change);
  const keyOf = (change: Change) => togetherKey(parts.kinds, change);
  let rest = input.requests;
  for (;;) {
    const steps: Arranged[] = [];
    const memberOf = input.memberOf ?? (() => undefined);
    const hostIds = [...new Set(rest.map((request) => request.hostId))];
    for (const hostId of inRollingOrder(hostIds, memberOf)) {
      const host = await input.host(hostId);
      if (!host.ok) {
        return host;
      }
      const mine = rest.filter((request) => request.hostId === hostId);
      const planned = await planHost(mine, host.value, planId, parts, memberOf(hostId), signal);
      if (!planned.ok) {
        return planned;
      }
      leftOut.push(...planned.value.leftOut);
      steps.push(...planned.value.steps.map((step) => ({ hostId, change: step.wanted.change, step })));
    }
    const lonely = steps.filter((one) => missingHosts(one, steps, hostsOf, keyOf).length > 0);
    if (lonely.length === 0) {
      return succeed(withTurns(roundAfterRound(besideEachOther(steps, keyOf))));
    }
    const findings = new Set(lonely.flatMap(({ step }) => step.wanted.findings));
    const taken = leftOut.map(({ findingId }) => findingId);
    for (const findingId of findings) {
      leftOut.push({ findingId, reason: notAlone });
    }
    rest = rest.filter(({ findingId }) => !findings.has(findingId) && !taken.includes(findingId));
  }
}

const notAlone =
  'It is done on all nodes of the cluster together or on none, and it cannot be planned for all of them.';

/** Errors: PLAN_CONFLICT, PLAN_EMPTY, CANCELLED, and those of the connection. Nothing on any host is changed. */
export async function planChanges(
  input: PlanInput,
  parts: EngineParts,
  signal?: AbortSignal,
): Promise<Result<Plan>> {
  const id = randomId(parts, 'plan');
  const leftOut = [...input.leftOut];
  const hostIds = [...new Set(input.requests.map((request) => request.hostId))];
  const inspected = await planHosts(input, id, leftOut, parts, signal);
  if (!inspected.ok) {
    return inspected;
  }
  const steps = inspected.value.map((one, index) => describeStep(index + 1, one, parts));
  if (steps.length === 0) {
    const why = leftOut.map((one) => one.reason);
    return fail(
      appError(
        'PLAN_EMPTY',
        why.length === 0
          ? 'There is nothing to change.'
          : `Nothing can be planned: ${[...new Set(why)].join(' ')}`,
        'Read the findings; some need a decision or work by hand.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return succeed({
    id,
    createdAt: new Date(parts.clock.now()).toISOString(),
    digest: planDigest(steps, parts.digest),
    basis: input.basis.filter((one) => hostIds.includes(one.hostId)),
    steps: [...inSequence(steps)],
    leftOut: leftOut.map((one) => withSettler(one, steps)),
  });
}

/** A finding that another control's steps settle says so; where those are not in the plan, it is left out like any other. */
function withSettler({ settledBy, ...left }: LeftOut, steps: readonly Step[]): LeftOut {
  const { findingId } = left;
  const hostId = findingId.slice(0, findingId.lastIndexOf('/'));
  const settled =
    settledBy !== undefined &&
    steps.some((step) => step.hostId === hostId && step.controls.includes(settledBy));
  return settled
    ? {
        findingId,
        reason: `Settled by ${settledBy}, which is part of this plan. Assess again afterwards.`,
        settledBy,
      }
    : left;
}
