/** From findings to the plan that is shown: proposals of the controls, merged and looked at on the hosts. Writes nothing there. */
import type { z } from 'zod';
import type { basketItemSchema } from '../../shared/contract/state.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import type { Proposal } from '../../shared/controls/define-control.ts';
import { appError } from '../../shared/domain/error.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import type { Finding } from '../../shared/domain/finding.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { clusterMember, type MemberOf } from '../../shared/engine/plan/rolling.ts';
import { type PlanRequest, planChanges } from '../../shared/engine/plan.ts';
import type { HostSession } from '../../shared/engine/ports.ts';
import { askedFor } from './asked-choice.ts';
import { assessHost, factsOf, factsToPlanOn } from './assessing.ts';
import { changeKinds } from './change-kinds.ts';
import type { ServiceContext } from './context.ts';
import { engineParts } from './engine-work.ts';
import { withWindow } from './guard-window.ts';
import { type JoinableHost, withIssuers } from './joining.ts';
import { localised } from './localised.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';
import { hostsOfOrder, type PlanOrder, requestsOfOrder } from './orders.ts';
import { joinedHosts, withPicture } from './topology.ts';

export type BasketItem = z.infer<typeof basketItemSchema>;

export function findingById(context: ServiceContext, findingId: string): Finding | undefined {
  for (const state of context.store.get().hosts) {
    const found = state.latest?.findings.find((finding) => finding.id === findingId);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is fixed together is planned together, so that the step says whom it serves. */
export function withCompanions(context: ServiceContext, item: BasketItem): BasketItem[] {
  const finding = findingById(context, item.findingId);
  const companions =
    finding?.remedy.type === 'changes' || finding?.remedy.type === 'choices'
      ? finding.remedy.fixedTogetherWith
      : [];
  const others = companions
    .map((controlId) => findingById(context, `${item.hostId}/${controlId}`))
    .filter((other): other is Finding => other?.outcome === 'fail' && other.id !== item.findingId)
    .map((other) => ({
      findingId: other.id,
      hostId: other.hostId,
      controlId: other.controlId,
      choices: item.choices,
    }));
  return [item, ...others];
}

function proposalFor(
  context: ServiceContext,
  workspace: OpenWorkspace,
  item: BasketItem,
): Proposal | undefined {
  const control = catalog.find((entry) => entry.words.id === item.controlId);
  const facts = factsToPlanOn(context, workspace, item.hostId);
  if (control === undefined || facts === undefined) return undefined;
  const { app, hosts } = context.store.get();
  const choices = { guardSeconds: String(app.guardSeconds), ...item.choices };
  return control.propose(withPicture(hosts, item.hostId, facts), choices);
}

/** What several nodes do together is planned for all of them. Names of a certificate are each node's own. */
function onPeers(context: ServiceContext, workspace: OpenWorkspace, item: BasketItem): readonly BasketItem[] {
  const proposal = proposalFor(context, workspace, item);
  const changes = proposal?.type === 'changes' ? proposal.changes : [];
  const { certificateNames: _own, ...choices } = item.choices;
  return changes
    .flatMap((change) => (change.kind === 'es-own-certificates' ? (change.cluster?.hosts ?? []) : []))
    .filter((hostId) => hostId !== item.hostId)
    .map((hostId) => findingById(context, `${hostId}/${item.controlId}`))
    .filter((finding): finding is Finding => finding?.outcome === 'fail')
    .map(({ id, hostId, controlId }) => ({ findingId: id, hostId, controlId, choices }));
}

function joinable(context: ServiceContext, workspace: OpenWorkspace): readonly JoinableHost[] {
  return context.store.get().hosts.map(({ host: { id, name, address } }) => {
    const facts = factsOf(workspace, id);
    const install = facts === undefined ? undefined : knownValue(facts['es-install']);
    return { id, name, address, ...(install ? { httpPort: install.httpPort } : {}) };
  });
}

/** Which hosts' nodes are of one cluster, as all hosts told when they were read last. */
function members(context: ServiceContext, workspace: OpenWorkspace): MemberOf {
  const joined = joinedHosts(context.store.get().hosts);
  const installOf = (hostId: string) => {
    const facts = factsOf(workspace, hostId);
    return facts === undefined ? undefined : (knownValue(facts['es-install']) ?? undefined);
  };
  return (hostId) => {
    const fact = joined.clusterOf(hostId);
    return fact === undefined ? undefined : clusterMember(fact, installOf);
  };
}

/** Errors: PLAN_EMPTY, PLAN_CONFLICT, CANCELLED and those of the connection. */
export async function makePlan(
  context: ServiceContext,
  workspace: OpenWorkspace,
  items: readonly BasketItem[],
  handle: OperationHandle,
  order?: PlanOrder,
): Promise<Result<Plan>> {
  const { store } = context;
  if (items.length === 0 && order === undefined)
    return fail(
      appError('PLAN_EMPTY', 'Nothing has been added to the plan.', 'Add findings on the review step.', {
        hostState: 'unchanged',
      }),
    );
  const wanted = new Map<string, BasketItem>();
  // Choices that were made for one finding hold for all that it is fixed together with, whichever was added first.
  const chosen = (item: BasketItem) => Object.keys(item.choices).length;
  const byChoices = items.toSorted((left, right) => chosen(right) - chosen(left));
  for (const item of byChoices.flatMap((entry) => withCompanions(context, entry)))
    if (!wanted.has(item.findingId)) wanted.set(item.findingId, item);
  // Facts live in memory only: after a restart of the app, or when they are old, they are gathered again.
  const haveFacts = async (hostIds: Iterable<string>): Promise<Result<void>> => {
    for (const hostId of new Set(hostIds)) {
      if (factsOf(workspace, hostId) !== undefined) continue;
      handle.doing(`Assessing ${workspace.host(hostId)?.name ?? hostId} first`);
      const assessed = await assessHost(context, workspace, hostId, handle.signal);
      if (!assessed.ok) return assessed;
    }
    return succeed(undefined);
  };
  const known = await haveFacts(order ? hostsOfOrder(context, order) : []);
  if (!known.ok) return known;
  for (let more: readonly BasketItem[] = [...wanted.values()]; more.length > 0; ) {
    const assessed = await haveFacts(more.map((item) => item.hostId));
    if (!assessed.ok) return assessed;
    more = more
      .flatMap((item) => onPeers(context, workspace, item))
      .filter((item) => !wanted.has(item.findingId));
    for (const item of more) wanted.set(item.findingId, item);
  }

  const requests: PlanRequest[] = [];
  const leftOut: Plan['leftOut'] = [];
  for (const item of wanted.values()) {
    const finding = findingById(context, item.findingId);
    const proposal = finding === undefined ? undefined : proposalFor(context, workspace, item);
    if (finding === undefined || proposal === undefined) continue;
    if (finding.outcome !== 'fail') {
      leftOut.push({ findingId: item.findingId, reason: 'It no longer fails.' });
      continue;
    }
    const joined =
      proposal.type === 'changes'
        ? withIssuers(proposal.changes, item.hostId, joinable(context, workspace))
        : undefined;
    if (joined?.ok === false) leftOut.push({ findingId: item.findingId, reason: joined.error.message });
    else if (proposal.type === 'changes' && joined !== undefined)
      requests.push({
        findingId: item.findingId,
        hostId: item.hostId,
        controlId: item.controlId,
        changes: joined.value.map((change) =>
          withWindow(
            localised(change, item.hostId),
            Number(item.choices['guardSeconds'] ?? store.get().app.guardSeconds),
            changeKinds,
          ),
        ),
      });
    else if (proposal.type !== 'changes')
      leftOut.push({
        findingId: item.findingId,
        reason:
          proposal.type === 'manual'
            ? proposal.reason
            : `It needs a choice first: ${proposal.choices
                .filter(({ optional }) => optional !== true)
                .map(askedFor)
                .join(', ')}.`,
        ...(proposal.type === 'choices' ? { choices: [...proposal.choices] } : {}),
        ...(proposal.type === 'manual' && proposal.settledBy !== undefined
          ? { settledBy: proposal.settledBy }
          : {}),
      });
  }

  if (order !== undefined) {
    const ordered = await requestsOfOrder(context, workspace, order);
    if (!ordered.ok) return ordered;
    leftOut.push(...ordered.value.leftOut);
    for (const { hostId, changes, ...rest } of ordered.value.requests)
      requests.push({ ...rest, hostId, changes: changes.map((change) => localised(change, hostId)) });
  }

  const sessions: HostSession[] = [];
  try {
    handle.doing('Looking at what each change would do');
    const planned = await planChanges(
      {
        requests,
        leftOut,
        memberOf: members(context, workspace),
        basis: store
          .get()
          .hosts.flatMap((state) =>
            state.latest === undefined
              ? []
              : [{ hostId: state.host.id, scanId: state.latest.id, factsDigest: state.latest.factsDigest }],
          ),
        host: async (hostId) => {
          const opened = await workspace.connections.factory.open(hostId, handle.signal);
          if (opened.ok) sessions.push(opened.value);
          return opened;
        },
      },
      engineParts(context, workspace),
      handle.signal,
    );
    if (!planned.ok) return planned;
    await workspace.save((file) => ({ ...file, plan: planned.value }));
    store.set({ plan: planned.value, steps: [] });
    return succeed(planned.value);
  } finally {
    await Promise.allSettled(sessions.map((session) => session.close()));
  }
}
