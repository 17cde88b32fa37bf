// @ts-check
import { rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Called by electron-builder before it makes a package: an Electron folder holds an application of its own that runs whatever
 * it is told, and a package has no use for it.
 *
 * @param {{ readonly appOutDir: string, readonly electronPlatformName: string }} context
 */
export default async function afterPack({ appOutDir, electronPlatformName }) {
  if (electronPlatformName === 'darwin') return;
  await rm(path.join(appOutDir, 'resources', 'default_app.asar'), { force: true });
}
