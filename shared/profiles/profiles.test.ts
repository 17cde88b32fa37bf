import { expect, it } from 'vitest';
import { catalog } from '../controls/catalog.ts';
import { deploymentTypes } from '../domain/deployment.ts';
import { deploymentMatrix } from './deployment-matrix.ts';
import { belongsTo, profileIds, profiles } from './profiles.ts';

it('there is one profile per id, and every control belongs to one', () => {
  expect(profiles.map((profile) => profile.id)).toEqual(profileIds);
  for (const { words } of catalog) expect(profiles.some((profile) => belongsTo(profile, words))).toBe(true);
});

it('each wider profile holds the narrower one', () => {
  const ids = profiles.map(
    (profile) =>
      new Set(catalog.filter(({ words }) => belongsTo(profile, words)).map(({ words }) => words.id)),
  );
  for (const [index, set] of ids.slice(1).entries())
    for (const id of ids[index] ?? []) expect(set.has(id)).toBe(true);
});

it('the baseline leaves out what is neither critical nor high', () => {
  const [baseline] = profiles;
  expect(baseline && belongsTo(baseline, { id: 'swap-safe', severity: 'medium' })).toBe(false);
  expect(baseline && belongsTo(baseline, { id: 'fips-mode', severity: 'high' })).toBe(false);
});

it('the matrix answers for every deployment type', () => {
  expect(deploymentMatrix).toHaveLength(10);
  for (const { by } of deploymentMatrix) expect(Object.keys(by).sort()).toEqual([...deploymentTypes].sort());
  expect(deploymentMatrix.map(({ by }) => by['self-managed'])).not.toContain('managed');
});
