/** Who listens after the guard: systemd's socket or the server itself. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import { findSocket, reloadProgram, sshdTest } from './sshd.ts';

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  mkdirSync(host.path('/run/systemd/system'), { recursive: true });
  // One file for each unit with its state; a unit in `broken` does not start.
  host.teach(
    'systemctl',
    `state() { cat "$ROOT/$1" 2>/dev/null || echo inactive; }
     verb=$1; shift
     case $verb in
       is-active) for u in "$@"; do state "$u"; done ;;
       show) cat "$ROOT/result" 2>/dev/null || echo success ;;
       reset-failed) for u in "$@"; do [ "$(state "$u")" != failed ] || rm "$ROOT/$u"; done ;;
       stop) rm -f "$ROOT/$1" ;;
       reload) [ "$(state "$1")" = active ] ;;
       start | restart)
         [ -e "$ROOT/has-$1" ] && [ ! -e "$ROOT/broken-$1" ] && echo active > "$ROOT/$1" ;;
       *) exit 97 ;;
     esac`,
  );
  for (const unit of ['ssh.socket', 'ssh.service']) host.place(`/has-${unit}`, '');
});
afterEach(() => host.remove());

const is = (states: Readonly<Record<string, string>>) => {
  for (const [unit, state] of Object.entries(states)) writeFileSync(host.path(`/${unit}`), `${state}\n`);
};
const run = async (script: string) =>
  value(
    await host.run({
      name: 'sshd',
      script: script.replaceAll('/run/systemd/system', host.path('/run/systemd/system')),
      privileged: true,
      deadlineSeconds: 20,
    }),
  );
const found = async () => new TextDecoder().decode((await run(`${findSocket}echo "$socket"`)).stdout).trim();
const active = (unit: string) => {
  try {
    return readFileSync(host.path(`/${unit}`), 'utf8').trim() === 'active';
  } catch {
    return false;
  }
};
const listening = () => ['ssh.socket', 'ssh.service'].filter(active);

describe('whether systemd listens in the place of sshd', () => {
  it.each([
    ['it does', { 'ssh.socket': 'active', 'ssh.service': 'active' }, 'ssh.socket'],
    ['it gave up with the server', { 'ssh.socket': 'failed', 'ssh.service': 'failed' }, 'ssh.socket'],
    ['it gave up before the server', { 'ssh.socket': 'failed', 'ssh.service': 'activating' }, 'ssh.socket'],
    ['it failed and no server was started', { 'ssh.socket': 'failed' }, 'ssh.socket'],
    ['it failed beside a server that runs', { 'ssh.socket': 'failed', 'ssh.service': 'active' }, ''],
    ['it could not bind', { 'ssh.socket': 'failed', 'ssh.service': 'failed', result: 'resources' }, ''],
    ['it could not bind, no server', { 'ssh.socket': 'failed', result: 'resources' }, 'ssh.socket'],
    ['there is none', { 'ssh.service': 'active' }, ''],
  ])('%s', async (_how, states, socket) => {
    is(states);
    expect(await found()).toBe(socket);
  });
});

describe('after the guard', () => {
  it('a server that listens by itself still does, beside a socket that failed', async () => {
    is({ 'ssh.socket': 'failed', 'ssh.service': 'active' });
    host.place('/broken-ssh.socket', '');
    expect((await run(reloadProgram)).exitCode).toBe(0);
    expect(listening()).toEqual(['ssh.service']);
  });

  it('a socket that the change broke listens again', async () => {
    is({ 'ssh.socket': 'failed', 'ssh.service': 'failed' });
    expect((await run(reloadProgram)).exitCode).toBe(0);
    expect(listening()).toEqual(['ssh.socket']);
  });

  it('the server listens by itself where the socket does not start', async () => {
    is({ 'ssh.socket': 'failed', 'ssh.service': 'failed' });
    host.place('/broken-ssh.socket', '');
    expect((await run(reloadProgram)).exitCode).toBe(0);
    expect(listening()).toEqual(['ssh.service']);
  });

  it('says so where nothing starts', async () => {
    is({ 'ssh.socket': 'failed', 'ssh.service': 'failed' });
    for (const unit of ['ssh.socket', 'ssh.service']) host.place(`/broken-${unit}`, '');
    expect((await run(reloadProgram)).exitCode).toBe(1);
  });
});

describe('the own test of sshd', () => {
  /** Refuses like sshd of Debian 13 where nobody made its folder; `content` is what it finds in its files. */
  const test = async (content: string) => {
    const folder = host.path('/run/sshd');
    host.teach(
      'sshd',
      `[ "$1" = -t ] || exit 97
       [ '${content}' = good ] || { echo 'Bad configuration option' >&2; exit 255; }
       [ -d '${folder}' ] || { echo 'Missing privilege separation directory: /run/sshd' >&2; exit 255; }`,
    );
    const script = `${sshdTest}sshd_test sshd`.replaceAll(
      /(-e|755) \/run\/sshd/g,
      `$1 ${host.path('/run/sshd')}`,
    );
    return { ...(await run(script)), folder };
  };

  it('makes the folder that its unit makes', async () => {
    const { exitCode, folder } = await test('good');
    expect([exitCode, existsSync(folder)]).toEqual([0, true]);
  });

  it('says what sshd says, and makes nothing', async () => {
    const { exitCode, stderr, folder } = await test('bad');
    expect([exitCode === 0, new TextDecoder().decode(stderr), existsSync(folder)]).toEqual([
      false,
      'Bad configuration option\n',
      false,
    ]);
  });
});
