/** Step 7: did it work? Before and after side by side, from a fresh assessment. */
import { areas } from '../../../shared/domain/control.ts';
import type { Finding } from '../../../shared/domain/finding.ts';
import {
  baselineFindings,
  changedSinceAssessed,
  changedVerdicts,
  countFailures,
  countOutcomes,
  latestFindings,
  type Verdict,
} from '../../app/posture.ts';
import { goTo, openFinding } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { areaWords, count } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { OperationError } from '../../ui/operation-error.tsx';
import { OutcomeBar, OutcomeLabel, OutcomeNumbers } from '../../ui/outcomes.tsx';
import { EmptyState, Page, Panel } from '../../ui/page.tsx';
import { Button, Caption, Table, Tbody, Td, Th, Thead, Tr } from '../../ui/patternfly.ts';
import { dayAndTime } from '../../ui/time.ts';
import { ProveDrawing } from '../start/drawings.tsx';
import { answerOf } from './answer.ts';
import { ExposureDrawing } from './exposure-drawing.tsx';
import { ExposureFromHosts } from './exposure-from-hosts.tsx';

function Side({
  title,
  findings,
  at,
}: {
  readonly title: string;
  readonly findings: readonly Finding[];
  readonly at: string | undefined;
}) {
  const counts = countOutcomes(findings);
  const failures = countFailures(findings);
  return (
    <div className="side">
      <h2>
        {title} {at !== undefined && <span className="small muted">{dayAndTime(at)}</span>}
      </h2>
      <OutcomeBar counts={counts} failures={failures} label={title} />
      <OutcomeNumbers counts={counts} failures={failures} />
    </div>
  );
}

function ByArea({
  before,
  after,
}: {
  readonly before: readonly Finding[];
  readonly after: readonly Finding[];
}) {
  const shown = areas.filter((area) => [...before, ...after].some((finding) => finding.area === area));
  const of = (findings: readonly Finding[], area: string): readonly Finding[] =>
    findings.filter((finding) => finding.area === area);
  const cell = (findings: readonly Finding[], label: string) => {
    const counts = countOutcomes(findings);
    return (
      <div className="area-cell">
        <OutcomeBar slim counts={counts} failures={countFailures(findings)} label={label} />
        <span className="small figures">{counts.fail === 0 ? 'no fail' : `${counts.fail} fail`}</span>
      </div>
    );
  };
  return (
    <table className="area-table">
      <caption className="sr-only">Outcomes by area</caption>
      <thead>
        <tr>
          <th scope="col">Area</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((area) => (
          <tr key={area}>
            <th scope="row">{areaWords[area]}</th>
            <td>{cell(of(before, area), `${areaWords[area]} before`)}</td>
            <td>{cell(of(after, area), `${areaWords[area]} after`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ChangedVerdicts({
  verdicts,
  several,
}: {
  readonly verdicts: readonly Verdict[];
  /** Whether the host needs to be named. */
  readonly several: boolean;
}) {
  if (verdicts.length === 0) return <p className="muted">No verdict differs from the first assessment.</p>;
  return (
    <Table role="table" variant="compact" gridBreakPoint="">
      <Caption className="sr-only">Changed verdicts</Caption>
      <Thead>
        <Tr>
          <Th scope="col">Condition</Th>
          {several && <Th scope="col">Host</Th>}
          <Th scope="col">Before</Th>
          <Th scope="col">After</Th>
        </Tr>
      </Thead>
      <Tbody>
        {verdicts.map(({ before, after, hostName }) => (
          <Tr key={after.id}>
            <Th scope="row">
              <button
                type="button"
                className="text-button text-button-plain"
                onClick={() => openFinding(after.controlId, after.hostId)}
              >
                {after.title}
              </button>
              {after.outcome !== 'pass' && <span className="small muted block">Seen: {after.summary}</span>}
            </Th>
            {several && <Td className="host-name">{hostName}</Td>}
            <Td>
              {before === undefined ? (
                <span className="muted">Not looked at</span>
              ) : (
                <OutcomeLabel outcome={before.outcome} severity={before.severity} />
              )}
            </Td>
            <Td>
              <OutcomeLabel outcome={after.outcome} severity={after.severity} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

/** Hosts whose ports are drawn; more would not be read. */
const mostDrawn = 12;

export function VerifyScreen() {
  const client = useClient();
  const hosts = useMain((state) => state.hosts);
  const start = useCall(client.assess.start);
  const connected = hosts.filter((host) => host.connection === 'connected');
  const running = hosts.some((host) => host.assess.state === 'running');
  const before = baselineFindings(hosts);
  const after = latestFindings(hosts);
  const verdicts = changedVerdicts(hosts);
  const stale = hosts.some(changedSinceAssessed);
  const again = (
    <Button
      variant={stale ? 'primary' : 'secondary'}
      isDisabled={connected.length === 0 || running || start.pending}
      onClick={() => void start.run({ hostIds: connected.map((host) => host.host.id) })}
    >
      Assess {count(connected.length, 'host')} again
    </Button>
  );
  if (before.length === 0) {
    return (
      <Page
        title="Verify"
        step="Step 7 of 8"
        answer="There is nothing to compare yet"
        action={
          <Button variant="primary" onClick={() => goTo('assess')}>
            Go to assessment
          </Button>
        }
        blast="Reading only. Nothing is changed."
      >
        <EmptyState drawing={<ProveDrawing />} title="No assessment yet">
          The first assessment of a host is the before. Every later one is compared with it here.
        </EmptyState>
      </Page>
    );
  }
  const drawn = hosts.filter((host) => host.baseline !== undefined).slice(0, mostDrawn);
  return (
    <Page
      title="Verify"
      step="Step 7 of 8"
      answer={running ? 'Bulwark is reading the hosts again' : answerOf(hosts, verdicts)}
      action={
        <div className="button-row">
          {again}
          {!stale && (
            <Button variant="primary" onClick={() => goTo('report')}>
              Continue to the report
            </Button>
          )}
        </div>
      }
      blast="Reading only. Nothing is changed."
    >
      {start.error !== undefined && <ErrorPanel error={start.error} />}
      <OperationError kinds={['assess']} />
      <div className="sides">
        <Side
          title="Before"
          findings={before}
          at={hosts.find((host) => host.baseline)?.baseline?.startedAt}
        />
        <Side title="After" findings={after} at={hosts.find((host) => host.latest)?.latest?.startedAt} />
      </div>
      <div className="verify-columns">
        <Panel id="changed" title="Changed verdicts">
          <ChangedVerdicts verdicts={verdicts} several={hosts.length > 1} />
        </Panel>
        <Panel id="by-area" title="By area">
          <ByArea before={before} after={after} />
        </Panel>
      </div>
      <Panel id="outside" title="Seen from outside">
        <p className="small muted">From this computer, without credentials.</p>
        {drawn.map((host) => (
          <ExposureDrawing
            key={host.host.id}
            hostName={host.host.name}
            before={host.baseline?.exposure ?? []}
            after={host.latest?.exposure ?? []}
          />
        ))}
        {hosts.length > mostDrawn && (
          <p className="muted">The report lists the other {hosts.length - mostDrawn} hosts.</p>
        )}
        <ExposureFromHosts hosts={drawn} />
      </Panel>
    </Page>
  );
}
