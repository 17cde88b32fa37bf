/** Hosts by areas: a cell fills as soon as its answers are there. */
import type { HostState } from '../../../shared/contract/state.ts';
import type { Area } from '../../../shared/domain/control.ts';
import type { Finding } from '../../../shared/domain/finding.ts';
import { severities } from '../../../shared/domain/severity.ts';
import { compareUrgency, countFailures, countOutcomes } from '../../app/posture.ts';
import { allFindings, useUi } from '../../app/ui-store.ts';
import { areaWords, outcomeWords, severityWords } from '../../copy/words.ts';
import { Glyph, OutcomeMark } from '../../ui/marks.tsx';
import { duration } from '../../ui/time.ts';

const stateWords: Readonly<Record<HostState['assess']['state'], string>> = {
  none: 'Not assessed',
  running: 'Reading',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

function Cell({ host, area }: { readonly host: HostState; readonly area: Area }) {
  const progress = host.assess.areas.find((entry) => entry.area === area)?.state;
  const findings = (host.latest?.findings ?? []).filter((finding) => finding.area === area);
  const [worst] = findings.toSorted(compareUrgency);
  if (host.assess.state === 'running' && progress !== 'done') {
    return (
      <span className={progress === 'running' ? 'cell cell-running' : 'cell cell-waiting'}>
        <span className="sr-only">{progress === 'running' ? 'being read' : 'waiting'}</span>
      </span>
    );
  }
  if (host.assess.state === 'running' && worst === undefined) {
    return (
      <span className="cell cell-read">
        <Glyph name="check" size={12} />
        <span className="sr-only">read</span>
      </span>
    );
  }
  if (worst === undefined) {
    return (
      <span className="cell cell-none">
        <span aria-hidden="true">–</span>
        <span className="sr-only">nothing to say</span>
      </span>
    );
  }
  const said = saidOf(worst, findings);
  return (
    <span className={`cell cell-filled tone-${toneOf(worst)}`} title={said}>
      <OutcomeMark outcome={worst.outcome} severity={worst.severity} />
      <span aria-hidden="true" className="figures">
        {worst.outcome === 'fail' ? countOutcomes(findings).fail : ''}
      </span>
      <span className="sr-only">{said}</span>
    </span>
  );
}

function toneOf(finding: Finding): string {
  return finding.outcome === 'fail' ? finding.severity : finding.outcome;
}

function saidOf(worst: Finding, findings: readonly Finding[]): string {
  if (worst.outcome !== 'fail') return `${outcomeWords[worst.outcome]}, ${findings.length} looked at`;
  const failures = countFailures(findings);
  const parts = severities
    .filter((severity) => failures[severity] > 0)
    .map((severity) => `${failures[severity]} ${severityWords[severity].toLowerCase()}`);
  return `${countOutcomes(findings).fail} of ${findings.length} fail: ${parts.join(', ')}`;
}

function HostProgress({ host }: { readonly host: HostState }) {
  const { assess, latest } = host;
  const note =
    assess.state === 'running'
      ? assess.doing
      : assess.state === 'failed'
        ? (host.error?.message ?? '')
        : latest === undefined
          ? ''
          : `${duration(latest.cost.milliseconds)}`;
  return (
    <>
      <span className={`assess-state assess-${assess.state}`}>
        {stateWords[assess.state === 'none' && latest !== undefined ? 'done' : assess.state]}
      </span>
      {note !== '' && (
        <span className="small muted assess-doing" title={note}>
          {note}
        </span>
      )}
    </>
  );
}

export function AssessGrid({
  hosts,
  areas,
}: {
  readonly hosts: readonly HostState[];
  readonly areas: readonly Area[];
}) {
  const open = (hostId: string): void =>
    useUi.setState({
      screen: 'review',
      filters: { ...allFindings, host: hostId },
      control: '',
      findingHost: hostId,
    });
  return (
    <div className="sheet table-scroll" role="group" aria-label="Scrolls sideways" tabIndex={0}>
      <table className="assess-grid">
        <caption className="sr-only">Progress by host and area</caption>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">State</th>
            {areas.map((area) => (
              <th key={area} scope="col" className="assess-area">
                {areaWords[area]}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">Open</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr key={host.host.id}>
              <th scope="row">{host.host.name}</th>
              <td className="assess-now">
                <HostProgress host={host} />
              </td>
              {areas.map((area) => (
                <td key={area} className="assess-cell">
                  <Cell host={host} area={area} />
                </td>
              ))}
              <td className="row-actions">
                {host.latest !== undefined && (
                  <button
                    type="button"
                    className="text-button"
                    aria-label={`Open the findings of ${host.host.name}`}
                    onClick={() => open(host.host.id)}
                  >
                    Open
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
