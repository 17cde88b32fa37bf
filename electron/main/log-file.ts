/** The app's log: bounded, readable by its owner only. Lines come redacted; nothing here looks into them. */
import { appendFile, rename, stat } from 'node:fs/promises';

export interface LogFileOptions {
  /** Bytes of one file. */
  readonly limit?: number;
  /** Older files that are kept beside it, `<path>.1` the newest. */
  readonly keep?: number;
}

export interface LogFile {
  write(line: string): void;
  /** Settles when everything that was written so far is in the file or given up. */
  settled(): Promise<void>;
}

/** A full or read-only disk costs lines, never the app: what cannot be written is dropped. */
export function openLogFile(path: string, options: LogFileOptions = {}): LogFile {
  const { limit = 5 * 1024 * 1024, keep = 3 } = options;
  let size: number | undefined;
  let tail: Promise<void> = Promise.resolve();

  async function rotate(): Promise<void> {
    for (let number = keep; number >= 1; number -= 1) {
      const from = number === 1 ? path : `${path}.${number - 1}`;
      // The ones that are not there yet.
      await rename(from, `${path}.${number}`).catch(() => undefined);
    }
  }

  async function append(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    size ??= await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0 && size + bytes > limit) {
      await rotate();
      size = 0;
    }
    await appendFile(path, text, { mode: 0o600 });
    size += bytes;
  }

  return {
    write(line) {
      tail = tail.then(async () => await append(`${line}\n`)).catch(() => undefined);
    },
    settled: () => tail,
  };
}
