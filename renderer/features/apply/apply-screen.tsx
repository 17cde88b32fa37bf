/** Step 6: the plan with everything it will do, then its progress, with the way back always in sight. */
import { useEffect, useRef, useState } from 'react';
import type { Plan } from '../../../shared/domain/plan.ts';
import { rollingSentences } from '../../../shared/domain/rolling-order.ts';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { asTask, blastSentence, count, names } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { OperationError } from '../../ui/operation-error.tsx';
import { EmptyState, Page, Panel } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { roughly } from '../../ui/time.ts';
import { ByHand } from '../history/by-hand.tsx';
import { ChangeDrawing } from '../start/drawings.tsx';
import { Confirm } from './confirm.tsx';
import { GuardRing } from './guard-ring.tsx';
import { LaneView } from './lane.tsx';
import { type Lane, lanesOf, outageOf, type Phase, phaseOf, settledStates, worstBlast } from './timeline.ts';
import { WorkActions } from './work-actions.tsx';

function answerOf(phase: Phase, plan: Plan | null, lanes: readonly Lane[], basket: number): string {
  const steps = lanes.flatMap((lane) => lane.steps);
  const failed = steps.filter((step) => step.state === 'failed' || step.state === 'drifted').length;
  const done = steps.filter((step) => step.state === 'done').length;
  const undone = steps.filter((step) => step.state === 'undone').length;
  switch (phase) {
    case 'empty':
      return basket === 0 ? 'Nothing is planned' : `${count(basket, 'finding')} chosen, no plan yet`;
    case 'planning':
      return 'Bulwark is working out the plan';
    case 'ready': {
      const open = plan?.steps.filter((step) => !step.nothingToDo) ?? [];
      if (open.length === 0) return 'Nothing needs to be changed';
      const where = `${count(open.length, 'change')} on ${names(lanes.map((lane) => lane.hostName))}`;
      const { together } = open[0] ?? {};
      const atOnce = together !== undefined && open.every((step) => step.together === together);
      return `${where}, ${atOnce ? 'all at once' : 'in this order'}`;
    }
    case 'running':
      return `${steps.filter((step) => settledStates.includes(step.state)).length} of ${count(steps.length, 'step')} done`;
    case 'undoing':
      return 'Bulwark is putting back what was there';
    case 'finished':
      if (failed > 0)
        return `${failed === 1 ? 'One step' : `${failed} steps`} did not work out, ${done} done`;
      if (undone > 0)
        return done === 0 ? 'Everything of this plan is undone' : `${done} done, ${undone} undone`;
      return done === 0
        ? 'Nothing had to be changed'
        : `${done === 1 ? 'The change is' : `All ${done} changes are`} done`;
  }
}

function planBlast(plan: Plan, nameOf: (hostId: string) => string): string {
  const open = plan.steps.filter((step) => !step.nothingToDo);
  const outage = outageOf(open);
  const worst = worstBlast(open);
  const hosts = new Set(open.map((step) => step.hostId)).size;
  const guarded =
    open.some((step) => step.guarded) && worst !== 'access' ? ` ${blastSentence('access', hosts)}` : '';
  const order = rollingSentences(open, nameOf);
  if (order.length > 0 && worst === 'rolling') {
    const longest = Math.max(...open.map((step) => step.outageSeconds));
    return `${order.join(' ')}${guarded} Each node is away for about ${roughly(longest)}.`;
  }
  return `${blastSentence(worst, hosts)}${guarded}${outage > 0 ? ` Expect about ${roughly(outage)} without the ${open.some((step) => step.together !== undefined) ? 'whole cluster' : 'node'}.` : ''}`;
}

function ApplyButton({ plan, lanes }: { readonly plan: Plan; readonly lanes: readonly Lane[] }) {
  const client = useClient();
  const vault = useMain((state) => state.vault.state);
  const apply = useCall(client.apply.start);
  const [asking, setAsking] = useState(false);
  const open = plan.steps.filter((step) => !step.nothingToDo);
  const hosts = new Set(open.map((step) => step.hostId)).size;
  const worst = worstBlast(open);
  const label = `Apply ${count(open.length, 'change')} on ${count(hosts, 'host')}`;
  const start = (): void => void apply.run({ planId: plan.id, digest: plan.digest });
  const careful = worst === 'access' || worst === 'full';
  const heavy = open.filter((step) => step.blast === 'access' || step.blast === 'full');
  if (vault !== 'unlocked') {
    return (
      <Button variant="primary" onClick={() => goTo('secrets')}>
        {vault === 'none' ? 'Create the vault first' : 'Unlock the vault first'}
      </Button>
    );
  }
  return (
    <>
      <Button
        variant="primary"
        isDisabled={apply.pending}
        onClick={() => (careful ? setAsking(true) : start())}
      >
        {label}
      </Button>
      {apply.error !== undefined && <ErrorPanel error={apply.error} onDismiss={apply.dismiss} />}
      {asking && (
        <Confirm title={label} action={label} onConfirm={start} onClose={() => setAsking(false)}>
          <p>
            {heavy.length === open.length ? 'On' : 'Among them, on'}{' '}
            {names(lanes.map((lane) => lane.hostName))}:
          </p>
          <ul>
            {heavy.map((step) => (
              <li key={step.id}>
                {asTask(step.title)} {blastSentence(step.blast, hosts)}
              </li>
            ))}
          </ul>
          <p>Each step can be undone afterwards, here and in the history.</p>
        </Confirm>
      )}
    </>
  );
}

function LeftOut({ plan }: { readonly plan: Plan }) {
  const catalogue = useMain((state) => state.catalog);
  if (plan.leftOut.length === 0) return null;
  const titleOf = (findingId: string): string => {
    const control = findingId.slice(findingId.indexOf('/') + 1);
    return catalogue.find((words) => words.id === control)?.title ?? findingId;
  };
  return (
    <Panel id="left-out" title="Left out of this plan">
      <ul className="left-out">
        {plan.leftOut.map((entry) => (
          <li key={entry.findingId}>
            <p className="strong">{titleOf(entry.findingId)}</p>
            <p className="muted">{entry.reason}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function PageAction({
  phase,
  plan,
  lanes,
}: {
  readonly phase: Phase;
  readonly plan: Plan | null;
  readonly lanes: readonly Lane[];
}) {
  const client = useClient();
  const basket = useMain((state) => state.basket);
  const operations = useMain((state) => state.operations);
  const make = useCall(client.plan.make);
  const discard = useCall(client.plan.discard);
  const work = operations.find(
    (operation) =>
      (operation.kind === 'apply' || operation.kind === 'rollback') &&
      (operation.state === 'running' || operation.state === 'cancelling'),
  );
  if (phase === 'running' || phase === 'undoing') {
    return work?.cancellable === true ? <WorkActions work={work} /> : null;
  }
  if (phase === 'finished') {
    return (
      <div className="button-row">
        <Button variant="secondary" isDisabled={discard.pending} onClick={() => void discard.run({})}>
          Put the plan away
        </Button>
        <Button variant="primary" onClick={() => goTo('verify')}>
          Continue to verification
        </Button>
      </div>
    );
  }
  if (phase === 'ready' && plan !== null) {
    return (
      <div className="button-row">
        <Button variant="secondary" isDisabled={discard.pending} onClick={() => void discard.run({})}>
          Discard the plan
        </Button>
        {plan.steps.some((step) => !step.nothingToDo) ? (
          <ApplyButton plan={plan} lanes={lanes} />
        ) : (
          <Button variant="primary" onClick={() => goTo('verify')}>
            Continue to verification
          </Button>
        )}
      </div>
    );
  }
  if (phase === 'planning') return null;
  return basket.length > 0 ? (
    <>
      <Button variant="primary" isDisabled={make.pending} onClick={() => void make.run({})}>
        Make a plan from {count(basket.length, 'finding')}
      </Button>
      {make.error !== undefined && <ErrorPanel error={make.error} />}
    </>
  ) : (
    <Button variant="primary" onClick={() => goTo('review')}>
      Go to review
    </Button>
  );
}

export function ApplyScreen() {
  const plan = useMain((state) => state.plan);
  const steps = useMain((state) => state.steps);
  const hosts = useMain((state) => state.hosts);
  const operations = useMain((state) => state.operations);
  const guards = useMain((state) => state.guards);
  const basket = useMain((state) => state.basket);
  const phase = phaseOf({ plan, steps, operations });
  const lanes = plan === null ? [] : lanesOf(plan, { hosts, steps });
  const top = useRef<HTMLParagraphElement>(null);
  const before = useRef(phase);
  // The rows were followed while they ran; how it ended, and what comes next, stands above them.
  useEffect(() => {
    if (before.current === 'running' && phase === 'finished')
      top.current?.closest('main')?.querySelector('h1')?.scrollIntoView?.({ block: 'nearest' });
    before.current = phase;
  }, [phase]);
  const shown = phase !== 'planning' && plan !== null;
  const held = operations.find(({ kind, state }) => kind === 'apply' && state === 'running')?.pause;
  const blast =
    held !== undefined
      ? held === 'paused'
        ? 'Paused between two steps. The hosts stay locked for others until you go on or cancel.'
        : 'Bulwark finishes this step and then waits for you.'
      : phase === 'ready' && plan !== null && plan.steps.some((step) => !step.nothingToDo)
        ? planBlast(plan, (hostId) => hosts.find(({ host }) => host.id === hostId)?.host.name ?? hostId)
        : phase === 'running' || phase === 'undoing'
          ? 'Closing the window loses nothing; the next start offers to go on.'
          : phase === 'empty'
            ? 'Planning reads the hosts and changes nothing.'
            : undefined;
  const answer = `${held === 'paused' ? 'Paused: ' : ''}${answerOf(phase, plan, lanes, basket.length)}`;
  return (
    <Page
      title="Apply"
      step="Step 6 of 8"
      answer={answer}
      action={<PageAction phase={phase} plan={plan} lanes={lanes} />}
      blast={blast}
    >
      <p ref={top} className="sr-only" data-testid="apply-state" data-state={phase} role="status">
        {phase === 'running' ? '' : answer}
      </p>
      <OperationError kinds={['plan', 'apply', 'rollback', 'recover']} />
      {guards.map((guard) => (
        <GuardRing
          key={guard.hostId}
          guard={guard}
          hostName={hosts.find((host) => host.host.id === guard.hostId)?.host.name ?? guard.hostId}
        />
      ))}
      {phase === 'planning' && (
        <EmptyState drawing={<ChangeDrawing />} title="Reading what is there now">
          Bulwark looks once more at every file and rule that the plan would touch, so that what you are shown
          is what will be done. Nothing is changed.
        </EmptyState>
      )}
      {phase === 'empty' && (
        <EmptyState drawing={<ChangeDrawing />} title="No plan">
          {basket.length === 0
            ? 'Choose Fix now or Add to plan on a finding. You will see every difference here before anything is changed.'
            : 'Make the plan to see every difference before anything is changed.'}
        </EmptyState>
      )}
      {shown && (
        <>
          {lanes.map((lane) => (
            <LaneView key={lane.hostId} lane={lane} hosts={lanes.length} planId={plan.id} phase={phase} />
          ))}
          {phase === 'finished' &&
            hosts
              .filter((host) => lanes.some((lane) => lane.hostId === host.host.id))
              .map(
                ({ host, undoByHand }) =>
                  undoByHand !== undefined && (
                    <ByHand key={host.id} command={undoByHand} hostName={host.name} />
                  ),
              )}
          <LeftOut plan={plan} />
          <p className="small muted plan-digest">
            Plan <span className="mono">{plan.digest.slice(0, 12)}</span>. What is applied is exactly what is
            shown; if a host moves meanwhile, Bulwark stops and says so.
          </p>
        </>
      )}
    </Page>
  );
}
