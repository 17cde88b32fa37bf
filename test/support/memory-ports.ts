/** Ports in memory for unit tests: the same promises as the real adapters, kept by the same conformance suites. */
import { createHash } from 'node:crypto';
import { appError } from '../../shared/domain/error.ts';
import type { JournalEntry } from '../../shared/domain/journal.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import { type ChainHead, chainEntry, emptyHead } from '../../shared/engine/journal/chain.ts';
import type {
  BlobStore,
  Clock,
  Digest,
  Journal,
  Log,
  Random,
  SecretStore,
} from '../../shared/engine/ports.ts';

export const testDigest: Digest = { sha256: (data) => createHash('sha256').update(data).digest('hex') };

/** Time stands still until somebody sleeps; sleeping moves it on at once. */
export class FakeClock implements Clock {
  milliseconds: number;
  readonly slept: number[] = [];
  #elapsed = 0;
  constructor(start = Date.UTC(2030, 0, 1)) {
    this.milliseconds = start;
  }
  now(): number {
    return this.milliseconds;
  }
  elapsed(): number {
    return this.#elapsed;
  }
  sleep(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted === true) {
      return Promise.resolve(false);
    }
    this.slept.push(milliseconds);
    this.milliseconds += milliseconds;
    this.#elapsed += milliseconds;
    return Promise.resolve(true);
  }
}

/** Different bytes at every call, the same in every run. */
export class FakeRandom implements Random {
  #state = 1;
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) >>> 0;
      return (this.#state >>> 16) & 0xff;
    });
  }
}

export class MemoryJournal implements Journal {
  readonly entries: JournalEntry[] = [];
  readonly #heads = new Map<string, ChainHead>();
  /** Set to make the next appends fail, as a full disk would. */
  failing = false;
  readonly clock: Clock;
  readonly operator: string;
  constructor(clock: Clock = new FakeClock(), operator = 'tester') {
    this.clock = clock;
    this.operator = operator;
  }
  append(...[draft]: Parameters<Journal['append']>): ReturnType<Journal['append']> {
    if (this.failing) {
      return Promise.resolve(fail(appError('IO', 'The journal cannot be written.', 'Free space.')));
    }
    const head = this.#heads.get(draft.hostId) ?? emptyHead;
    const at = new Date(this.clock.now()).toISOString();
    const next = chainEntry(head, draft, { at, operator: this.operator }, testDigest);
    this.#heads.set(draft.hostId, next.head);
    this.entries.push(next.entry);
    return Promise.resolve(succeed(next.entry));
  }
  read(hostId: string): ReturnType<Journal['read']> {
    return Promise.resolve(succeed(this.entries.filter((entry) => entry.hostId === hostId)));
  }
  heads(): ReturnType<Journal['heads']> {
    return Promise.resolve(
      succeed(Object.fromEntries([...this.#heads].map(([id, head]) => [id, head.digest]))),
    );
  }
}

export class MemoryBlobs implements BlobStore {
  readonly blobs = new Map<string, Uint8Array>();
  put(bytes: Uint8Array): ReturnType<BlobStore['put']> {
    const id = createHash('sha256').update(`blob ${this.blobs.size}`).digest('hex').slice(0, 32);
    this.blobs.set(id, bytes.slice());
    return Promise.resolve(succeed(id));
  }
  get(id: string): ReturnType<BlobStore['get']> {
    const found = this.blobs.get(id);
    return Promise.resolve(
      found === undefined
        ? fail(appError('NOT_FOUND', 'A before-image is missing.', 'Restore a backup.'))
        : succeed(found.slice()),
    );
  }
}

export class MemorySecrets implements SecretStore {
  readonly values = new Map<
    string,
    { readonly value: Secret; readonly about: string; readonly createdAt: string }
  >();
  get(ref: string): ReturnType<SecretStore['get']> {
    const found = this.values.get(ref);
    return Promise.resolve(
      found === undefined
        ? fail(appError('SECRET_MISSING', `There is no secret named ${ref}.`, 'Enter it again.'))
        : succeed(found.value),
    );
  }
  put(ref: string, value: Secret, about: string): ReturnType<SecretStore['put']> {
    this.values.set(ref, { value, about, createdAt: '2030-01-01T00:00:00.000Z' });
    return Promise.resolve(succeed(undefined));
  }
  remove(ref: string): ReturnType<SecretStore['remove']> {
    this.values.delete(ref);
    return Promise.resolve(succeed(undefined));
  }
  list(): ReturnType<SecretStore['list']> {
    return Promise.resolve(
      succeed([...this.values].map(([ref, { about, createdAt }]) => ({ ref, about, createdAt }))),
    );
  }
}

export class MemoryLog implements Log {
  readonly lines: string[] = [];
  write(level: string, message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  }
}
