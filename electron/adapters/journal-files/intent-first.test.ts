/** The intent of a step lies safely on the operator's disk before anything is written on the host. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { succeed } from '../../../shared/domain/result.ts';
import { applyPlan } from '../../../shared/engine/apply.ts';
import { value } from '../../../test/support/change-harness.ts';
import { EngineBench } from '../../../test/support/engine-harness.ts';
import { testDigest } from '../../../test/support/memory-ports.ts';
import { content } from '../../../test/support/three-files.ts';
import { openFileJournal } from './journal-files.ts';

/** Scripts that write on a host for a step. */
const writing = ['undo-keep', 'write-file', 'undo-seal', 'undo-drop', 'remove-file'];
const typeOf = (bytes: unknown) => /"type":"([a-z-]+)"/.exec(String(bytes))?.[1] ?? 'nothing';

/** The real handle, which also says what it is asked for; a sync may be made to fail. */
function watched(handle: FileHandle, calls: string[], syncs: () => boolean): FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      if (name === 'appendFile')
        return async (bytes: Uint8Array) => {
          calls.push(`append ${typeOf(Buffer.from(bytes))}`);
          await target.appendFile(bytes);
        };
      if (name === 'sync')
        return async () => {
          if (!syncs()) throw Object.assign(new Error('EIO'), { code: 'EIO' });
          await target.sync();
          calls.push('synced');
        };
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

/** What was asked of the journal's file and of the host, in order, while a plan for these files was applied. */
async function applied(texts: readonly string[], syncs: (calls: readonly string[]) => boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'intent-first-'));
  const calls: string[] = [];
  const bench = new EngineBench();
  const journal = openFileJournal({
    folder,
    operator: 'tester',
    clock: bench.clock,
    digest: testDigest,
    openFile: async (path, flags, mode) => watched(await open(path, flags, mode), calls, () => syncs(calls)),
  });
  try {
    for (const index of texts.keys()) bench.host.place(`/etc/f${index}`, 'old', 0o644);
    bench.host.before = ({ name }) => {
      calls.push(`host ${name}`);
      return succeed(undefined);
    };
    const changes = texts.map((text, index) => content(`/etc/f${index}`, text));
    const plan = value(await bench.plan(bench.request('one', ...changes)));
    calls.length = 0;
    const report = await applyPlan(bench.applying(plan), { ...bench.parts, journal });
    const files = [...texts.keys()].map((index) => readFileSync(bench.host.path(`/etc/f${index}`), 'utf8'));
    return { calls, files, report };
  } finally {
    await journal.close();
    bench.host.remove();
    rmSync(folder, { recursive: true });
  }
}

describe('the intent of a step', () => {
  it('is written and synced before the first write on the host, whatever the plan', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('new', 'newer', ''), { minLength: 1, maxLength: 2 }),
        async (texts) => {
          const { calls, files, report } = await applied(texts, () => true);
          expect(report).toMatchObject({ value: { result: 'done' } });
          expect(files).toEqual(texts);
          const writes = calls.flatMap((call, index) =>
            writing.includes(call.replace('host ', '')) ? [index] : [],
          );
          expect(writes.length).toBe(3 * texts.length);
          for (const index of writes) {
            const earlier = calls.slice(0, index);
            const last = earlier.findLastIndex((call) => call.startsWith('append '));
            expect([earlier[last], earlier[last + 1]]).toEqual(['append intent', 'synced']);
          }
        },
      ),
      { numRuns: 3 },
    );
  });

  it('that cannot be synced keeps the step from being begun', async () => {
    const { calls, files, report } = await applied(
      ['new', 'new'],
      (before) => before.findLast((call) => call.startsWith('append ')) !== 'append intent',
    );
    expect(files).toEqual(['old', 'old']);
    expect(calls.filter((call) => writing.includes(call.replace('host ', '')))).toEqual([]);
    expect(report).toMatchObject({ value: { result: 'failed', error: { code: 'IO' } } });
  });
});
