/** A lock file that npm itself refuses on the next machine locks nothing. */
import type { Source } from './source.ts';

interface Entry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Optional packages that some package names and the lock file does not hold: `npm ci` stops at the first. */
export function unlockedPackages(sources: readonly Source[]): string[] {
  const text = sources.find(({ path }) => path === 'package-lock.json')?.text;
  if (text === undefined)
    return ['There is no package-lock.json: nobody would get the packages that were tested.'];
  const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, Entry>> };
  const known = new Set(
    Object.keys(packages).map((place) => place.slice(place.lastIndexOf('node_modules/') + 13)),
  );
  return Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !known.has(name))
    .map(
      (name) =>
        `package-lock.json lacks ${name}, and npm ci refuses it: run node build/tasks/complete-lock.mjs.`,
    );
}
