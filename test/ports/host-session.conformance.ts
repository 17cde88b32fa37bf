/** What every HostSession promises, whatever carries it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Result } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { HostSession, ScriptOutput, ScriptRequest } from '../../shared/engine/ports.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

function script(source: string, more: Partial<ScriptRequest> = {}): ScriptRequest {
  return { name: 'test', script: source, privileged: false, deadlineSeconds: 20, ...more };
}

function output(result: Result<ScriptOutput>): ScriptOutput {
  if (!result.ok)
    throw new Error(`${result.error.code}: ${result.error.message} ${result.error.detail ?? ''}`);
  return result.value;
}

/** @param open a session on a host with a POSIX shell; the suite closes it. */
export function hostSessionConformance(open: () => Promise<HostSession>): void {
  let session: HostSession;
  beforeAll(async () => {
    session = await open();
  });
  afterAll(async () => {
    await session.close();
  });

  it('keeps standard output and standard error apart and gives the exit code as a value', async () => {
    const got = output(await session.probe(script('echo out; echo err >&2; exit 7')));
    expect([got.exitCode, text(got.stdout), text(got.stderr)]).toEqual([7, 'out\n', 'err\n']);
  });

  it('gives nothing where nothing was written', async () => {
    const got = output(await session.probe(script(':')));
    expect([got.exitCode, got.stdout.length, got.stderr.length]).toEqual([0, 0, 0]);
  });

  it('hands over arguments exactly', async () => {
    const args = ['', ' ', "it's", '"$HOME`id`"', 'a\nb\n', '\\n', '-n', '*', 'ü€𝄞', '!', '#', '~', '\t'];
    const got = output(await session.probe(script(`for one; do printf '%s\\037' "$one"; done`, { args })));
    expect(text(got.stdout)).toBe(args.map((one) => `${one}\u001F`).join(''));
  });

  it('refuses an argument that no command line can carry', async () => {
    const got = await session.probe(script(':', { args: ['a\0b'] }));
    expect(got).toMatchObject({ ok: false, error: { code: 'INPUT_INVALID' } });
  });

  it('has an empty standard input when none is given', async () => {
    const got = output(await session.probe(script('cat; wc -c; echo "after $#"', { args: ['x'] })));
    expect(text(got.stdout).replaceAll(' ', '')).toBe('0\nafter1\n');
  });

  it('carries bytes on standard input and back unchanged', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) % 256);
    const got = output(await session.run(script('cat', { stdin: bytes })));
    expect(Buffer.compare(got.stdout, bytes)).toBe(0);
  });

  it('carries a secret on standard input and nowhere else', async () => {
    const secret = new Secret('pa$$ "w\'ord" ü');
    const source = `IFS= read -r line || :; printf '%s' "$line"; tr '\\0' ' ' </proc/$$/cmdline; env`;
    const got = text(output(await session.run(script(source, { stdin: secret }))).stdout);
    expect(got.split(secret.reveal())).toHaveLength(2);
    expect(got.startsWith(secret.reveal())).toBe(true);
  });

  it('runs where it can do no harm, with private files and UTF-8', async () => {
    const got = output(await session.probe(script('pwd; umask; printf %s "$LC_ALL"')));
    expect(text(got.stdout)).toBe('/\n0077\nC.UTF-8');
  });

  it('lets a script end in any way it likes', async () => {
    expect(output(await session.probe(script('set -e; false; echo no'))).exitCode).toBe(1);
    expect(output(await session.probe(script('trap "echo bye" EXIT; exit 4'))).exitCode).toBe(4);
    expect(output(await session.probe(script('if'))).exitCode).not.toBe(0);
    expect(output(await session.probe(script('exec sh -c "exit 5"'))).exitCode).toBe(5);
    expect(output(await session.probe(script("sh -c 'kill -9 $$'"))).exitCode).toBe(137);
    expect(output(await session.probe(script('exit 124'))).exitCode).toBe(124);
  });

  it('stops at the cap on output', async () => {
    const much = script('head -c 5000 /dev/zero', { maxOutputBytes: 4999 });
    expect(await session.probe(much)).toMatchObject({ ok: false, error: { code: 'OUTPUT_TOO_LARGE' } });
    const errors = script('head -c 5000 /dev/zero >&2', { maxOutputBytes: 4999 });
    expect(await session.probe(errors)).toMatchObject({ ok: false, error: { code: 'OUTPUT_TOO_LARGE' } });
    const enough = output(await session.probe(script('head -c 5000 /dev/zero', { maxOutputBytes: 5000 })));
    expect(enough.stdout.length).toBe(5000);
  });

  it('ends a command on the host when its time is over', async () => {
    const got = await session.run(script('sleep 30', { deadlineSeconds: 1 }));
    expect(got).toMatchObject({ ok: false, error: { code: 'COMMAND_DEADLINE', hostState: 'unknown' } });
    const looked = await session.probe(script('sleep 30', { deadlineSeconds: 1 }));
    expect(looked).toMatchObject({ ok: false, error: { code: 'COMMAND_DEADLINE', hostState: 'unchanged' } });
  });

  it('refuses a deadline that is none', async () => {
    for (const deadlineSeconds of [0, -1, 1.5, 3601]) {
      const got = await session.probe(script(':', { deadlineSeconds }));
      expect(got).toMatchObject({ ok: false, error: { code: 'INPUT_INVALID' } });
    }
  });

  it('lets go when the signal fires, before and while running', async () => {
    const before = await session.probe(script('sleep 30'), AbortSignal.abort());
    expect(before).toMatchObject({ ok: false, error: { code: 'CANCELLED', hostState: 'unchanged' } });
    const started = performance.now();
    const during = await session.probe(script('sleep 3'), AbortSignal.timeout(300));
    expect(during).toMatchObject({ ok: false, error: { code: 'CANCELLED', hostState: 'unchanged' } });
    expect(performance.now() - started).toBeLessThan(2500);
    expect(output(await session.probe(script('echo on'))).exitCode).toBe(0);
  });

  it('waits for the end of a command that writes when the signal fires', async () => {
    const end = new AbortController();
    const running = session.run(script('sleep 2; echo written'), end.signal);
    setTimeout(() => end.abort(), 500);
    expect(text(output(await running).stdout)).toBe('written\n');
    const next = await session.run(script('echo more'), end.signal);
    expect(next).toMatchObject({ ok: false, error: { code: 'CANCELLED', hostState: 'unchanged' } });
  });

  it('does not wait for a child that was left behind with the streams open', async () => {
    const started = performance.now();
    const got = output(await session.run(script('echo kept; sleep 15 & exit 0')));
    expect(text(got.stdout)).toBe('kept\n');
    expect(performance.now() - started).toBeLessThan(8000);
  });

  it('runs many at once and mixes nothing up', async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => String(index));
    const got = await Promise.all(
      numbers.map((number) => session.probe(script('echo "$1"; echo "$1" >&2', { args: [number] }))),
    );
    expect(got.map((one) => text(output(one).stdout))).toEqual(numbers.map((number) => `${number}\n`));
    expect(got.map((one) => text(output(one).stderr))).toEqual(numbers.map((number) => `${number}\n`));
  });

  it('counts what it costs', async () => {
    const before = session.cost();
    await session.probe(script('echo counted'));
    const after = session.cost();
    expect(after.connections).toBe(1);
    expect(after.execs).toBe(before.execs + 1);
    expect(after.roundTrips).toBe(before.roundTrips + 3);
    expect(after.bytesIn).toBeGreaterThan(before.bytesIn);
  });

  it('knows from where the host sees it', async () => {
    await session.probe(script(':'));
    expect(session.seenFrom).toMatch(/^[0-9a-f.:]+$/);
  });
}
