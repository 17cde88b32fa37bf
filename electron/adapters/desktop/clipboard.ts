/** A copied secret leaves the clipboard by itself, unless the operator has copied something else meanwhile. */
import { clipboard } from 'electron';

export const clearsAfterSeconds = 30;

let held: string | undefined;

/** Clears what Bulwark put there and nothing else. Awaits, because newer Electron answers by promise and older at once. */
export async function clearCopiedSecret(): Promise<void> {
  if (held === undefined) return;
  const mine = held;
  held = undefined;
  if ((await clipboard.readText()) === mine) clipboard.clear();
}

export async function copySecretToClipboard(value: string): Promise<number> {
  await clipboard.writeText(value);
  held = value;
  setTimeout(() => {
    if (held === value) void clearCopiedSecret();
  }, clearsAfterSeconds * 1000);
  return clearsAfterSeconds;
}
