/** The questions that a guided fix asks first. */
import type { Choice } from '../../../shared/domain/finding.ts';
import { Checkbox, FormGroup, TextArea, TextInput } from '../../ui/patternfly.ts';
import { type ChoiceFieldProps, ChoiceOptions } from './choice-options.tsx';

function ChoiceField(field: ChoiceFieldProps) {
  const { choice, value, problem, onChange } = field;
  if (choice.type === 'one-of') return <ChoiceOptions {...field} />;
  const id = `choice-${choice.name}`;
  const hint = (
    <p className={problem === '' ? 'hint' : 'hint hint-error'} id={`${id}-hint`}>
      {problem === '' ? choice.hint : problem}
    </p>
  );
  const shared = {
    id,
    'aria-describedby': `${id}-hint`,
    validated: problem === '' ? ('default' as const) : ('error' as const),
  };
  if (choice.type === 'boolean') {
    return (
      <div>
        <Checkbox
          id={id}
          label={choice.label}
          isChecked={value === 'true'}
          aria-describedby={`${id}-hint`}
          onChange={(_event, checked) => onChange(String(checked))}
        />
        {hint}
      </div>
    );
  }
  return (
    <FormGroup label={choice.label} fieldId={id}>
      {choice.type === 'cidr-list' ? (
        <TextArea
          {...shared}
          className="mono"
          rows={3}
          spellCheck={false}
          resizeOrientation="vertical"
          value={value}
          onChange={(_event, text) => onChange(text)}
        />
      ) : (
        <TextInput
          {...shared}
          inputMode={choice.type === 'number' ? 'numeric' : 'text'}
          spellCheck={false}
          value={value}
          onChange={(_event, text) => onChange(text)}
        />
      )}
      {hint}
    </FormGroup>
  );
}

export function ChoicesForm({
  choices,
  values,
  problems,
  hostId,
  onChange,
}: {
  readonly choices: readonly Choice[];
  readonly values: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
  readonly hostId: string;
  readonly onChange: (name: string, value: string) => void;
}) {
  return (
    <section className="anatomy-part choices" aria-labelledby="choices-title">
      <h3 id="choices-title">Choices</h3>
      {choices.map((choice) => (
        <ChoiceField
          key={choice.name}
          choice={choice}
          value={values[choice.name] ?? choice.suggested}
          problem={problems[choice.name] ?? ''}
          hostId={hostId}
          onChange={(value) => onChange(choice.name, value)}
        />
      ))}
    </section>
  );
}
