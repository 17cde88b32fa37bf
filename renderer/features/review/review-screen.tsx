/** Step 4, the heart: what is wrong, in the order to act, and what to do about it. */
import { useMemo } from 'react';
import type { HostState } from '../../../shared/contract/state.ts';
import type { Diff } from '../../../shared/domain/change.ts';
import type { Finding } from '../../../shared/domain/finding.ts';
import {
  acceptedFindings,
  canBePlanned,
  compareUrgency,
  countFailures,
  countOutcomes,
  latestFindings,
} from '../../app/posture.ts';
import { goTo, useUi } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { count } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { OperationError } from '../../ui/operation-error.tsx';
import { OutcomeBar, OutcomeNumbers } from '../../ui/outcomes.tsx';
import { EmptyState, Page } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { useNow } from '../../ui/use-now.ts';
import { LookDrawing } from '../start/drawings.tsx';
import { filteredRows, withoutQuiet } from './filter-findings.ts';
import { Filters } from './filters.tsx';
import { FindingDetail } from './finding-detail.tsx';
import { FindingList } from './finding-list.tsx';
import { HostChooser } from './host-chooser.tsx';

function answerOf(findings: readonly Finding[], accepted: ReadonlySet<string>): string {
  const risks = findings.filter(({ id, outcome }) => outcome === 'fail' && accepted.has(id)).length;
  const sentence = standing(findings);
  return risks === 0 ? sentence : `${sentence}; ${risks} ${risks === 1 ? 'is' : 'are'} accepted`;
}

function standing(findings: readonly Finding[]): string {
  const { fail, unknown, error } = countOutcomes(findings);
  const { critical } = countFailures(findings);
  const undecided = unknown + error;
  if (fail === 0)
    return undecided === 0
      ? 'Every condition that was looked at holds'
      : `Nothing fails, but ${undecided} could not be decided`;
  const many = fail === 1 ? 'One condition does not hold' : `${fail} conditions do not hold`;
  if (critical === 0) return many;
  if (fail === 1) return `${many}, and it is critical`;
  return `${many}, ${critical} of them critical`;
}

function firstSentence(
  findings: readonly Finding[],
  accepted: ReadonlySet<string>,
  hosts: readonly HostState[],
): string {
  const [first] = findings.filter(({ id }) => !accepted.has(id)).toSorted(compareUrgency);
  if (first === undefined || first.outcome !== 'fail') return '';
  const host =
    hosts.length > 1 ? hosts.find((entry) => entry.host.id === first.hostId)?.host.name : undefined;
  return `First: ${first.summary}${host === undefined ? '' : ` (${host})`}`;
}

function usePlannedDiffs(finding: Finding | undefined): readonly Diff[] {
  const plan = useMain((state) => state.plan);
  return useMemo(
    () =>
      finding === undefined || plan === null
        ? []
        : plan.steps
            .filter((step) => step.hostId === finding.hostId && step.controls.includes(finding.controlId))
            .flatMap((step) => step.diffs),
    [plan, finding],
  );
}

function useBasket(findings: readonly Finding[], accepted: ReadonlySet<string>) {
  const client = useClient();
  const basket = useMain((state) => state.basket);
  const add = useCall(client.plan.add);
  const make = useCall(client.plan.make);
  const planned = useMemo(() => new Set(basket.map((item) => item.findingId)), [basket]);
  const easy = findings.filter(
    (finding) =>
      canBePlanned(finding) &&
      finding.remedy.type === 'changes' &&
      !planned.has(finding.id) &&
      !accepted.has(finding.id),
  );
  const addAll = async (): Promise<void> => {
    for (const finding of easy) {
      if ((await add.run({ findingId: finding.id, choices: {} })) === undefined) return;
    }
  };
  const makePlan = async (): Promise<void> => {
    if ((await make.run({})) !== undefined) goTo('apply');
  };
  return {
    planned,
    easy,
    addAll,
    makePlan,
    busy: add.pending || make.pending,
    error: add.error ?? make.error,
  };
}

export function ReviewScreen() {
  const hosts = useMain((state) => state.hosts);
  const catalogue = useMain((state) => state.catalog);
  const filters = useUi((ui) => ui.filters);
  const wanted = useUi((ui) => ui.control);
  const wantedHost = useUi((ui) => ui.findingHost);
  const findings = useMemo(() => latestFindings(hosts), [hosts]);
  const waivers = useMain((state) => state.waivers);
  const now = useNow(false);
  const accepted = useMemo(() => acceptedFindings(waivers, findings, now), [waivers, findings, now]);
  const quiet = useMemo(
    () => withoutQuiet(filteredRows(findings, filters, accepted), filters, wanted),
    [findings, filters, accepted, wanted],
  );
  const rows = quiet.shown;
  const nameOf = useMemo(() => new Map(hosts.map((host) => [host.host.id, host.host.name])), [hosts]);
  const row = rows.find((entry) => entry.controlId === wanted) ?? rows[0];
  const finding = row?.findings.find((entry) => entry.hostId === wantedHost) ?? row?.worst;
  const basket = useBasket(findings, accepted);
  const diffs = usePlannedDiffs(finding);
  const titleOf = (controlId: string): string =>
    catalogue.find((control) => control.id === controlId)?.title ?? controlId;

  if (findings.length === 0) {
    return (
      <Page
        title="Review"
        step="Step 4 of 8"
        answer="There is nothing to review yet"
        action={
          <Button variant="primary" onClick={() => goTo('assess')}>
            Go to assessment
          </Button>
        }
        blast="Reading only. Nothing is changed."
      >
        <EmptyState drawing={<LookDrawing />} title="No host was assessed">
          After an assessment the findings stand here, the most urgent first, each with what was seen and what
          to do.
        </EmptyState>
      </Page>
    );
  }

  const counts = countOutcomes(findings);
  const failures = countFailures(findings);
  const planSize = basket.planned.size;
  return (
    <Page
      wide
      title="Review"
      step="Step 4 of 8"
      answer={answerOf(findings, accepted)}
      lead={<p>{firstSentence(findings, accepted, hosts)}</p>}
      aside={
        <div className="posture">
          <OutcomeBar counts={counts} failures={failures} label="Outcomes of all hosts" />
          <OutcomeNumbers counts={counts} failures={failures} />
        </div>
      }
      action={
        <div className="button-row">
          {basket.easy.length > 1 && (
            <Button variant="secondary" isDisabled={basket.busy} onClick={() => void basket.addAll()}>
              Add all {basket.easy.length} that need no choice
            </Button>
          )}
          {planSize > 0 && (
            <Button variant="primary" isDisabled={basket.busy} onClick={() => void basket.makePlan()}>
              Make a plan from {count(planSize, 'finding')}
            </Button>
          )}
          {planSize === 0 && counts.fail === 0 && (
            <Button variant="primary" onClick={() => goTo('verify')}>
              Continue to verification
            </Button>
          )}
        </div>
      }
      blast={planSize > 0 ? 'Planning reads the hosts and changes nothing.' : undefined}
    >
      {basket.error !== undefined && <ErrorPanel error={basket.error} />}
      <OperationError kinds={['plan', 'node-login']} />
      <div className="review">
        <div className="review-left">
          <input
            type="search"
            className="search"
            aria-label="Search findings"
            placeholder="Search  /"
            value={filters.words}
            onChange={(event) =>
              useUi.setState((ui) => ({ filters: { ...ui.filters, words: event.target.value } }))
            }
          />
          <Filters findings={findings} />
        </div>
        <FindingList
          rows={rows}
          chosen={row?.controlId ?? ''}
          planned={basket.planned}
          accepted={accepted}
          nameOf={nameOf}
          quiet={quiet}
        />
        {finding !== undefined && row !== undefined ? (
          <FindingDetail
            key={finding.id}
            finding={finding}
            control={catalogue.find((control) => control.id === finding.controlId)}
            hostName={nameOf.get(finding.hostId) ?? finding.hostId}
            diffs={diffs}
            titleOf={titleOf}
            chooser={<HostChooser row={row} chosen={finding.hostId} nameOf={nameOf} />}
            primary={planSize === 0}
          />
        ) : (
          <section className="finding" aria-label="Finding">
            <p className="list-none muted">Choose a finding to see what Bulwark saw.</p>
          </section>
        )}
      </div>
    </Page>
  );
}
