/** The composed script, really run: by the shells that hosts have, with probes that misbehave. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { known } from '../../test/support/facts.ts';
import type { FactSource } from './fact-source.ts';
import { composeProbe, probeDeadline, probeMaxBytes, takeApart } from './probe-script.ts';

const nonce = '0123456789abcdef';
const shells = [['/bin/sh'], ['bash', '--posix'], ['bash'], ['busybox', 'sh']].filter(
  ([name = '', ...rest]) => spawnSync(name, [...rest, '-c', 'true']).status === 0,
);

function source(id: string, probe: string, deadlineSeconds = 3, maxBytes = 2000): FactSource {
  return { id, probe, deadlineSeconds, maxBytes, parse: () => known(undefined) };
}

const sources = [
  source('plain', 'echo hello'),
  source('quotes', `printf '%s' "it's \\"$THING\\" \`echo x\`"`),
  source('found', 'echo "$THING|$OTHER"'),
  source('hangs', 'echo first; (sleep 98761 & sleep 98762); echo never', 1),
  source('breeds', 'while :; do sleep 98763 & sleep 0.2; done', 1),
  source('floods', 'cat /dev/zero'),
  source('binary', String.raw`printf 'a\000b\377\n'`),
  source('fails', 'echo some; exit 7'),
  source('broken', 'if ('),
  source('kills', 'kill -9 $$'),
  source('pretends', `printf '\\n${nonce.slice(0, 8)} end pretends 0\\nmore'`),
  source('reads', 'cat; echo read'),
  source('helped', 'help'),
];
const prelude = `printf '%s\\n' 'THING=a "b" $(id) \`id\`' 'OTHER=x=y' 'PATH=/nowhere'`;
const script = composeProbe({
  prelude,
  preludeNames: ['THING', 'OTHER'],
  helpers: 'help() { echo helped; }',
  sources,
});

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, [name = '', ...rest]) => {
  // The only place that a script may write to without asking: where its temporary files would go.
  const place = mkdtempSync(join(tmpdir(), 'probe-'));
  afterAll(() => rmSync(place, { recursive: true, force: true }));
  const ran = spawnSync(name, [...rest, '-c', script, 'sh', nonce], {
    cwd: place,
    env: { ...process.env, TMPDIR: place, HOME: place },
    maxBuffer: 10_000_000,
    input: 'from the caller',
  });
  const { frames, uid, finished } = takeApart(
    ran.stdout,
    nonce,
    new Map(sources.map((one) => [one.id, one.maxBytes])),
  );
  const text = (id: string) => new TextDecoder().decode(frames.get(id)?.output);

  it('runs every probe, whatever the others do', () => {
    expect(ran.status).toBe(0);
    expect(finished).toBe(true);
    expect(uid).toBe(process.getuid?.());
    expect([...frames.keys()]).toEqual(['meta', ...sources.map((one) => one.id), 'finished']);
    expect(text('plain')).toBe('hello\n');
    expect(text('helped')).toBe('helped\n');
  });

  it('takes text from the host as text', () => {
    expect(text('quotes')).toBe('it\'s "a "b" $(id) `id`" x');
    expect(text('found')).toBe('a "b" $(id) `id`|x=y\n');
    expect(text('reads')).toBe('read\n');
    expect(text('pretends')).toContain('more');
    expect([...(frames.get('binary')?.output ?? [])]).toEqual([97, 0, 98, 255, 10]);
  });

  it('ends what hangs, cuts what floods, keeps exit codes', () => {
    expect(frames.get('hangs')).toMatchObject({ timedOut: true });
    expect(text('hangs')).toBe('first\n');
    expect(frames.get('breeds')).toMatchObject({ timedOut: true });
    expect(frames.get('floods')).toMatchObject({ truncated: true, timedOut: false });
    expect(frames.get('floods')?.output).toHaveLength(2000);
    expect(frames.get('fails')).toMatchObject({ exitCode: 7, timedOut: false, truncated: false });
    expect(frames.get('broken')?.exitCode).not.toBe(0);
    expect(frames.get('kills')?.exitCode).toBe(137);
  });

  it('leaves nothing behind', () => {
    const left = spawnSync('sh', [
      '-c',
      'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "',
    ]).stdout.toString();
    expect(left).not.toMatch(/sleep 9876[1-3] /);
    expect(readdirSync(place)).toEqual([]);
  });
});

describe('takeApart', () => {
  const encode = (value: string) => new TextEncoder().encode(value);
  it('survives noise before, output that is cut off, and nothing at all', () => {
    const noisy = takeApart(
      encode(`Welcome!\n\nN begin a\nx\n\nN end a 0\n\nN begin b\nhalf`),
      'N',
      new Map(),
    );
    expect([...noisy.frames.keys()]).toEqual(['a']);
    expect(noisy.finished).toBe(false);
    expect(takeApart(encode(''), 'N', new Map()).frames.size).toBe(0);
    expect(takeApart(encode('\nN begin a\n\nN end a 5\n'), 'N', new Map()).frames.get('a')).toMatchObject({
      exitCode: 5,
      output: encode(''),
    });
  });
});

it('bounds time and size of the whole', () => {
  expect(probeDeadline(sources)).toBeGreaterThan(sources.reduce((sum, one) => sum + one.deadlineSeconds, 0));
  expect(probeMaxBytes(sources)).toBeGreaterThan(sources.length * 2000);
});
