/** Step 3: every host at once, area by area, with the first critical findings as they come. */
import type { HostState } from '../../../shared/contract/state.ts';
import { type Area, areas } from '../../../shared/domain/control.ts';
import { countFailures, countOutcomes, findingRows, latestFindings } from '../../app/posture.ts';
import { allFindings, goTo, openFinding, useUi } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { count } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { OutcomeMark } from '../../ui/marks.tsx';
import { OperationError } from '../../ui/operation-error.tsx';
import { OutcomeBar, OutcomeNumbers } from '../../ui/outcomes.tsx';
import { EmptyState, Page, Panel } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { LookDrawing } from '../start/drawings.tsx';
import { AssessGrid } from './assess-grid.tsx';

function answerOf(hosts: readonly HostState[]): string {
  const connected = hosts.filter((host) => host.connection === 'connected').length;
  const running = hosts.filter((host) => host.assess.state === 'running');
  if (running.length > 0) {
    const done = hosts.filter((host) => host.assess.state === 'done').length;
    return `Bulwark is reading ${count(running.length, 'host')}${done > 0 ? `, ${done} done` : ''}`;
  }
  const findings = latestFindings(hosts);
  if (findings.length === 0)
    return connected === 0 ? 'Connect a host first' : `Ready to read ${count(connected, 'host')}`;
  const failures = countFailures(findings);
  const { fail, unknown, error } = countOutcomes(findings);
  if (fail === 0)
    return unknown + error === 0
      ? `Every condition that was looked at holds on ${count(hosts.length, 'host')}`
      : `Nothing fails, and ${unknown + error} could not be decided`;
  const critical =
    failures.critical === 0 ? 'none of them critical' : `${failures.critical} of them critical`;
  return fail === 1
    ? `One condition does not hold${failures.critical === 1 ? ', and it is critical' : ''}`
    : `${fail} conditions do not hold, ${critical}`;
}

function shownAreas(hosts: readonly HostState[], catalogue: readonly Area[]): readonly Area[] {
  const seen = new Set([
    ...catalogue,
    ...hosts.flatMap((host) => host.assess.areas.map((entry) => entry.area)),
    ...hosts.flatMap((host) => host.latest?.findings.map((finding) => finding.area) ?? []),
  ]);
  return areas.filter((area) => seen.has(area));
}

/** Critical findings that are listed one by one; the rest are counted. */
const mostListed = 12;

function FirstFindings({
  hosts,
  running,
}: {
  readonly hosts: readonly HostState[];
  readonly running: boolean;
}) {
  const nameOf = new Map(hosts.map((host) => [host.host.id, host.host.name]));
  // What many hosts have in common is read once.
  const rows = findingRows(
    latestFindings(hosts).filter((finding) => finding.outcome === 'fail' && finding.severity === 'critical'),
  );
  const more = rows.length - mostListed;
  const openCritical = (): void =>
    useUi.setState({
      screen: 'review',
      filters: { ...allFindings, outcomes: ['fail'], severities: ['critical'] },
    });
  return (
    <Panel id="first-findings" title={running ? 'Critical so far' : 'Critical'} className="first-findings">
      {rows.length === 0 ? (
        <p className="muted">
          {running || hosts.every((host) => host.latest === undefined)
            ? 'Critical findings appear here while other hosts are still being read.'
            : 'Nothing critical was found.'}
        </p>
      ) : (
        <ul aria-label="Critical findings so far">
          {rows.slice(0, mostListed).map(({ controlId, title, worst, findings }) => (
            <li key={controlId}>
              <button
                type="button"
                className="finding-link"
                onClick={() => openFinding(controlId, worst.hostId)}
              >
                <OutcomeMark outcome="fail" severity="critical" />
                <span>
                  <span className="strong block">{title}</span>
                  <span className="small muted">
                    {findings.length === 1
                      ? `${nameOf.get(worst.hostId) ?? worst.hostId} · Seen: ${worst.summary}`
                      : `${findings.length} hosts · Seen on ${nameOf.get(worst.hostId) ?? worst.hostId}: ${worst.summary}`}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {more > 0 && (
        <button type="button" className="text-button" onClick={openCritical}>
          and {more} more critical
        </button>
      )}
    </Panel>
  );
}

/** Up to so many hosts leave the room below to the findings. */
const fewHosts = 4;

export function AssessScreen() {
  const client = useClient();
  const hosts = useMain((state) => state.hosts);
  const catalogue = useMain((state) => state.catalog);
  const start = useCall(client.assess.start);
  const connected = hosts.filter((host) => host.connection === 'connected');
  const running = hosts.some((host) => host.assess.state === 'running');
  const findings = latestFindings(hosts);
  const assess = (): void => void start.run({ hostIds: connected.map((host) => host.host.id) });
  const again = findings.length > 0;
  const assessButton = (
    <Button
      variant={again ? 'secondary' : 'primary'}
      isDisabled={connected.length === 0 || running || start.pending}
      onClick={assess}
    >
      Assess {count(connected.length, 'host')}
      {again && ' again'}
    </Button>
  );
  return (
    <Page
      title="Assess"
      step="Step 3 of 8"
      answer={answerOf(hosts)}
      aside={
        findings.length > 0 && (
          <div className="posture">
            <OutcomeBar
              counts={countOutcomes(findings)}
              failures={countFailures(findings)}
              label="Outcomes of all hosts"
            />
            <OutcomeNumbers counts={countOutcomes(findings)} failures={countFailures(findings)} />
          </div>
        )
      }
      action={
        connected.length === 0 && !again ? (
          <Button variant="primary" onClick={() => goTo('hosts')}>
            Go to hosts
          </Button>
        ) : (
          <div className="button-row">
            {!running && assessButton}
            {again && (
              <Button variant="primary" onClick={() => goTo('review')}>
                Review the findings
              </Button>
            )}
          </div>
        )
      }
      blast="Reading only. Nothing is changed."
    >
      {start.error !== undefined && <ErrorPanel error={start.error} onDismiss={start.dismiss} />}
      <OperationError kinds={['assess']} />
      {hosts.length === 0 || (connected.length === 0 && !again && !running) ? (
        <EmptyState drawing={<LookDrawing />} title="No host is connected">
          Once a host is connected, Bulwark reads users, files, network rules and Elasticsearch itself, all at
          once and in seconds.
        </EmptyState>
      ) : (
        <div className={hosts.length > fewHosts ? 'assess-columns' : 'assess-columns assess-few'}>
          <AssessGrid
            hosts={hosts}
            areas={shownAreas(
              hosts,
              catalogue.map((control) => control.area),
            )}
          />
          <FirstFindings hosts={hosts} running={running} />
        </div>
      )}
    </Page>
  );
}
