import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exclusively } from './durable-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'durable-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const child = `
import { readdirSync, readlinkSync } from 'node:fs';
const { exclusively } = await import(process.argv[1]);
const file = process.argv[2];
const failed = await exclusively(file, async () => undefined).then(() => 'no', () => 'yes');
const open = readdirSync('/proc/self/fd').filter((fd) => {
  try { return readlinkSync('/proc/self/fd/' + fd).startsWith(file); } catch { return false; }
});
console.log(JSON.stringify({ failed, open: open.length }));
`;

it('leaves neither lock nor open file where the owner cannot be written into it', async () => {
  const file = join(folder, 'vault.bwv');
  const module = new URL('./durable-file.ts', import.meta.url).href;
  // No byte may be written to a file by this process, as on a full disk.
  const limited = `trap '' XFSZ; ulimit -f 0; "$@" | cat`;
  const args = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', child, module, file];
  const out = execFileSync('sh', ['-c', limited, 'sh', ...args], { encoding: 'utf8' });
  expect(JSON.parse(out)).toEqual({ failed: 'yes', open: 0 });
  expect(readdirSync(folder)).toEqual([]);
  const began = Date.now();
  expect(await exclusively(file, async () => undefined)).toBe(true);
  expect(Date.now() - began).toBeLessThan(3000);
});
