/**
 * The operator's secrets in one encrypted file. The passphrase opens a random data key, the data key opens the records one
 * at a time and only while they are asked for. A file that an attacker puts back as it was earlier is not recognised.
 */
import { randomBytes } from 'node:crypto';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { Secret, type SecretRef } from '../../../shared/domain/secret.ts';
import type { SecretStore } from '../../../shared/engine/ports.ts';
import { exclusively, writeDurably } from './durable-file.ts';
import * as failures from './failures.ts';
import { type DecodedVault, encodeCovered, finish, type SealedRecord } from './format.ts';
import { leastPassphrase, type VaultOptions } from './options.ts';
import { openWith, readVault } from './read-vault.ts';
import type { ClearRecord } from './record.ts';
import { fileMac } from './seal.ts';
import { isOutside, isWhole, openAll, openRecord, refOf, sealRecord, unwrap } from './sealed-content.ts';
import { sealWhole } from './whole-file.ts';

export { leastPassphrase, type VaultOptions };

const blobKeyRef = 'internal/blob-key';

interface Open {
  readonly key: Buffer;
  readonly salt: Buffer;
}

export class Vault implements SecretStore {
  readonly #file: string;
  readonly #options: VaultOptions;
  #open: Open | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(file: string, options: VaultOptions = {}) {
    this.#file = file;
    this.#options = options;
  }

  get locked(): boolean {
    return this.#open === undefined;
  }

  async exists(): Promise<boolean> {
    const found = await readVault(this.#file);
    return found.ok || found.error.code !== 'NOT_FOUND';
  }

  /** Makes the file and leaves it unlocked. INPUT_INVALID: there is one already, or the passphrase is too short. */
  async create(passphrase: Secret | Uint8Array): Promise<Result<void>> {
    return await this.#inTurn(async () => {
      if (await this.exists()) return fail(failures.alreadyThere());
      const key = randomBytes(32);
      const value = randomBytes(32);
      const first = { ref: blobKeyRef, about: '', createdAt: Date.now(), value };
      const made = await this.#write(key, passphrase, [first]);
      value.fill(0);
      return made;
    });
  }

  /** VAULT_PASSPHRASE_WRONG, VAULT_CORRUPT, NOT_FOUND. Takes about a second of one processor. */
  async unlock(passphrase: Secret | Uint8Array): Promise<Result<void>> {
    return await this.#inTurn(async () => {
      const file = await readVault(this.#file);
      if (!file.ok) return file;
      const key = await unwrap(file.value, passphrase);
      if (!key) return fail(failures.passphraseWrong());
      if (!isWhole(file.value, key)) {
        key.fill(0);
        return fail(failures.corrupt('its records are not the ones that were written'));
      }
      this.#forget();
      this.#remember(key, file.value.salt);
      return succeed(undefined);
    });
  }

  lock(): void {
    this.#lock('asked');
  }

  /** Encrypts everything anew under a new data key, so an old copy and the old passphrase open nothing of the new file. */
  async changePassphrase(old: Secret | Uint8Array, wanted: Secret | Uint8Array): Promise<Result<void>> {
    return await this.#inTurn(async () => {
      const held = await openWith(this.#file, old);
      if (!held.ok) return held;
      const written = await this.#write(randomBytes(32), wanted, held.value.records, held.value.salt);
      for (const record of held.value.records) record.value.fill(0);
      return written;
    });
  }

  /** The key for before-images, 32 bytes, the same for the vault's whole life. The caller wipes it. */
  async blobKey(): Promise<Result<Uint8Array>> {
    const found = await this.#find(blobKeyRef);
    if (!found.ok) return found;
    const key = Uint8Array.from(found.value.value);
    found.value.value.fill(0);
    return succeed(key);
  }

  async get(ref: SecretRef): Promise<Result<Secret>> {
    if (!isOutside(ref)) return fail(failures.refInvalid(ref));
    const found = await this.#find(ref);
    if (!found.ok) return found;
    const secret = new Secret(found.value.value.toString('utf8'));
    found.value.value.fill(0);
    return succeed(secret);
  }

  async put(ref: SecretRef, value: Secret, about: string): Promise<Result<void>> {
    if (!isOutside(ref) || Buffer.byteLength(about) > 65_535) return fail(failures.refInvalid(ref));
    return await this.#change((file, key) => {
      const clear = Buffer.from(value.reveal(), 'utf8');
      const record = sealRecord(file, key, { ref, about, createdAt: Date.now(), value: clear });
      clear.fill(0);
      return [...file.records.filter((other) => refOf(file, key, other) !== ref), record];
    });
  }

  /** Succeeds when there is none. */
  async remove(ref: SecretRef): Promise<Result<void>> {
    if (!isOutside(ref)) return fail(failures.refInvalid(ref));
    return await this.#change((file, key) =>
      file.records.filter((record) => refOf(file, key, record) !== ref),
    );
  }

  async list(): Promise<
    Result<readonly { readonly ref: SecretRef; readonly about: string; readonly createdAt: string }[]>
  > {
    return await this.#inTurn(async () => {
      const file = await this.#readOpen();
      if (!file.ok) return file;
      const clear = openAll(file.value.file, file.value.key) ?? [];
      for (const record of clear) record.value.fill(0);
      const shown = clear.filter((record) => isOutside(record.ref));
      return succeed(
        shown.map(({ ref, about, createdAt }) => ({
          ref,
          about,
          createdAt: new Date(createdAt).toISOString(),
        })),
      );
    });
  }

  async #find(ref: SecretRef): Promise<Result<ClearRecord>> {
    return await this.#inTurn(async () => {
      const open = await this.#readOpen();
      if (!open.ok) return open;
      const { file, key } = open.value;
      for (const record of file.records) {
        const clear = openRecord(file, key, record);
        if (clear?.ref === ref) return succeed(clear);
        clear?.value.fill(0);
      }
      return fail(failures.secretMissing(ref));
    });
  }

  async #change(work: (file: DecodedVault, key: Buffer) => readonly SealedRecord[]): Promise<Result<void>> {
    return await this.#inTurn(async () => {
      let outcome: Result<void> = fail(failures.inUse());
      await exclusively(this.#file, async () => {
        const open = await this.#readOpen();
        if (!open.ok) {
          outcome = open;
          return;
        }
        const { file, key } = open.value;
        const covered = encodeCovered({ ...file, records: work(file, key) });
        await writeDurably(this.#file, finish(covered, fileMac(key, covered)));
        outcome = succeed(undefined);
      });
      return outcome;
    });
  }

  /** Replaces the whole file; `expected` is the salt of the file that it replaces. */
  async #write(
    key: Buffer,
    passphrase: Secret | Uint8Array,
    records: readonly ClearRecord[],
    expected?: Buffer,
  ): Promise<Result<void>> {
    const sealed = await sealWhole(key, passphrase, records, this.#options.kdf);
    if (!sealed.ok) return sealed;
    const { bytes, salt } = sealed.value;
    let outcome: Result<void> = fail(failures.inUse());
    await exclusively(this.#file, async () => {
      const now = await readVault(this.#file);
      if (now.ok ? !expected || !now.value.salt.equals(expected) : expected !== undefined) {
        outcome = fail(expected ? failures.changedElsewhere() : failures.alreadyThere());
        return;
      }
      await writeDurably(this.#file, bytes);
      outcome = succeed(undefined);
    });
    if (outcome.ok) {
      this.#forget();
      this.#remember(key, salt);
    }
    return outcome;
  }

  /** The file as it is now: another process of the same operator may have written since. */
  async #readOpen(): Promise<Result<{ readonly file: DecodedVault; readonly key: Buffer }>> {
    if (!this.#open) return fail(failures.locked());
    const file = await readVault(this.#file);
    if (!file.ok) return file;
    const open = this.#open;
    if (!open.salt.equals(file.value.salt)) {
      this.#lock('changed-elsewhere');
      return fail(failures.changedElsewhere());
    }
    if (!isWhole(file.value, open.key)) {
      return fail(failures.corrupt('its records are not the ones that were written'));
    }
    this.#postponeLock();
    return succeed({ file: file.value, key: open.key });
  }

  async #inTurn<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    const mine = this.#tail.then(work).catch((error: unknown) => fail<T>(failures.systemRefused(error)));
    this.#tail = mine;
    return await mine;
  }

  #remember(key: Buffer, salt: Buffer): void {
    this.#open = { key, salt: Buffer.from(salt) };
    this.#postponeLock();
  }

  #postponeLock(): void {
    clearTimeout(this.#timer);
    const after = this.#options.autoLockMilliseconds?.();
    if (after === undefined) return;
    this.#timer = setTimeout(() => {
      if (this.#options.inUse?.() === true) this.#postponeLock();
      else this.#lock('idle');
    }, after);
    this.#timer.unref();
  }

  #lock(why: 'asked' | 'idle' | 'changed-elsewhere'): void {
    if (!this.#open) return;
    this.#forget();
    this.#options.onLock?.(why);
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#open?.key.fill(0);
    this.#open = undefined;
  }
}
