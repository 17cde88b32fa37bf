/** Which host, which standing, which words. */
import type { HostState } from '../../../shared/contract/state.ts';
import { useUi } from '../../app/ui-store.ts';
import { type HistoryFilter, type Standing, standingOf } from './history-groups.ts';

const standings: readonly { readonly standing: Standing | 'all'; readonly words: string }[] = [
  { standing: 'all', words: 'All' },
  { standing: 'standing', words: 'In place' },
  { standing: 'undone', words: 'Undone' },
  { standing: 'open', words: 'To be looked at' },
];

function Chips<T extends string>({
  legend,
  name,
  all,
  chosen,
  onChoose,
}: {
  readonly legend: string;
  readonly name: string;
  readonly all: readonly { readonly value: T; readonly words: string; readonly count?: number }[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
}) {
  return (
    <fieldset className="chips">
      <legend className="sr-only">{legend}</legend>
      {all.map(({ value, words, count }) => (
        <label key={value} className="chip-choice">
          <input
            type="radio"
            name={name}
            aria-label={words}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          {words}
          {count !== undefined && <span className="filter-count">{count}</span>}
        </label>
      ))}
    </fieldset>
  );
}

export function HistoryFilterBar({
  hosts,
  host,
  filter,
  onFilter,
}: {
  readonly hosts: readonly HostState[];
  readonly host: HostState;
  readonly filter: HistoryFilter;
  readonly onFilter: (filter: HistoryFilter) => void;
}) {
  const countOf = (standing: Standing | 'all'): number =>
    host.history.filter((item) => standing === 'all' || standingOf(item) === standing).length;
  return (
    <div className="history-filter">
      {hosts.length > 1 && (
        <Chips
          legend="Host"
          name="history-host"
          all={hosts.map((one) => ({ value: one.host.id, words: one.host.name }))}
          chosen={host.host.id}
          onChoose={(historyHost) => useUi.setState({ historyHost })}
        />
      )}
      <Chips
        legend="How it stands"
        name="history-standing"
        all={standings.map(({ standing, words }) => ({ value: standing, words, count: countOf(standing) }))}
        chosen={filter.standing}
        onChoose={(standing) => onFilter({ ...filter, standing })}
      />
      <input
        type="search"
        className="search"
        aria-label="Search the history"
        placeholder="Search changes, files, people"
        value={filter.words}
        onChange={(event) => onFilter({ ...filter, words: event.target.value })}
      />
    </div>
  );
}
