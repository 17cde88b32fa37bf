import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { labFolder } from './cache-folder.ts';
import { type Layer, layerDigest, layerStack } from './layer.ts';

let folder = '';
let recipe = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-layer-'));
  recipe = join(folder, 'recipe.sh');
  writeFileSync(recipe, 'true\n');
  vi.stubEnv('BULWARK_CACHE', folder);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function layer(change: Partial<Layer> = {}): Layer {
  return { id: 'ground', recipe, settings: { A: '1' }, inputs: [], kind: 'layer', ...change };
}

describe('layerDigest', () => {
  it('changes with settings, inputs, recipe and everything below', () => {
    const digests = new Set([
      layerDigest(layer()),
      layerDigest(layer({ settings: { A: '2' } })),
      layerDigest(layer({ inputs: [{ name: 'x', from: 'text', text: 'y' }] })),
      layerDigest(layer({ parent: layer({ id: 'below' }) })),
      layerDigest(layer({ parent: layer({ id: 'below', settings: {} }) })),
    ]);
    writeFileSync(recipe, 'false\n');
    digests.add(layerDigest(layer()));
    writeFileSync(recipe, 'true\n');
    expect(digests.size).toBe(6);
    expect(digests).toContain(layerDigest(layer()));
  });

  it('does not depend on where this machine gets its packages', () => {
    expect(layerDigest(layer({ placeSettings: async () => ({ SOURCES: 'deb x' }) }))).toBe(
      layerDigest(layer()),
    );
  });
});

describe('layerStack', () => {
  it('lists the topmost layer first and lies in the cache folder', () => {
    const stack = layerStack(layer({ id: 'top', kind: 'seed', parent: layer() }));
    expect(stack.map((path) => path.replace(`${labFolder()}/`, '').replace(/-[0-9a-f]{12}/, ''))).toEqual([
      'seeds/top/upper',
      'layers/ground/upper',
    ]);
  });
});

describe('labFolder', () => {
  it.each([
    [{ BULWARK_CACHE: '/a' }, '/a/lab'],
    [{ XDG_CACHE_HOME: '/b', HOME: '/h' }, '/b/bulwark/lab'],
  ])('follows %j', (env, expected) => {
    expect(labFolder(env)).toBe(expected);
  });
});
