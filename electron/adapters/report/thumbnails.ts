/** Draws the pages of the report that was written, with the system's own PDF tool where there is one. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const dotsPerInch = 60;
const mostPages = 8;
const patienceMilliseconds = 15_000;

/** PNG data URIs of the first pages; empty where `pdftoppm` is not installed or cannot read the file. */
export async function drawPages(pdf: string): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bulwark-pages-'));
  try {
    await run(
      'pdftoppm',
      ['-png', '-r', `${dotsPerInch}`, '-l', `${mostPages}`, pdf, path.join(folder, 'page')],
      { timeout: patienceMilliseconds },
    );
    const names = (await readdir(folder)).sort();
    return await Promise.all(
      names.map(
        async (name) =>
          `data:image/png;base64,${(await readFile(path.join(folder, name))).toString('base64')}`,
      ),
    );
  } catch {
    // The report itself is complete; the screen says that its pages could not be drawn here.
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
