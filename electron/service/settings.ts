/** What the operator set for the app as a whole; lives beside the workspaces and holds no secret. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeDurably } from './workspace-files.ts';

const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  guardSeconds: z.number().int().min(15).max(900).catch(60),
  autoLockMinutes: z.number().int().min(1).max(240).catch(15),
});
export type Settings = z.infer<typeof settingsSchema>;

export async function readSettings(path: string): Promise<Settings> {
  try {
    return settingsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // No settings yet, or damaged ones: the defaults are safe.
    return settingsSchema.parse({});
  }
}

export async function writeSettings(path: string, settings: Settings): Promise<void> {
  await writeDurably(path, JSON.stringify(settings));
}
