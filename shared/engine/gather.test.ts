/** Gathering and judging together, on what the real script prints on this machine and on strict fakes. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { factsOf, healthy } from '../../test/support/facts.ts';
import { FakeClock, FakeRandom, testDigest } from '../../test/support/memory-ports.ts';
import { failure, taughtReader } from '../../test/support/node-reader.ts';
import { catalog } from '../controls/catalog.ts';
import { defineControl } from '../controls/define-control.ts';
import type { ErrorCode } from '../domain/error.ts';
import { scanSchema } from '../domain/finding.ts';
import { fail, succeed } from '../domain/result.ts';
import { factParts } from '../facts/sources.ts';
import { gatherFacts } from './gather.ts';
import type { ScriptRequest } from './ports.ts';
import { findingOf, scanHost } from './scan.ts';

const ports = { digest: testDigest, clock: new FakeClock(), random: new FakeRandom() };

/** Runs the composed script here, as the user of the test. */
function runHere(request: ScriptRequest) {
  const ran = spawnSync('/bin/sh', ['-c', request.script, 'sh', ...(request.args ?? [])], {
    maxBuffer: request.maxOutputBytes,
  });
  return succeed({
    exitCode: ran.status ?? 1,
    stdout: new Uint8Array(ran.stdout),
    stderr: new Uint8Array(ran.stderr),
  });
}

describe('gatherFacts', () => {
  it('reads everything with one exec', async () => {
    const reader = taughtReader({}, runHere);
    const gathered = await gatherFacts(factParts, { ...ports, reader }, { address: '10.0.0.1' });
    if (!gathered.ok) throw new Error(gathered.error.message);
    expect(reader.probed).toHaveLength(1);
    expect(reader.probed[0]).toMatchObject({ privileged: true, name: 'read-facts' });
    // What frames the output must not stand in the host's process list.
    expect(reader.probed[0]?.args ?? []).toEqual([]);
    expect(Object.keys(gathered.value.facts)).toContain('host-system');
    expect(gathered.value.facts['host-system']?.status).toBe('known');
    expect(gathered.value.factsDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.byteLength(reader.probed[0]?.script ?? '')).toBeLessThan(100_000);
  });

  it.each(['SUDO_MISSING', 'SUDO_NOT_ALLOWED', 'SUDO_NEEDS_TTY', 'SUDO_PASSWORD_REQUIRED'] as const)(
    'looks without sudo after %s, with a second exec and no third',
    async (code) => {
      const reader = taughtReader({}, (request) =>
        request.privileged ? fail(failure(code)) : runHere(request),
      );
      const gathered = await gatherFacts(factParts, { ...ports, reader }, { address: '10.0.0.1' });
      expect(gathered.ok).toBe(true);
      expect(reader.probed.map((one) => one.privileged)).toEqual([true, false]);
    },
  );

  it.each([
    'SUDO_PASSWORD_WRONG',
    'SSH_CONNECTION_LOST',
    'COMMAND_DEADLINE',
    'CANCELLED',
  ] as readonly ErrorCode[])('hands %s on', async (code) => {
    const reader = taughtReader({}, () => fail(failure(code)));
    const gathered = await gatherFacts(factParts, { ...ports, reader }, { address: '10.0.0.1' });
    expect(gathered).toMatchObject({ ok: false, error: { code } });
    expect(reader.probed).toHaveLength(1);
  });

  it('does not take a menu, half a script or an old answer for facts', async () => {
    for (const stdout of [
      'Appliance console. Commands: show, set, exit\n',
      '',
      '\n0123 begin meta\n0\n\n0123 end meta 0\n',
    ]) {
      const reader = taughtReader({}, () =>
        succeed({ exitCode: 0, stdout: new TextEncoder().encode(stdout), stderr: new Uint8Array() }),
      );
      const gathered = await gatherFacts(factParts, { ...ports, reader }, { address: '10.0.0.1' });
      expect(gathered).toMatchObject({
        ok: false,
        error: { code: 'PROBE_MALFORMED', hostState: 'unchanged' },
      });
    }
  });
});

describe('scanHost', () => {
  const input = {
    id: 's1',
    hostId: 'host-a',
    startedAt: 'a',
    finishedAt: 'b',
    hostKey: 'k',
    milliseconds: 5,
    cost: { connections: 1, execs: 1, roundTrips: 9, tunnels: 4, bytesIn: 1 },
  };

  it('gives one finding per control, all passing on a healthy node', () => {
    const scan = scanHost(catalog, {
      ...input,
      gathered: { facts: factsOf(healthy), factsDigest: 'd', exposure: [], authority: '' },
      clusterOf: () => healthy.topology,
    });
    expect(scanSchema.parse(scan)).toEqual(scan);
    expect(scan.findings.map((finding) => [finding.controlId, finding.outcome])).toEqual(
      catalog.map((control) => [control.words.id, 'pass']),
    );
    expect(scan.subject).toMatchObject({ hostname: 'node-1', elasticsearch: '8.19.21 (archive)' });
  });

  it('without any fact nothing passes', () => {
    const scan = scanHost(catalog, {
      ...input,
      gathered: { facts: {}, factsDigest: 'd', exposure: [], authority: '' },
    });
    expect(new Set(scan.findings.map((finding) => finding.outcome))).toEqual(new Set(['unknown']));
  });

  it('what is fixed in one step disturbs alike from each of its findings, with the outage of its changes', () => {
    const [control] = catalog;
    if (!control) throw new Error('empty catalogue');
    const one = (id: string, blast: 'none' | 'rolling' | 'full', others: readonly string[]) =>
      defineControl({
        ...control,
        words: { ...control.words, id, blast },
        evaluate: () => ({ outcome: 'fail', summary: 'It fails.', evidence: [] }),
        propose: () => ({
          type: 'changes',
          changes: [{ kind: 'service-restart', unit: 'a.service', rehearse: false }],
          steps: [],
          disturbs: '',
          undo: '',
          fixedTogetherWith: others,
        }),
      });
    const controls = [
      one('a', 'none', ['b', 'c']),
      one('b', 'rolling', ['a', 'c']),
      one('c', 'full', ['a', 'b']),
    ];
    const { findings } = scanHost([...controls, one('d', 'none', [])], {
      ...input,
      gathered: { facts: factsOf(healthy), factsDigest: 'd', exposure: [], authority: '' },
      outageOf: () => 60,
    });
    expect(findings.map(({ remedy }) => (remedy.type === 'changes' ? remedy.blast : ''))).toEqual([
      'full',
      'full',
      'full',
      'none',
    ]);
    expect(findings[0]?.remedy).toMatchObject({ outageSeconds: 60 });
  });

  it('a control that throws is an error, and so is one whose fix throws no fix', () => {
    const [control] = catalog;
    if (!control) throw new Error('empty catalogue');
    const throws = defineControl({
      ...control,
      evaluate: () => {
        throw new TypeError('secret detail');
      },
    });
    expect(findingOf(throws, {}, 'h', 't')).toMatchObject({ outcome: 'error', remedy: { type: 'none' } });
    const noFix = defineControl({
      ...control,
      evaluate: () => ({ outcome: 'fail', summary: 'It fails.', evidence: [] }),
      propose: () => {
        throw new TypeError('secret detail');
      },
    });
    const finding = findingOf(noFix, {}, 'h', 't');
    expect(finding).toMatchObject({ outcome: 'fail', remedy: { type: 'manual' } });
    expect(JSON.stringify(finding)).not.toContain('secret detail');
  });
});
