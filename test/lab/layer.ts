import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { labPath, shortDigest } from './cache-folder.ts';
import { must } from './command.ts';
import { withLock } from './lock.ts';

/** Something a recipe reads: a file of the project, a download, or text made here. */
export type LayerInput =
  | { readonly name: string; readonly from: 'file'; readonly path: string }
  | {
      readonly name: string;
      readonly from: 'download';
      readonly sha512: string;
      readonly fetch: () => Promise<string>;
    }
  | { readonly name: string; readonly from: 'text'; readonly text: string };

/** One immutable step of a host's file system. Its digest covers the recipe, its inputs and everything below. */
export interface Layer {
  readonly id: string;
  readonly parent?: Layer;
  /** Path of the shell recipe. */
  readonly recipe: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Settings that differ from machine to machine and are no part of the digest (mirror addresses). */
  readonly placeSettings?: () => Promise<Readonly<Record<string, string>>>;
  readonly inputs: readonly LayerInput[];
  /** A seed holds the state of a node that ran once; it is built without a network. */
  readonly kind: 'layer' | 'seed';
}

export type Log = (line: string) => void;

/** Namespaces of its own for a recipe; they and everything in them end with this process. */
const PRIVATE_SHELL =
  'setpriv --pdeathsig KILL unshare --mount --pid --uts --fork --kill-child=KILL --mount-proc --propagation private'.split(
    ' ',
  );

const BUILDER = new URL('./layers/build.sh', import.meta.url).pathname;

export function layerDigest(layer: Layer): string {
  return shortDigest(
    layer.id,
    layer.parent ? layerDigest(layer.parent) : '',
    readFileSync(layer.recipe, 'utf8'),
    JSON.stringify(layer.settings),
    ...layer.inputs.flatMap((input) => [input.name, inputDigest(input)]),
  );
}

function inputDigest(input: LayerInput): string {
  if (input.from === 'download') return input.sha512;
  return input.from === 'text' ? input.text : readFileSync(input.path, 'utf8');
}

/** Folder of a built (or to be built) layer; the files are in its `upper`, facts about it in its `meta`. */
export function layerFolder(layer: Layer): string {
  return labPath(layer.kind === 'seed' ? 'seeds' : 'layers', `${layer.id}-${layerDigest(layer)}`);
}

/** The `upper` folders of a layer and everything below it, topmost first, as overlayfs wants them. */
export function layerStack(layer: Layer): readonly string[] {
  const below = layer.parent ? layerStack(layer.parent) : [];
  return [join(layerFolder(layer), 'upper'), ...below];
}

/** Builds what is missing, lowest first. Several processes may ask for the same layer at once. */
export async function ensureLayer(layer: Layer, log: Log): Promise<void> {
  if (existsSync(layerFolder(layer))) return;
  if (layer.parent) {
    // Downloads for this layer run beside the building of the ones below.
    await Promise.all([ensureLayer(layer.parent, log), fetchInputs(layer)]);
  }
  await withLock(`build-${layer.id}`, async () => {
    if (!existsSync(layerFolder(layer))) await build(layer, log);
  });
}

async function fetchInputs(layer: Layer): Promise<void> {
  for (const input of layer.inputs) if (input.from === 'download') await input.fetch();
}

async function build(layer: Layer, log: Log): Promise<void> {
  const started = Date.now();
  const target = layerFolder(layer);
  const workshop = `${target}.tmp-${process.pid}`;
  log(`building ${layer.id} ...`);
  await fetchInputs(layer);
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(join(workshop, 'in'), { recursive: true });
  for (const input of layer.inputs) {
    const place = join(workshop, 'in', input.name);
    if (input.from === 'text') writeFileSync(place, input.text, { mode: 0o600 });
    else if (input.from === 'file') cpSync(input.path, place);
    else linkSync(await input.fetch(), place);
  }
  cpSync(layer.recipe, join(workshop, 'in', 'recipe.sh'));
  const network = layer.kind === 'seed' ? ['--net'] : [];
  await must(`Building the lab layer ${layer.id}`, [...PRIVATE_SHELL, ...network, '--', 'bash', BUILDER], {
    env: {
      WORKSHOP: workshop,
      LOWER: layer.parent ? layerStack(layer.parent).join(':') : '',
      ...layer.settings,
      ...(await layer.placeSettings?.()),
    },
    timeoutMs: 900_000,
  });
  for (const part of ['in', 'work', 'root']) rmSync(join(workshop, part), { recursive: true, force: true });
  if (existsSync(target)) rmSync(workshop, { recursive: true, force: true });
  else renameSync(workshop, target);
  const size = await must('Measuring a layer', ['du', '-sm', target]);
  log(
    `built ${basename(target)}: ${size.split('\t')[0]} MB, ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
}
