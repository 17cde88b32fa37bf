/** Long work, played: each takes a moment, tells its progress and can be cancelled. */
import type { Handlers } from '../../../shared/contract/derive.ts';
import type { HistoryItem } from '../../../shared/contract/state.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { StepState } from '../../../shared/domain/plan.ts';
import type { PlayedState } from './played-state.ts';
import { hardenedOutcomes, openOutcomes, scan } from './states/build.ts';

/** Milliseconds between two pieces of news. */
const beat = 120;

function wait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, beat));
}

let number = 0;

/** Begins an operation, runs it without being waited for, and answers with its id. */
export function begin(
  played: PlayedState,
  kind: Operation['kind'],
  title: string,
  work: (tell: (change: Partial<Operation>) => void) => Promise<void>,
): string {
  number += 1;
  const id = `${kind}-${number}`;
  const tell = (change: Partial<Operation>): void =>
    played.set({
      operations: played.get().operations.map((one) => (one.id === id ? { ...one, ...change } : one)),
    });
  const operation: Operation = {
    id,
    kind,
    title,
    state: 'running',
    startedAt: new Date().toISOString(),
    doing: '',
    cancellable: true,
  };
  played.set({ operations: [...played.get().operations, operation] });
  void work(tell).then(() => tell({ state: 'succeeded', finishedAt: new Date().toISOString() }));
  return id;
}

export async function playConnect(played: PlayedState, hostId: string): Promise<void> {
  played.setHost(hostId, (host) => ({ ...host, connection: 'connecting' }));
  await wait();
  const found = played.get().hosts.find((host) => host.host.id === hostId);
  if (found?.key.state === 'not-seen') {
    played.set({
      questions: [
        {
          id: `key-${hostId}`,
          type: 'host-key',
          hostId,
          hostName: found.host.name,
          address: found.host.address,
          key: {
            type: 'ssh-ed25519',
            fingerprint: 'SHA256:q9Xr2mZ5vJtQ1uYw8KcP0aLdE7fBnGhS3iOoRx4TzVk',
          },
          compareCommand: 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
        },
      ],
    });
    return;
  }
  played.setHost(hostId, (host) => ({ ...host, connection: 'connected', elasticsearch: '8.19.21' }));
}

export async function playAssess(
  played: PlayedState,
  hostIds: readonly string[],
  tell: (change: Partial<Operation>) => void,
): Promise<void> {
  const areas = ['os', 'network', 'auth', 'tls', 'keystore'] as const;
  for (const hostId of hostIds) {
    for (const [index, area] of areas.entries()) {
      tell({ doing: `reading ${area}`, progress: { done: index, all: areas.length } });
      played.setHost(hostId, (host) => ({
        ...host,
        assess: {
          state: 'running',
          doing: `reading ${area}`,
          areas: areas.map((one, at) => ({
            area: one,
            state: at < index ? 'done' : at === index ? 'running' : 'waiting',
          })),
        },
      }));
      await wait();
    }
    played.setHost(hostId, (host) => {
      const changed = host.history.some((item) => item.result === 'done');
      const latest = {
        ...scan(hostId, changed ? hardenedOutcomes : openOutcomes),
        startedAt: new Date().toISOString(),
      };
      return {
        ...host,
        assess: { state: 'done', doing: '', areas: [] },
        latest,
        baseline: host.baseline ?? latest,
      };
    });
  }
}

const course: readonly StepState[] = ['applying', 'verifying', 'done'];

export async function playApply(
  played: PlayedState,
  tell: (change: Partial<Operation>) => void,
): Promise<void> {
  const { plan, app } = played.get();
  if (plan === null) return;
  const setStep = (stepId: string, state: StepState, note = ''): void => {
    const others = played.get().steps.filter((step) => step.stepId !== stepId);
    played.set({ steps: [...others, { planId: plan.id, stepId, state, note }] });
  };
  for (const [index, step] of plan.steps.entries()) {
    tell({ doing: step.title, progress: { done: index, all: plan.steps.length } });
    if (step.nothingToDo) {
      setStep(step.id, 'nothing-to-do');
      continue;
    }
    if (step.guarded) {
      const firesAt = new Date(Date.now() + app.guardSeconds * 1000).toISOString();
      played.set({ guards: [{ hostId: step.hostId, state: 'armed', firesAt, seconds: app.guardSeconds }] });
      await wait();
    }
    for (const state of course) {
      setStep(step.id, state, state === 'done' ? 'read back and equal' : '');
      await wait();
    }
    if (step.guarded)
      played.set({ guards: played.get().guards.map((guard) => ({ ...guard, state: 'disarmed' })) });
    played.setHost(step.hostId, (host) => ({
      ...host,
      history: [
        ...host.history,
        {
          planId: plan.id,
          planDigest: plan.digest,
          stepId: step.id,
          sequence: host.history.length * 2 + 1,
          at: new Date().toISOString(),
          operator: 'm.keller',
          title: step.title,
          kind: step.change.kind,
          controls: step.controls,
          blast: step.blast,
          diffs: step.diffs,
          result: 'done',
          note: '',
          canUndo: true,
        },
      ],
    }));
  }
  played.set({ basket: [] });
}

type UndoScope = Parameters<Handlers['rollback']['start']>[0]['scope'];

function concerns(
  scope: UndoScope | undefined,
  { planId, stepId, controls }: Pick<HistoryItem, 'planId' | 'stepId' | 'controls'>,
): boolean {
  switch (scope?.type) {
    case 'step':
      return stepId === scope.stepId;
    case 'plan':
      return planId === scope.planId;
    case 'finding':
      return controls.includes(scope.controlId);
    case 'host':
    case undefined:
      return true;
  }
}

export async function playUndo(played: PlayedState, hostId: string, scope?: UndoScope): Promise<void> {
  await wait();
  const before = played.get().hosts.find((host) => host.host.id === hostId)?.history ?? [];
  const undone = new Set(before.filter((item) => concerns(scope, item)).map((item) => item.stepId));
  played.setHost(hostId, (host) => ({
    ...host,
    history: host.history.map((item) =>
      undone.has(item.stepId) ? { ...item, result: 'undone', canUndo: false } : item,
    ),
  }));
  played.set({
    steps: played
      .get()
      .steps.map((step) =>
        step.state === 'done' && undone.has(step.stepId) ? { ...step, state: 'undone' } : step,
      ),
  });
}
