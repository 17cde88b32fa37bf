import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLUSTERS, type Cluster, memberScenario } from './clusters.ts';
import { NODES, type Node } from './nodes.ts';
import { isScenario, SCENARIOS, type Scenario } from './scenarios.ts';
import { isVariant, VARIANTS, type Variant } from './variants.ts';
import { ELASTICSEARCH, JAVA_COMPILER } from './versions.ts';

const clusters: readonly (readonly [string, Cluster])[] = Object.entries(CLUSTERS);
const scenarios: readonly (readonly [string, Scenario])[] = [
  ...Object.entries(SCENARIOS),
  ...clusters.map(([name, cluster]) => [name, memberScenario(cluster)] as const),
];
const variants: readonly (readonly [string, Variant])[] = Object.entries(VARIANTS);
const nodes: readonly Node[] = Object.values(NODES);

function preparation(name: string): string {
  return new URL(`./preparations/${name}.sh`, import.meta.url).pathname;
}

describe('the scenarios', () => {
  it.each(scenarios)('%s is prepared by scripts that exist', (_, scenario) => {
    const names = [...scenario.prepare, ...(scenario.ownKernel?.settle ?? [])];
    expect(names.filter((name) => !existsSync(preparation(name)))).toEqual([]);
  });

  it.each(scenarios)('%s puts its node on the Debian release whose Java runs it', (_, scenario) => {
    const version = scenario.node?.version;
    expect(version === undefined ? scenario.debian : ELASTICSEARCH[version].debian).toBe(scenario.debian);
  });

  it.each(scenarios)('%s has a name that can be a host name', (name) => {
    expect(name).toMatch(/^[a-z][a-z0-9-]{1,40}$/);
  });

  it.each(scenarios)('%s waits for Elasticsearch only where there is one', (_, scenario) => {
    expect(scenario.ready.kind === 'ssh' || scenario.node !== undefined).toBe(true);
  });

  it.each(variants)('the variant %s is prepared by scripts that exist', (_, variant) => {
    expect(variant.prepare.filter((name) => !existsSync(preparation(name)))).toEqual([]);
  });

  it('leave no preparation unused', () => {
    const settling = scenarios.flatMap(([, { ownKernel }]) => ownKernel?.settle ?? []);
    const used = new Set([...[...scenarios, ...variants].flatMap(([, { prepare }]) => prepare), ...settling]);
    const present = readdirSync(new URL('./preparations/', import.meta.url)).map((file) =>
      file.replace('.sh', ''),
    );
    expect(present.filter((name) => !used.has(name))).toEqual([]);
  });

  it('start from nodes with names of their own and leave none unused', () => {
    const ids = nodes.map((node) => node.id);
    expect(new Set(ids).size).toBe(ids.length);
    const used = new Set(scenarios.map(([, scenario]) => scenario.node?.id));
    expect(ids.filter((id) => !used.has(id))).toEqual([]);
  });

  it.each(nodes.map((node) => [node.id, node] as const))(
    '%s uses only variables its recipe knows',
    (_, node) => {
      const kind = node.members ? 'cluster' : node.layout;
      const recipe = readFileSync(new URL(`./layers/seed-${kind}.sh`, import.meta.url), 'utf8');
      expect(Object.keys(node.options).filter((name) => !recipe.includes(`\${${name}:`))).toEqual([]);
    },
  );

  it.each(clusters)('the cluster %s has nodes with names of their own', (_, { node }) => {
    expect(new Set(node.members).size).toBe(node.members.length);
    expect(node.members.length).toBeGreaterThan(1);
  });

  it('are told from other words', () => {
    expect([
      isScenario('open-fresh'),
      isScenario('toString'),
      isVariant('no-curl'),
      isVariant('bare'),
    ]).toEqual([true, false, true, false]);
  });
});

describe('the downloads', () => {
  it('are pinned by a whole SHA-512', () => {
    const artifacts = [JAVA_COMPILER, ...Object.values(ELASTICSEARCH).map(({ zip }) => zip)];
    expect(artifacts.filter(({ sha512 }) => !/^[0-9a-f]{128}$/.test(sha512))).toEqual([]);
  });
});
