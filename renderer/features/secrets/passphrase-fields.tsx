/** A new passphrase, twice, with an honest guess of its strength. */
import { FormGroup, TextInput } from '../../ui/patternfly.ts';
import { estimateStrength } from './strength.ts';

/** Characters; shorter ones are refused by the form. */
export const shortestPassphrase = 12;

const steps = { empty: 0, weak: 1, fair: 2, good: 3, strong: 4 } as const;

export interface NewPassphrase {
  readonly first: string;
  readonly again: string;
}

/** What keeps the passphrase from being taken, or an empty text. */
export function passphraseProblem({ first, again }: NewPassphrase): string {
  if (first.length < shortestPassphrase) return `Use at least ${shortestPassphrase} characters.`;
  if (again !== first) return 'The two passphrases differ.';
  return '';
}

const labels = {
  only: { first: 'Passphrase', again: 'Passphrase again' },
  operator: { first: 'New passphrase', again: 'New passphrase again' },
  custodian: { first: 'The custodian’s passphrase', again: 'The custodian’s passphrase again' },
} as const;

export function PassphraseFields({
  value,
  onChange,
  owner,
}: {
  readonly value: NewPassphrase;
  readonly onChange: (value: NewPassphrase) => void;
  /** Whose it is, where it stands beside another one; absent: the operator's only one. */
  readonly owner?: 'custodian' | 'operator';
}) {
  const strength = estimateStrength(value.first);
  const differs = value.again !== '' && value.again !== value.first;
  return (
    <>
      <FormGroup label={labels[owner ?? 'only'].first} fieldId="new-passphrase">
        <TextInput
          id="new-passphrase"
          type="password"
          autoComplete="new-password"
          aria-describedby="passphrase-strength"
          value={value.first}
          onChange={(_event, first) => onChange({ ...value, first })}
        />
        <div className="meter" data-level={strength.level} aria-hidden="true">
          {[1, 2, 3, 4].map((step) => (
            <span key={step} className={step <= steps[strength.level] ? 'meter-on' : ''} />
          ))}
        </div>
        <p className="hint" id="passphrase-strength">
          {strength.sentence}
        </p>
      </FormGroup>
      <FormGroup label={labels[owner ?? 'only'].again} fieldId="passphrase-again">
        <TextInput
          id="passphrase-again"
          type="password"
          autoComplete="new-password"
          validated={differs ? 'error' : 'default'}
          aria-describedby="passphrase-match"
          value={value.again}
          onChange={(_event, again) => onChange({ ...value, again })}
        />
        <p className={differs ? 'hint hint-error' : 'hint'} id="passphrase-match">
          {differs
            ? 'The two passphrases differ.'
            : 'Nobody can recover the vault without it, neither Bulwark nor its makers.'}
        </p>
      </FormGroup>
    </>
  );
}
