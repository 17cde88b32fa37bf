/** The filters at the left: what is shown, with how many there are of each. */
import { type Area, areas } from '../../../shared/domain/control.ts';
import type { Finding } from '../../../shared/domain/finding.ts';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import { type Severity, severities } from '../../../shared/domain/severity.ts';
import { canBePlanned } from '../../app/posture.ts';
import { allFindings, type ReviewFilters, useUi } from '../../app/ui-store.ts';
import { useMain } from '../../bridge/context.tsx';
import { areaWords, outcomeWords, severityWords } from '../../copy/words.ts';
import { OutcomeMark } from '../../ui/marks.tsx';
import { Checkbox } from '../../ui/patternfly.ts';

function setFilters(change: Partial<ReviewFilters>): void {
  useUi.setState((ui) => ({ filters: { ...ui.filters, ...change } }));
}

function FilterGroup<T extends string>({
  legend,
  all,
  chosen,
  words,
  countOf,
  markOf,
  always = false,
  onChange,
}: {
  readonly legend: string;
  readonly all: readonly T[];
  readonly chosen: readonly T[];
  readonly words: Readonly<Record<T, string>>;
  readonly countOf: (one: T) => number;
  readonly markOf?: ((one: T) => React.ReactNode) | undefined;
  /** Also shows what there is none of. */
  readonly always?: boolean;
  readonly onChange: (chosen: readonly T[]) => void;
}) {
  const shown = always ? all : all.filter((one) => countOf(one) > 0 || chosen.includes(one));
  if (shown.length === 0) return null;
  return (
    <fieldset className="filter-group">
      <legend>{legend}</legend>
      {shown.map((one) => (
        <Checkbox
          key={one}
          id={`filter-${legend}-${one}`}
          aria-label={words[one]}
          label={
            <span className="filter-label">
              {markOf?.(one)}
              <span>{words[one]}</span>
              <span className="filter-count">{countOf(one)}</span>
            </span>
          }
          isChecked={chosen.includes(one)}
          onChange={(_event, checked) =>
            onChange(all.filter((other) => (other === one ? checked : chosen.includes(other))))
          }
        />
      ))}
    </fieldset>
  );
}

export function Filters({ findings }: { readonly findings: readonly Finding[] }) {
  const filters = useUi((ui) => ui.filters);
  const hosts = useMain((state) => state.hosts);
  const number = (test: (finding: Finding) => boolean): number => findings.filter(test).length;
  const active =
    filters.outcomes.length + filters.severities.length + filters.areas.length > 0 ||
    filters.host !== '' ||
    filters.fixable ||
    filters.words !== '';
  return (
    <aside className="filters" aria-label="Filters">
      <FilterGroup<Outcome>
        legend="Outcome"
        always
        all={['fail', 'error', 'unknown', 'pass', 'not-applicable']}
        chosen={filters.outcomes}
        words={outcomeWords}
        countOf={(outcome) => number((finding) => finding.outcome === outcome)}
        markOf={(outcome) => <OutcomeMark outcome={outcome} size={14} />}
        onChange={(chosen) => setFilters({ outcomes: chosen })}
      />
      <div className="filter-group">
        <Checkbox
          id="filter-fixable"
          aria-label="Fixable now"
          label={
            <span className="filter-label">
              <span>Fixable now</span>
              <span className="filter-count">{number(canBePlanned)}</span>
            </span>
          }
          isChecked={filters.fixable}
          onChange={(_event, fixable) => setFilters({ fixable })}
        />
      </div>
      <FilterGroup<Severity>
        legend="Severity"
        all={severities}
        chosen={filters.severities}
        words={severityWords}
        countOf={(severity) => number((finding) => finding.severity === severity)}
        onChange={(chosen) => setFilters({ severities: chosen })}
      />
      <FilterGroup<Area>
        legend="Area"
        all={areas}
        chosen={filters.areas}
        words={areaWords}
        countOf={(area) => number((finding) => finding.area === area)}
        onChange={(chosen) => setFilters({ areas: chosen })}
      />
      {hosts.length > 1 && (
        <div className="filter-group">
          <label className="filter-legend" htmlFor="filter-host">
            Host
          </label>
          <select
            id="filter-host"
            className="select"
            value={filters.host}
            onChange={(event) => setFilters({ host: event.target.value })}
          >
            <option value="">All hosts</option>
            {hosts.map((host) => (
              <option key={host.host.id} value={host.host.id}>
                {host.host.name}
              </option>
            ))}
          </select>
        </div>
      )}
      {active && (
        <button
          type="button"
          className="text-button"
          onClick={() => useUi.setState({ filters: allFindings })}
        >
          Show everything
        </button>
      )}
    </aside>
  );
}
