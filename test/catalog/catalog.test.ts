/** What holds for every control, whatever it looks at. */
import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { catalogFile, catalogText, controlFolders } from '../../build/tasks/catalog.mjs';
import { catalog } from '../../shared/controls/catalog.ts';
import type { Control } from '../../shared/controls/define-control.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import type { FactId, Facts } from '../../shared/domain/facts.ts';
import { findingSchema } from '../../shared/domain/finding.ts';
import { composeProbe } from '../../shared/engine/probe-script.ts';
import { findingOf } from '../../shared/engine/scan.ts';
import { factParts } from '../../shared/facts/sources.ts';
import { deploymentMatrix } from '../../shared/profiles/deployment-matrix.ts';
import { broken, factsOf, healthy, neverStarted, notKnown, open } from '../support/facts.ts';

const folders = controlFolders();
const canary = 'Canary-77x!tZ';

it('the catalogue is current', () => {
  expect(readFileSync(catalogFile, 'utf8'), 'run: npm run catalog').toBe(catalogText());
  expect(catalog).toHaveLength(folders.length);
});

it('ids are the names of the folders, and there is one of each', () => {
  expect(catalog.map(({ words }) => `${words.area}/${words.id}`).sort()).toEqual([...folders].sort());
  expect(new Set(catalog.map(({ words }) => words.id)).size).toBe(catalog.length);
});

it('holds the thirteen controls of the main job', () => {
  const ids = catalog.map(({ words }) => words.id);
  expect(ids).toEqual(
    expect.arrayContaining([
      'es-service-user',
      'es-account-locked',
      'es-config-permissions',
      'es-data-encrypted',
      'firewall-active',
      'http-port-restricted',
      'not-publicly-exposed',
      'security-enabled',
      'transport-tls',
      'http-tls',
      'keystore-present',
      'no-plaintext-secrets',
      'builtin-passwords',
    ]),
  );
});

describe.each(catalog.map((control) => [control.words.id, control] as [string, Control]))(
  '%s',
  (id, control) => {
    const { words } = control;
    const states: readonly (readonly [string, Facts])[] = [
      ['healthy', factsOf(healthy)],
      ['open', factsOf(open)],
      ['never started', factsOf(neverStarted)],
    ];

    it('speaks as the style asks', () => {
      expect(words.title).not.toMatch(/^(?:Ensure|Check|Verify|Make sure)\b|\.$|!/);
      expect(words.title).toMatch(/^[A-Z]/);
      expect(words.description).toMatch(/\.$/);
      expect(words.risk.match(/[.] |[.]$/g)?.length ?? 0).toBeLessThanOrEqual(3);
      expect(words.risk).toMatch(/\.$/);
      expect(words.references.length).toBeGreaterThan(0);
      expect(`${words.title}${words.description}${words.risk}`).not.toMatch(/!|100 ?%/);
    });

    it('has a table with a row for every outcome', () => {
      const test = `shared/controls/${words.area}/${id}/control.test.ts`;
      expect(existsSync(test)).toBe(true);
      expect(readFileSync(test, 'utf8')).toContain('controlTable(control, {');
    });

    it('gives findings that a report can hold', () => {
      for (const [, facts] of states)
        expect(() => findingSchema.parse(findingOf(control, facts, 'host-a', 't'))).not.toThrow();
    });

    it('passes on a healthy node, and so has nothing to do there', () => {
      expect(findingOf(control, factsOf(healthy), 'host-a', 't')).toMatchObject({
        outcome: 'pass',
        remedy: { type: 'none' },
      });
    });

    it('never passes on a fact that it needs and does not have', () => {
      const ids = Object.keys(healthy) as FactId[];
      const needed = ids.filter(
        (fact) => control.evaluate({ ...factsOf(healthy), [fact]: notKnown }).outcome !== 'pass',
      );
      expect(needed.length).toBeGreaterThan(0);
      for (const fact of needed) {
        expect(control.evaluate({ ...factsOf(healthy), [fact]: notKnown }).outcome).toBe('unknown');
        expect(control.evaluate({ ...factsOf(healthy), [fact]: broken }).outcome).toBe('error');
        const { [fact]: _, ...rest } = factsOf(healthy);
        expect(control.evaluate(rest).outcome).toBe('unknown');
      }
    });

    it('fixed together means that both ways', () => {
      for (const [, facts] of states) {
        const { remedy } = findingOf(control, facts, 'host-a', 't');
        if (remedy.type !== 'changes' && remedy.type !== 'choices') continue;
        for (const other of remedy.fixedTogetherWith)
          expect(catalog.some((one) => one.words.id === other)).toBe(true);
        expect(remedy.fixedTogetherWith).not.toContain(id);
      }
    });

    it('shows no secret that found its way into facts', () => {
      const poisoned = factsOf(open, {
        'service-account': {
          ...open['service-account'],
          sudoRules: [
            { file: '/etc/sudoers', line: 1, text: `deploy ALL=ALL PASSWORD=${canary}`, dedicated: false },
          ],
        },
        'es-settings': {
          ...open['es-settings'],
          settings: [
            {
              key: 'xpack.security.enabled',
              value: `password: ${canary}`,
              values: [`password: ${canary}`],
              line: 1,
              secretLike: false,
            },
          ],
        },
        firewall: { ...open.firewall, ruleset: `# token=${canary}\n-----BEGIN PRIVATE KEY-----\n${canary}` },
      });
      expect(JSON.stringify(findingOf(control, poisoned, 'host-a', 't').evidence)).not.toContain(canary);
    });
  },
);

it('a hundred controls are judged well within the time of one frame or two', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => catalog[index % catalog.length]).filter(
    (one) => one !== undefined,
  );
  const all = [factsOf(healthy), factsOf(open)];
  const judge = (facts: Facts) => hundred.map((control) => findingOf(control, facts, 'host-a', 't'));
  for (const facts of all) judge(facts);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    judge(factsOf(open));
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(50);
});

it('however many controls there are, one script asks for everything', () => {
  const script = composeProbe(factParts);
  expect(script.match(/^frame /gm)).toHaveLength(factParts.sources.length + 2);
  // One argument of a command may not be longer than this on Linux.
  expect(Buffer.byteLength(script)).toBeLessThan(128 * 1024 - 1);
});

it('facts that controls judge are all gathered', () => {
  const gathered = new Set<string>([
    ...factParts.sources.map((source) => source.id),
    'node-answers',
    'outside',
    // Joined from what all hosts told.
    'topology',
    'kibana-peers',
  ]);
  expect([...gathered]).toEqual(expect.arrayContaining(Object.keys(healthy)));
  expect(knownValue(factsOf(healthy)['es-install'])).toBeDefined();
});

it('controls that the matrix names are ids', () => {
  for (const { controls } of deploymentMatrix)
    for (const id of controls) expect(id).toMatch(/^[a-z][a-z0-9-]+$/);
});
