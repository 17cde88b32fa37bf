// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { inProject } from './paths.mjs';
import { say } from './say.mjs';

/**
 * @typedef {{ code: number, signal: NodeJS.Signals | null, output: string }} Ended
 *   `output` holds standard output and standard error in the order in which they came.
 */

/**
 * @typedef {object} Choices
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] the whole environment, not an addition
 * @property {number} [timeout] milliseconds until the command and its children are killed
 * @property {boolean} [show] copy the output to ours while it arrives
 * @property {(text: string) => void} [onOutput]
 * @property {'SIGTERM' | 'SIGKILL'} [endBy] what ends it with us: SIGTERM unless it tidies up for minutes when asked
 */

/** Process groups to take along when this process ends for whatever reason it can still notice. @type {Map<number, NodeJS.Signals>} */
const groups = new Map();

/**
 * Lets the kernel end a command together with us, also when we are killed without a chance to do it ourselves.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {'SIGTERM' | 'SIGKILL'} [by]
 * @returns {readonly [string, readonly string[]]}
 */
export function endingWithUs(command, args, by = 'SIGTERM') {
  const setpriv = process.platform === 'linux' ? findCommand('setpriv') : undefined;
  return setpriv ? [setpriv, ['--pdeathsig', by.slice(3), command, ...args]] : [command, args];
}

/**
 * Under `npm run` this process goes when npm goes, however npm was ended. Started by hand it stays.
 */
export function endWithNpm() {
  exitOnSignals();
  if (!process.env['npm_lifecycle_event']) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(143);
  }, 1000).unref();
}

/** Of a process that was interrupted: by Ctrl-C, by a request to end, by a terminal or an npm that went. */
const interrupted = [129, 130, 143];

/**
 * Whoever interrupts us is told what becomes of what was begun.
 *
 * @param {string} sentence
 */
export function tellWhenInterrupted(sentence) {
  exitOnSignals();
  process.on('exit', (code) => {
    if (interrupted.includes(code)) say(`\n${sentence}`);
  });
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already, which is what was wanted.
  }
}

let ending = false;

/**
 * A signal ends this process by an exit, so that what it began ends with it. Never by an import alone: a program that only
 * asks where something lies keeps its own way of being interrupted.
 */
export function exitOnSignals() {
  if (ending) return;
  ending = true;
  process.on('exit', () => {
    for (const [pid, signal] of groups) endGroup(pid, signal);
  });
  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])) {
    process.on(signal, () => process.exit(code));
  }
}

/**
 * Runs a command to its end. Never throws for a command that fails or is missing: that is in the answer.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Choices} [choices]
 * @returns {Promise<Ended>} `code` is 127 when the command does not exist and 124 when its time was over
 */
export function run(command, args, choices = {}) {
  exitOnSignals();
  return new Promise((resolve) => {
    const [program, words] = endingWithUs(command, args, choices.endBy);
    const child = spawn(program, words, {
      cwd: choices.cwd,
      env: choices.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) groups.set(pid, choices.endBy ?? 'SIGTERM');
    let output = '';
    let late = false;
    const timer = choices.timeout
      ? setTimeout(() => {
          late = true;
          if (pid !== undefined) endGroup(pid, 'SIGKILL');
        }, choices.timeout)
      : undefined;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (/** @type {string} */ text) => {
        output += text;
        if (choices.show) process.stdout.write(text);
        choices.onOutput?.(text);
      });
    }
    const done = (/** @type {number} */ code, /** @type {NodeJS.Signals | null} */ signal) => {
      clearTimeout(timer);
      if (pid !== undefined) groups.delete(pid);
      resolve({ code, signal, output });
    };
    child.on('error', (error) => {
      output += error.message;
      done(127, null);
    });
    child.on('close', (code, signal) => done(late ? 124 : (code ?? 1), signal));
  });
}

/**
 * Runs a command and throws an error with the end of its output when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Choices} [choices]
 * @returns {Promise<string>} its output
 */
export async function mustRun(command, args, choices = {}) {
  const ended = await run(command, args, choices);
  if (ended.code === 0) return ended.output;
  const tail = ended.output.trim().split('\n').slice(-12).join('\n');
  const how = ended.code === 124 ? 'took too long' : `ended with ${ended.signal ?? ended.code}`;
  throw new Error(`${command} ${args.slice(0, 3).join(' ')} ${how}${tail ? `:\n${tail}` : ''}`);
}

/**
 * Hands the terminal over to a command, as a shell would.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [cwd]
 * @returns {Promise<number>} its exit status
 */
export function handOver(command, args, env = process.env, cwd = process.cwd()) {
  return new Promise((resolve) => {
    const [program, words] = endingWithUs(command, args);
    exitOnSignals();
    const child = spawn(program, words, { cwd, env, stdio: 'inherit' });
    process.on('exit', () => child.kill('SIGTERM'));
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {NodeJS.ProcessEnv} in which the commands of our npm packages are found, as `npm run` does it
 */
export function withPackageCommands(environment = process.env) {
  const commands = inProject('node_modules', '.bin');
  return { ...environment, PATH: `${commands}${path.delimiter}${environment['PATH'] ?? ''}` };
}

/**
 * @param {string} command a bare name
 * @returns {string | undefined} where it is on PATH (the administrator's folders included), or undefined
 */
export function findCommand(command) {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const candidate = path.join(folder, command);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {boolean} whether it ran and ended with 0; its output is dropped
 */
export function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
