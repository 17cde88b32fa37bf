// @ts-check
/** The Debian packages that the app's tests and the lab use, and how they come onto the machine. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findCommand, run } from './run.mjs';
import { doneUnless, step } from './say.mjs';

/**
 * Packages by what they are for. Names after a bar are what other releases call the same thing.
 */
export const packagesFor = {
  electron: [
    'libgtk-3-0|libgtk-3-0t64',
    'libnss3',
    'libgbm1',
    'libasound2|libasound2t64',
    'libatk-bridge2.0-0|libatk-bridge2.0-0t64',
    'libatspi2.0-0|libatspi2.0-0t64',
    'libdrm2',
    'libxkbcommon0',
    'libxss1',
    'libxtst6',
    'libnotify4',
    'libsecret-1-0',
    'xvfb',
    'unzip',
  ],
  report: ['poppler-utils', 'libnss3-tools', 'openssl'],
  lab: [
    'mmdebstrap',
    'systemd-container',
    'nftables',
    'iproute2',
    'openssh-client',
    'openssl',
    'curl',
    'ca-certificates',
    'zip',
    'unzip',
    'maven',
  ],
};

/** @typedef {keyof typeof packagesFor} Purpose */

const INSTALL_LIMIT = 15 * 60_000;
const UPDATE_LIMIT = 3 * 60_000;

/** @returns {boolean} whether the machine is Debian or built on it */
export function isDebian() {
  if (process.platform !== 'linux' || !findCommand('apt-get') || !findCommand('dpkg-query')) return false;
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/**
 * @param {readonly string[]} packages
 * @returns {string[]} those that are not completely installed
 */
export function missingPackages(packages) {
  const names = packages.flatMap((name) => name.split('|'));
  // The answer's exit status only says that some name is unknown; the lines for the others are there all the same.
  const answer = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\\n', ...names], {
    encoding: 'utf8',
  });
  const installed = new Set(
    (answer.stdout ?? '')
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !name.split('|').some((one) => installed.has(one)));
}

/**
 * Installs what is missing. Running it again after an interruption completes what was begun.
 *
 * @param {readonly string[]} missing as told by {@link missingPackages}
 * @returns {Promise<string | undefined>} why it did not work, in one sentence, or undefined
 */
export async function installPackages(missing) {
  const plural = missing.length === 1 ? 'Debian package' : 'Debian packages';
  return await step(
    `Installing ${missing.length} ${plural}`,
    async (tell) => {
      // An installation that was cut off leaves packages half configured, and nothing else can be installed before they are not.
      await aptTool('dpkg', ['--configure', '-a'], INSTALL_LIMIT);
      let names = candidates(missing);
      let ended = names ? await install(names, tell) : undefined;
      if (ended?.code !== 0) {
        tell('package lists');
        const update = await aptTool('apt-get', ['update', '-q'], UPDATE_LIMIT);
        names = candidates(missing);
        if (!names) {
          return update.code === 0
            ? `Debian's sources on this machine do not carry ${missing.join(', ')}.`
            : `Debian's package lists cannot be fetched: connect the machine, or install ${missing.join(', ')} yourself.`;
        }
        ended = await install(names, tell);
      }
      if (ended.code === 0 && missingPackages(missing).length === 0) return undefined;
      const last = ended.output.trim().split('\n').slice(-3).join(' ');
      return `apt-get could not install ${missing.join(', ')}: ${last}`;
    },
    doneUnless,
  );
}

/**
 * @param {readonly string[]} names
 * @param {(detail: string) => void} tell
 */
async function install(names, tell) {
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=180'];
  return await aptTool('apt-get', [...options, 'install', ...names], INSTALL_LIMIT, (text) => {
    const amount = /Need to get ([\d.,]+ [kMG]?B)/.exec(text)?.[1];
    if (amount) tell(`${amount} to fetch`);
    const at = /^Setting up ([^ :]+)/m.exec(text)?.[1];
    if (at) tell(at);
  });
}

/**
 * @param {readonly string[]} packages
 * @returns {string[] | undefined} the names that this release uses, or undefined when one is unknown to it
 */
function candidates(packages) {
  const names = [];
  for (const alternatives of packages) {
    const name = alternatives.split('|').find((one) => {
      const answer = spawnSync('apt-cache', ['policy', one], { encoding: 'utf8', env: plainEnvironment() });
      return /Candidate: (?!\(none\))/.test(answer.stdout ?? '');
    });
    if (!name) return undefined;
    names.push(name);
  }
  return names;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {number} timeout
 * @param {(text: string) => void} [onOutput]
 */
export function aptTool(command, args, timeout, onOutput) {
  return run(command, args, { timeout, env: plainEnvironment(), ...(onOutput ? { onOutput } : {}) });
}

/** @returns {NodeJS.ProcessEnv} in which the tools ask nothing and answer in English */
function plainEnvironment() {
  return { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', NEEDRESTART_MODE: 'l' };
}
