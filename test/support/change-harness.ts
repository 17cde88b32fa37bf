/** Drives one change kind by hand in a unit or lab test: a context with real digest and memory ports. */
import { expect } from 'vitest';
import { kibanaKeystoreCodec } from '../../electron/adapters/kibana/keystore-codec.ts';
import { certificateChecker } from '../../electron/adapters/pki/certificate-checker.ts';
import { certificateIssuer } from '../../electron/adapters/pki/certificate-issuer.ts';
import type { ChangeKindName, ChangeOf } from '../../shared/domain/change.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result } from '../../shared/domain/result.ts';
import type { ChangeContext, ChangeKind, Mark, UndoWords } from '../../shared/engine/change-kind.ts';
import type { HostSession, HostWriter } from '../../shared/engine/ports.ts';
import { FakeClock, FakeRandom, MemoryLog, MemorySecrets, testDigest } from './memory-ports.ts';

export interface TestContext extends ChangeContext {
  readonly notes: string[];
  readonly guards: string[];
}

export function testContext(
  host: HostWriter,
  more: Partial<
    Pick<ChangeContext, 'openFresh' | 'openPeer' | 'waitLonger' | 'clock' | 'tag' | 'secrets' | 'signal'>
  > = {},
): TestContext {
  const notes: string[] = [];
  const guards: string[] = [];
  return {
    host,
    secrets: new MemorySecrets(),
    clock: new FakeClock(),
    digest: testDigest,
    random: new FakeRandom(),
    certificates: certificateChecker,
    issuer: certificateIssuer,
    kibanaKeystore: kibanaKeystoreCodec,
    log: new MemoryLog(),
    tag: 'test-1',
    openFresh: (): Promise<Result<HostSession>> =>
      Promise.resolve(fail(appError('SSH_TIMEOUT', 'No way in.', 'Wait.'))),
    openPeer: (): Promise<Result<HostSession>> =>
      Promise.resolve(fail(appError('SSH_TIMEOUT', 'No way in.', 'Wait.'))),
    waitLonger: () => Promise.resolve(false),
    progress: (note) => notes.push(note),
    guard: (state) => guards.push(state),
    notes,
    guards,
    ...more,
  };
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new Error(`${result.error.code}: ${result.error.message} ${result.error.detail ?? ''}`);
  }
  return result.value;
}

export interface Applied {
  readonly before: Uint8Array;
  readonly mark: Mark;
}

/** capture, apply, verify; then applying again must find nothing to do and leave the same mark. */
export async function applyTwice<K extends ChangeKindName>(
  kind: ChangeKind<K>,
  change: ChangeOf<K>,
  context: ChangeContext,
): Promise<Applied> {
  const first = value(await kind.inspect(change, context));
  expect(first.inPlace).toBe(false);
  expect(first.diffs.length).toBeGreaterThan(0);
  const before = value(await kind.capture(change, context));
  const mark = value(await kind.apply(change, before, context));
  value(await kind.verify(change, mark, context));
  const second = value(await kind.inspect(change, context));
  expect(second).toMatchObject({ inPlace: true, diffs: [] });
  expect(value(await kind.apply(change, before, context))).toEqual(mark);
  return { before, mark };
}

export async function undo<K extends ChangeKindName>(
  kind: ChangeKind<K>,
  change: ChangeOf<K>,
  applied: { readonly before: Uint8Array; readonly mark: Mark | undefined },
  context: ChangeContext,
  force = false,
): Promise<Result<void | UndoWords>> {
  return kind.revert(change, applied.before, applied.mark, { ...context, force });
}
