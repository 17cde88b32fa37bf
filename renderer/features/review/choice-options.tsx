/** One of several answers: each with what tells it from the others, those that cannot be chosen with the reason. */
import { useState } from 'react';
import type { Choice, Option } from '../../../shared/domain/finding.ts';
import { useCall, useClient } from '../../bridge/context.tsx';
import { Button } from '../../ui/patternfly.ts';
import { nothingToChoose } from './choices.ts';

/** Beside some that can be chosen, more than so many that cannot are folded away: the choice itself stays in sight. */
const shownBeside = 2;
/** Where none can be chosen they are the answer; still, a host can have dozens of volumes. */
const shownAlone = 8;

function OptionRow({
  option,
  name,
  chosen,
  onChoose,
}: {
  readonly option: Option;
  readonly name: string;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  const unusable = option.unusable !== '';
  return (
    <li>
      <label className="option" data-unusable={unusable}>
        <input
          type="radio"
          name={name}
          value={option.value}
          checked={chosen}
          disabled={unusable}
          onChange={onChoose}
        />
        <span className="option-words">
          <span className={option.label.startsWith('/') ? 'option-label mono' : 'option-label'}>
            {option.label}
          </span>
          {option.detail !== '' && <span className="option-detail">{option.detail}</span>}
          {unusable && <span className="option-reason">{option.unusable}</span>}
        </span>
      </label>
    </li>
  );
}

/** Nothing can be chosen: why, and what to do. */
function NothingToChoose({
  id,
  none,
  hostId,
}: {
  readonly id: string;
  readonly none: NonNullable<Choice['none']>;
  readonly hostId: string;
}) {
  const assess = useCall(useClient().assess.start);
  return (
    <div className="options-none" id={`${id}-hint`}>
      <p>
        <strong>{none.reason}</strong>
      </p>
      <p>{none.nextStep}</p>
      <Button
        variant="secondary"
        size="sm"
        isDisabled={assess.pending}
        onClick={() => void assess.run({ hostIds: [hostId] })}
      >
        Assess this host again
      </Button>
    </div>
  );
}

/** One question of a guided fix, with the answer so far. */
export interface ChoiceFieldProps {
  readonly choice: Choice;
  readonly value: string;
  /** Why the answer will not do; empty when it does. */
  readonly problem: string;
  readonly hostId: string;
  readonly onChange: (value: string) => void;
}

export function ChoiceOptions({ choice, value, problem, hostId, onChange }: ChoiceFieldProps) {
  const [all, setAll] = useState(false);
  const id = `choice-${choice.name}`;
  const options = choice.options ?? [];
  const usable = options.filter(({ unusable }) => unusable === '');
  const others = options.filter(({ unusable }) => unusable !== '');
  const shownAtOnce = usable.length === 0 ? shownAlone : others.length > shownBeside ? 0 : shownBeside;
  const hidden = Math.max(0, others.length - shownAtOnce);
  const none = nothingToChoose(choice) ? choice.none : undefined;
  const row = (option: Option) => (
    <OptionRow
      key={option.value}
      option={option}
      name={id}
      chosen={option.value === value}
      onChoose={() => onChange(option.value)}
    />
  );
  return (
    <fieldset className="options" id={id} tabIndex={-1} aria-describedby={`${id}-hint`}>
      <legend>{choice.label}</legend>
      {none !== undefined ? (
        <NothingToChoose id={id} none={none} hostId={hostId} />
      ) : (
        <>
          <ul className="option-list">{usable.map(row)}</ul>
          <p className={problem === '' ? 'hint' : 'hint hint-error'} id={`${id}-hint`}>
            {problem === '' ? choice.hint : problem}
          </p>
        </>
      )}
      {others.length > 0 && (
        <div className="options-others">
          {(all || shownAtOnce > 0) && (
            <>
              <p className="small muted" id={`${id}-others`}>
                Cannot be used
              </p>
              <ul className="option-list" aria-labelledby={`${id}-others`}>
                {(all ? others : others.slice(0, shownAtOnce)).map(row)}
              </ul>
            </>
          )}
          {hidden > 0 && (
            <button type="button" className="text-button" aria-expanded={all} onClick={() => setAll(!all)}>
              {all
                ? 'Show fewer'
                : `Show ${hidden} ${shownAtOnce > 0 ? 'more ' : ''}that cannot be used, and why`}
            </button>
          )}
        </div>
      )}
    </fieldset>
  );
}
