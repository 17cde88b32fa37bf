/** Checks what an operator enters for a guided fix, before main does the same with more knowledge. */
import type { Choice } from '../../../shared/domain/finding.ts';

const ipv4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const ipv6 = /^(?=.*:)[0-9a-f:]+(:(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3})?$/i;

function isIpv6(address: string): boolean {
  if (!ipv6.test(address) || address.includes(':::')) return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => half.split(':').filter((group) => group !== ''));
  const wide = groups.reduce((sum, group) => sum + (group.includes('.') ? 2 : 1), 0);
  return (
    groups.every((group) => group.includes('.') || group.length <= 4) &&
    (halves.length === 2 ? wide < 8 : wide === 8)
  );
}

/** Whether a text is an address or a network in CIDR form, IPv4 or IPv6. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0) return false;
  const most = ipv4.test(address) ? 32 : isIpv6(address) ? 128 : -1;
  if (most === -1) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most);
}

/** Entries of a list: one per line; commas and spaces are forgiven. */
export function listEntries(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Whether a choice offers answers and none of them can be taken. */
export function nothingToChoose(choice: Choice): boolean {
  return choice.type === 'one-of' && (choice.options ?? []).every(({ unusable }) => unusable !== '');
}

/** What keeps a value from being taken, or an empty text. */
export function choiceProblem(choice: Choice, value: string): string {
  switch (choice.type) {
    case 'cidr-list': {
      const entries = listEntries(value);
      // A list that comes with a suggestion is needed; one that comes empty may stay so, as its hint says.
      if (entries.length === 0)
        return choice.suggested === '' ? '' : 'Enter at least one address or network.';
      const wrong = entries.find((entry) => !isNetwork(entry));
      if (wrong !== undefined) return `"${wrong}" is not an address or a network such as 10.20.0.0/16.`;
      return entries.some((entry) => entry.endsWith('/0'))
        ? 'A network that ends in /0 is everybody. Name the sources that need access.'
        : '';
    }
    case 'number':
      return /^\d+$/.test(value.trim()) ? '' : 'Enter a whole number.';
    case 'one-of': {
      const chosen = choice.options?.find((option) => option.value === value);
      if (chosen !== undefined) return chosen.unusable;
      return nothingToChoose(choice)
        ? (choice.none?.reason ?? 'Nothing can be chosen.')
        : 'Choose one of these.';
    }
    case 'boolean':
    case 'text':
      return '';
  }
}

/** What crosses to main. */
export function normalised(choice: Choice, value: string): string {
  return choice.type === 'cidr-list' ? listEntries(value).join('\n') : value.trim();
}
