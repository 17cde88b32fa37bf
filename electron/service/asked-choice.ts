/** A choice in words, for somebody who plans without a window. */
import type { Choice } from '../../shared/domain/finding.ts';

/** By its label, with the answers that it offers and the name by which one is given; why, where there is none. */
export function askedFor(choice: Choice): string {
  const label = choice.label.toLowerCase();
  if (choice.type !== 'one-of') return label;
  const answers = (choice.options ?? [])
    .filter(({ unusable }) => unusable === '')
    .map(({ value, label: name, detail }) =>
      name === value && detail !== '' ? `${value}, ${detail}` : value,
    );
  return answers.length === 0
    ? `${label} (${choice.none === undefined ? 'there is none' : `${choice.none.reason} ${choice.none.nextStep}`})`
    : `${label} (${choice.name}: ${answers.join(' or ')})`;
}
