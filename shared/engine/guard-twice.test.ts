/** A guard that is asked twice: the host's own run when the time is over, and one on request beside it or after it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext, value } from '../../test/support/change-harness.ts';
import { LocalHost } from '../../test/support/local-host.ts';
import { armGuard, fireGuard } from './guard.ts';

const path = '/etc/ssh/sshd_config';
const made = '/etc/ssh/sshd_config.d/50.conf';
const guard = '/var/lib/bulwark/guard/g-1';

const hosts: LocalHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.remove();
});

function newHost(): LocalHost {
  const host = new LocalHost();
  hosts.push(host);
  // Arming looks a second later whether the sleeper is there; 600 seconds stay what they are.
  host.teach('sleep', 'PATH=/usr/bin:/bin; [ "$1" = 1 ] && exec sleep 0.3; exec sleep "$1"');
  mkdirSync(host.path('/var/lib'), { recursive: true });
  mkdirSync(host.path('/etc/ssh/sshd_config.d'), { recursive: true });
  host.place(path, 'old\n');
  return host;
}

async function armed(host: LocalHost, revert = 'exit 0\n'): Promise<void> {
  const context = testContext(host, { tag: 'g-1' });
  const writes = context.digest.sha256('new\n');
  const save = [made, path].map((one) => ({ path: one, writes, edited: 'aside' as const }));
  value(await armGuard(context, { seconds: 600, revert, files: [], save }));
  for (const one of [path, made]) writeFileSync(host.path(one), 'new\n');
}

/** What the host does by itself when the time is over. */
const byItself = (host: LocalHost, script = 'sh "$1/run.sh" "$1"') =>
  host.run({ name: 'fires', script, args: [guard], privileged: true, deadlineSeconds: 40 });
const read = (host: LocalHost, name: string) => readFileSync(host.path(name), 'utf8');
/** The file, what lies beside it, and whether what the change made is there. */
const seen = (host: LocalHost) => [
  read(host, path),
  readdirSync(host.path('/etc/ssh')).sort(),
  existsSync(host.path(made)),
];
const old = ['old\n', ['sshd_config', 'sshd_config.d'], false];

// The first run stays in here until it is killed; the next one gets through.
const stuckOnce = `[ ! -e "$1/began" ] || exit 0
: > "$1/began"
while [ -d "$1" ] && [ ! -e "$1/killed" ]; do sleep 0.1; done
`;
const untilBegun = 'while [ ! -e "$1/began" ]; do sleep 0.1; done';
const startKilled = `sh "$1/run.sh" "$1" & p=$!; ${untilBegun}; kill -9 $p; wait $p; : > "$1/killed"`;

describe('a guard that is asked twice', () => {
  it('puts the old file back each time when both run at once', { timeout: 120_000 }, async () => {
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const host = newHost();
        for (let round = 0; round < 10; round += 1) {
          await armed(host);
          const later = (part: number) =>
            byItself(host, `sleep 0.${String(round * 2 + part).padStart(2, '0')}; sh "$1/run.sh" "$1"`);
          const [told] = await Promise.all([fireGuard(host, 'g-1'), later(0), later(10)]);
          expect(value(told)).toEqual([]);
          expect(seen(host)).toEqual(old);
          expect(existsSync(host.path('/var/lib/bulwark'))).toBe(false);
        }
      }),
    );
  });

  it('goes on where the first run was killed midway', async () => {
    const host = newHost();
    await armed(host, stuckOnce);
    value(await byItself(host, startKilled));
    expect(read(host, path)).toBe('new\n');
    expect(existsSync(host.path(`${guard}/firing`))).toBe(true);
    expect(value(await byItself(host)).exitCode).toBe(0);
    expect(existsSync(host.path(`${guard}/fired`))).toBe(true);
    expect(seen(host)).toEqual(old);
    value(await fireGuard(host, 'g-1'));
    expect(existsSync(host.path('/var/lib/bulwark'))).toBe(false);
  });

  it('goes on, on request, where the first run was killed midway', async () => {
    const host = newHost();
    await armed(host, stuckOnce);
    value(await byItself(host, startKilled));
    value(await fireGuard(host, 'g-1'));
    expect(seen(host)).toEqual(old);
  });

  it('takes over by itself when the run that it waits for is killed', { timeout: 30_000 }, async () => {
    const host = newHost();
    await armed(host, stuckOnce);
    const first = byItself(host, `sh "$1/run.sh" "$1" & p=$!; echo $p > "$1/first"; wait $p`);
    value(await byItself(host, untilBegun));
    const second = byItself(host);
    value(await byItself(host, 'sleep 1; sleep 1; kill -9 "$(cat "$1/first")"; : > "$1/killed"'));
    await first;
    expect(value(await second).exitCode).toBe(0);
    expect(existsSync(host.path(`${guard}/fired`))).toBe(true);
    expect(seen(host)).toEqual(old);
    value(await fireGuard(host, 'g-1'));
  });

  it('takes nobody for a run who only has its number', async () => {
    const host = newHost();
    await armed(host);
    value(await byItself(host, 'mv "$1/armed" "$1/firing"; ln -s "1-5-boot" "$1/by-1"; ln -s 2 "$1/by-2"'));
    value(await byItself(host));
    expect(seen(host)).toEqual(old);
    value(await fireGuard(host, 'g-1'));
  });

  it('waits on request for a run of an earlier version, which keeps nobody out', async () => {
    const host = newHost();
    await armed(host);
    const earlier = `mv "$1/armed" "$1/firing" 2>/dev/null || [ -e "$1/firing" ] || exit 0
mkdir "$1/inside" || : > "\${1%/g-1}/../both"
: > "$1/began"
sleep 1.5
rmdir "$1/inside"
mv "$1/firing" "$1/fired"
`;
    writeFileSync(host.path(`${guard}/run.sh`), earlier);
    const own = byItself(host);
    value(await byItself(host, untilBegun));
    expect(value(await fireGuard(host, 'g-1'))).toEqual([]);
    await own;
    expect(existsSync(host.path('/var/lib/bulwark'))).toBe(false);
  });

  it('removes nothing where it does not know what was there', async () => {
    const host = newHost();
    await armed(host);
    for (const one of ['0.none', '1.was']) rmSync(host.path(`${guard}/saved/${one}`));
    expect(await fireGuard(host, 'g-1')).toMatchObject({ ok: false });
    expect([read(host, path), read(host, made)]).toEqual(['new\n', 'new\n']);
    expect(existsSync(host.path(`${guard}/firing`))).toBe(true);
  });
});
