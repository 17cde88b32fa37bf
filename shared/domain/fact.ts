/**
 * One piece of gathered state. A fact is known, or it is not and says why and how to let Bulwark read it; nothing in
 * between. Controls judge facts and never touch a host.
 */
export type Fact<T> =
  | { readonly status: 'known'; readonly value: T; readonly where: string; readonly at: string }
  | {
      readonly status: 'unknown';
      readonly reason: string;
      readonly remedy: string;
      readonly where: string;
      readonly at: string;
    }
  | { readonly status: 'error'; readonly reason: string; readonly where: string; readonly at: string };

export function knownValue<T>(fact: Fact<T> | undefined): T | undefined {
  return fact?.status === 'known' ? fact.value : undefined;
}
