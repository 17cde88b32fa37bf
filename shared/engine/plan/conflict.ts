/** Contradictions between wishes, and putting lists together by name. */
import { canonicalJson } from '../canonical-json.ts';

/** Two wishes that cannot both be true; caught where wishes are merged. */
export class Conflict extends Error {
  readonly about: string;
  readonly left: readonly string[];
  readonly right: readonly string[];
  constructor(about: string, left: readonly string[], right: readonly string[]) {
    super(about);
    this.about = about;
    this.left = left;
    this.right = right;
  }
}

export function union(left: readonly string[], right: readonly string[]): readonly string[] {
  return [...new Set([...left, ...right])];
}

/** Puts `items` together by name; the same name with another content is a conflict. */
export function mergeNamed<T>(
  left: readonly T[],
  right: readonly T[],
  name: (item: T) => string,
  conflict: (name: string) => Conflict,
  combine?: (left: T, right: T) => T | undefined,
): T[] {
  const merged = new Map(left.map((item) => [name(item), item]));
  for (const item of right) {
    const there = merged.get(name(item));
    if (there === undefined || canonicalJson(there) === canonicalJson(item)) {
      merged.set(name(item), item);
      continue;
    }
    const combined = combine?.(there, item);
    if (combined === undefined) {
      throw conflict(name(item));
    }
    merged.set(name(item), combined);
  }
  return [...merged.values()];
}
