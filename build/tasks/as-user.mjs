// @ts-check
/**
 * Runs Electron as somebody who is not root, with Chromium's own sandbox, and without adding a user to the machine.
 *
 * Chromium refuses root, and a test with the sandbox switched off would test another program. So root steps down to a spare
 * uid whose home is a temporary folder. In a mount namespace of its own that uid gets a name, and sees the checkout and the
 * cache even where they lie below a folder that is closed to others, such as root's home. Where that uid cannot read the
 * files themselves, a user namespace takes its place: there, root's own files belong to a user who is not root.
 *
 * From a shell: `node build/tasks/as-user.mjs <command> [argument …]`.
 */
import { randomInt } from 'node:crypto';
import {
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, inProject, projectFolder } from './lib/paths.mjs';
import { findCommand, handOver, succeeds } from './lib/run.mjs';
import { runFolder } from './lib/run-folder.mjs';
import { say } from './lib/say.mjs';

/**
 * @typedef {object} OrdinaryUser
 * @property {number} uid as the started program sees it
 * @property {number} gid
 * @property {number} owner uid to give files to that the program has to own, as seen from outside
 * @property {string} home a folder that the program owns
 * @property {string} launcher executable file that runs its arguments as this user
 * @property {(executable: string) => string} launcherFor makes an executable file that runs this one program with its arguments
 * @property {() => void} remove
 */

/** Below the ranges that systemd hands out to containers and dynamic users, above those of real people. */
const SPARE_IDS = { from: 52_000, to: 58_000 };

/**
 * Prepares a user to run programs as. When we are not root that is simply who we are.
 *
 * @param {object} [choices]
 * @param {string} [choices.home] a folder to keep; without it the home goes away with us
 * @param {readonly string[]} [choices.share] further folders that the user must be able to reach
 * @param {readonly string[]} [choices.mustRead] files that prove the user can read what it needs
 * @returns {OrdinaryUser}
 */
export function ordinaryUser(choices = {}) {
  const { folder, remove } = runFolder('user');
  const home = choices.home ?? path.join(folder, 'home');
  mkdirSync(home, { mode: 0o700, recursive: true });
  for (const name of ['runtime', 'tmp']) mkdirSync(path.join(home, name), { mode: 0o700, recursive: true });
  const shared = [projectFolder, cacheFolder(), home, ...(choices.share ?? [])].filter((name) =>
    existsSync(name),
  );
  const mustRead = [...(choices.mustRead ?? []), inProject('package.json')].filter((name) =>
    existsSync(name),
  );

  if (process.getuid?.() !== 0) {
    const own = process.getuid?.() ?? 0;
    return user({ uid: own, gid: process.getgid?.() ?? own, owner: own, words: [] });
  }
  for (const attempt of [spareUser, mappedUser]) {
    const who = attempt({ folder, home, shared });
    if (!who) continue;
    if (mustRead.every((name) => succeeds('/bin/sh', ['-c', `${shellText(who.words)} test -r "$0"`, name]))) {
      return user(who);
    }
  }
  remove();
  throw new Error(
    'Electron must not run as root, and this machine lets root neither step down to another user nor make a user ' +
      'namespace: run this as an ordinary user.',
  );

  /** @param {Who} who @returns {OrdinaryUser} */
  function user(who) {
    const launcher = script('run', who, '"$@"');
    const launcherFor = (/** @type {string} */ executable) =>
      script(path.basename(executable), who, `${quoted(executable)} "$@"`);
    return { uid: who.uid, gid: who.gid, owner: who.owner, home, launcher, launcherFor, remove };
  }

  /** @param {string} name @param {Who} who @param {string} command */
  function script(name, who, command) {
    const file = path.join(folder, name);
    const inner = path.join(folder, `${name}-home`);
    writeFileSync(inner, `${homeLines(home)}\nexec ${command}\n`);
    writeFileSync(file, `#!/bin/sh\nexec ${shellText([...who.words, '/bin/sh', inner])}"$@"\n`, {
      mode: 0o755,
    });
    return file;
  }
}

/** @typedef {{ readonly uid: number, readonly gid: number, readonly owner: number, readonly words: readonly string[] }} Who */
/** @typedef {{ readonly folder: string, readonly home: string, readonly shared: readonly string[] }} Place */

/**
 * A uid that nobody has, with a mount namespace where the kernel permits one.
 *
 * @param {Place} place
 * @returns {Who | undefined}
 */
function spareUser({ folder, home, shared }) {
  if (!findCommand('setpriv')) return undefined;
  const id = spareId(statSync(home).uid);
  giveAway(home, id);
  const stepDown = [
    'setpriv',
    '--reuid',
    `${id}`,
    '--regid',
    `${id}`,
    '--clear-groups',
    '--no-new-privs',
    '--',
  ];
  const privately = ['unshare', '--mount', '--propagation', 'private', '--'];
  const words = succeeds('unshare', [...privately.slice(1), 'true'])
    ? [...privately, '/bin/sh', mountScript({ folder, home, shared }, id), ...stepDown]
    : stepDown;
  return { uid: id, gid: id, owner: id, words };
}

/**
 * A user namespace in which our files belong to uid 1000. To the kernel the program is still root, but without any
 * capability outside its namespace.
 *
 * @param {Place} place
 * @returns {Who | undefined}
 */
function mappedUser({ home }) {
  const words = [
    'unshare',
    '--user',
    '--map-user=1000',
    '--map-group=1000',
    '--',
    'setpriv',
    '--no-new-privs',
    '--',
  ];
  if (!succeeds(words[0] ?? '', [...words.slice(1), 'true'])) return undefined;
  giveAway(home, 0);
  say('  Electron runs in a user namespace, because a spare user could not read the checkout.');
  return { uid: 1000, gid: 1000, owner: 0, words };
}

/**
 * Writes what happens inside the mount namespace before stepping down.
 *
 * @param {Place} place
 * @param {number} id
 * @returns {string} the script; its arguments are the command to go on with
 */
function mountScript({ folder, home, shared }, id) {
  const passwd = path.join(folder, 'passwd');
  const group = path.join(folder, 'group');
  writeFileSync(
    passwd,
    `${readFileSync('/etc/passwd', 'utf8')}bulwark:x:${id}:${id}:Operator:${home}:/bin/sh\n`,
  );
  writeFileSync(group, `${readFileSync('/etc/group', 'utf8')}bulwark:x:${id}:\n`);
  const lines = [
    'set -e',
    `mount --bind ${quoted(passwd)} /etc/passwd`,
    `mount --bind ${quoted(group)} /etc/group`,
    ...openFolders(folder, shared),
    'exec "$@"',
  ];
  const file = path.join(folder, 'mounts');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/**
 * Replaces each closed folder by an empty one that holds only the shared folders below it.
 *
 * @param {string} folder for the mount points in between
 * @param {readonly string[]} shared
 * @returns {string[]} shell lines
 */
function openFolders(folder, shared) {
  /** @type {Map<string, string[]>} */
  const below = new Map();
  for (const name of outermost(shared)) {
    const closed = closedAncestor(name);
    if (closed) below.set(closed, [...(below.get(closed) ?? []), name]);
  }
  const lines = [];
  let count = 0;
  for (const [closed, names] of below) {
    const held = names.map((name) => ({ name, hold: path.join(folder, `hold-${count++}`) }));
    for (const { name, hold } of held) {
      mkdirSync(hold);
      lines.push(`mount --rbind ${quoted(name)} ${quoted(hold)}`);
    }
    lines.push(`mount -t tmpfs -o mode=0755,size=1m tmpfs ${quoted(closed)}`);
    for (const { name, hold } of held) {
      lines.push(`mkdir -p ${quoted(name)}`, `mount --move ${quoted(hold)} ${quoted(name)}`);
    }
  }
  return lines;
}

/**
 * @param {readonly string[]} names
 * @returns {string[]} without those that lie inside another one
 */
function outermost(names) {
  return names.filter(
    (name) => !names.some((other) => other !== name && name.startsWith(`${other}${path.sep}`)),
  );
}

/**
 * @param {string} name
 * @returns {string | undefined} the topmost folder above it that others may not pass
 */
function closedAncestor(name) {
  const parts = path.dirname(name).split(path.sep).filter(Boolean);
  /** @type {string} */
  let folder = path.sep;
  for (const part of parts) {
    folder = path.join(folder, part);
    if ((statSync(folder).mode & 0o001) === 0) return folder;
  }
  return undefined;
}

/**
 * @param {string} name
 * @param {number} id new owner and group of the folder and of everything below it
 */
function giveAway(name, id) {
  lchownSync(name, id, id);
  if (!lstatSync(name).isDirectory()) return;
  for (const entry of readdirSync(name)) giveAway(path.join(name, entry), id);
}

/**
 * @param {number} wished taken when it is a spare one
 * @returns {number} an id that no account, group or process has
 */
function spareId(wished) {
  const taken = new Set(
    ['/etc/passwd', '/etc/group'].flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => Number(line.split(':')[2])),
    ),
  );
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      taken.add(statSync(`/proc/${name}`).uid);
    } catch {
      // It ended in the meantime.
    }
  }
  if (wished >= SPARE_IDS.from && wished < SPARE_IDS.to && !taken.has(wished)) return wished;
  for (;;) {
    const id = randomInt(SPARE_IDS.from, SPARE_IDS.to);
    if (!taken.has(id)) return id;
  }
}

/**
 * @param {string} home used unless the caller sets BULWARK_APP_HOME to another folder that the user owns
 * @returns {string} shell lines that make the program believe in its home and nobody else's
 */
function homeLines(home) {
  return [
    `HOME=\${BULWARK_APP_HOME:-${quoted(home)}}`,
    'USER=bulwark LOGNAME=bulwark TMPDIR=$HOME/tmp XDG_CONFIG_HOME=$HOME/.config XDG_DATA_HOME=$HOME/.local/share',
    'XDG_CACHE_HOME=$HOME/.cache XDG_RUNTIME_DIR=$HOME/runtime',
    'mkdir -p "$TMPDIR" "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"',
    'export HOME USER LOGNAME TMPDIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR',
  ].join('\n');
}

/** @param {readonly string[]} words */
function shellText(words) {
  return words.map((word) => `${quoted(word)} `).join('');
}

/** @param {string} word */
function quoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

if (process.argv[1] && fileURLToPath(import.meta.url) === path.resolve(process.argv[1])) {
  const who = ordinaryUser();
  const code = await handOver(who.launcher, process.argv.slice(2));
  who.remove();
  process.exit(code);
}
