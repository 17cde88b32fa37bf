/** The Electron that the set-up has left for development and tests. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const runtimeSchema = z.object({ executable: z.string(), version: z.string() });
export type ElectronRuntime = z.infer<typeof runtimeSchema>;

/** What the build tasks have set up, asked in a process of its own because they are plain JavaScript. */
export function findRuntime(): ElectronRuntime | undefined {
  const tasks = pathToFileURL(join(import.meta.dirname, '../../build/tasks/electron-runtime.mjs')).href;
  const ask = 'import(process.argv[1]).then((one) => console.log(JSON.stringify(one.findRuntime() ?? {})))';
  const found = runtimeSchema.safeParse(
    JSON.parse(execFileSync(process.execPath, ['-e', ask, tasks], { encoding: 'utf8' })),
  );
  return found.success ? found.data : undefined;
}
