/** Picks the host whose finding is shown, when several were looked at. */
import type { FindingRow } from '../../app/posture.ts';
import { useUi } from '../../app/ui-store.ts';
import { outcomeWords } from '../../copy/words.ts';
import { OutcomeMark } from '../../ui/marks.tsx';

/** More hosts than this are chosen from a list instead of chips. */
const mostChips = 12;

function choose(findingHost: string, control: string): void {
  useUi.setState({ findingHost, control });
}

export function HostChooser({
  row,
  chosen,
  nameOf,
}: {
  readonly row: FindingRow;
  readonly chosen: string;
  readonly nameOf: ReadonlyMap<string, string>;
}) {
  if (row.findings.length < 2) return null;
  if (row.findings.length > mostChips) {
    return (
      <select
        className="select"
        aria-label="Host of the finding"
        value={chosen}
        onChange={(event) => choose(event.target.value, row.controlId)}
      >
        {row.findings.map((finding) => (
          <option key={finding.hostId} value={finding.hostId}>
            {nameOf.get(finding.hostId)}: {outcomeWords[finding.outcome]}
          </option>
        ))}
      </select>
    );
  }
  return (
    <fieldset className="chips">
      <legend className="sr-only">Host of the finding</legend>
      {row.findings.map((finding) => (
        <label key={finding.hostId} className="chip-choice">
          <input
            type="radio"
            name="finding-host"
            aria-label={`${nameOf.get(finding.hostId)}, ${outcomeWords[finding.outcome]}`}
            checked={finding.hostId === chosen}
            onChange={() => choose(finding.hostId, row.controlId)}
          />
          <OutcomeMark outcome={finding.outcome} severity={finding.severity} size={14} />
          {nameOf.get(finding.hostId)}
        </label>
      ))}
    </fieldset>
  );
}
