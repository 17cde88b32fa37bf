// @ts-check
/**
 * Adds the packages of other platforms to `package-lock.json`. npm leaves them out when it cannot see them at the registry in
 * use, and afterwards `npm ci` refuses its own file. Run it after `npm install`; `npm run architecture` says when it is needed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { inProject } from './lib/paths.mjs';
import { say } from './lib/say.mjs';

/**
 * @typedef {object} Entry
 * @property {string} [version]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {boolean} [dev]
 * @property {string} [license]
 * @property {Record<string, string>} [engines]
 */

const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-([a-z]+))?$/;

const file = inProject('package-lock.json');
const lock = /** @type {{ packages: Record<string, Entry> }} */ (JSON.parse(readFileSync(file, 'utf8')));
let added = 0;
for (const [place, { optionalDependencies = {}, dev, license, engines }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const [, os, cpu, abi] = PLATFORM.exec(name) ?? [];
    if (!os || !cpu || isLocked(place, name)) continue;
    // Its digest is not known here; npm takes a package without one as the registry gives it.
    lock.packages[`node_modules/${name}`] = /** @type {Entry} */ ({
      version,
      cpu: [cpu],
      ...(dev ? { dev } : {}),
      ...(os === 'linux' ? { libc: [abi?.startsWith('musl') ? 'musl' : 'glibc'] } : {}),
      ...(license ? { license } : {}),
      optional: true,
      os: [os],
      ...(engines ? { engines } : {}),
    });
    added++;
  }
}
if (added > 0) {
  const sorted = Object.entries(lock.packages).sort(([one], [other]) => one.localeCompare(other, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}
say(
  added > 0
    ? `Added ${added} packages of other platforms to package-lock.json.`
    : 'package-lock.json is complete.',
);

/**
 * @param {string} place where the package that asks lies
 * @param {string} name
 * @returns {boolean} whether Node's look-up from there finds an entry
 */
function isLocked(place, name) {
  for (let folder = place; ; ) {
    if (lock.packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (!folder) return false;
    const above = folder.lastIndexOf('/node_modules/');
    folder = above < 0 ? '' : folder.slice(0, above);
  }
}
