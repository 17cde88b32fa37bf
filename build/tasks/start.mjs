// @ts-check
/** Starts the app alone: sets up what a window needs, builds, opens it. */
import path from 'node:path';
import { buildApp } from './lib/build-app.mjs';
import { hasScreen } from './lib/display.mjs';
import { cacheFolder, inProject, projectFolder } from './lib/paths.mjs';
import { handOver } from './lib/run.mjs';
import { setUp } from './setup.mjs';

if (!hasScreen()) {
  console.error(
    'There is no screen to open a window on: set DISPLAY, or use the same engine without a window: npm run bulwark.',
  );
  process.exit(1);
}
const ready = await setUp({ lab: false });
if (!ready.packages || !ready.electron) process.exit(1);
const built = await buildApp();
if (built.code !== 0) {
  console.error(built.output);
  process.exit(1);
}
const entry = [projectFolder, ...process.argv.slice(2)];
if (process.getuid?.() !== 0) {
  process.exit(await handOver(ready.electron.executable, entry, process.env, inProject()));
}
const { openDesktop } = await import('./lib/desktop.mjs');
const home = path.join(cacheFolder(), 'home');
console.log(
  `  The app does not run as root: a user without an account runs it, with its home in ${home} and its workspaces in ${path.join(home, '.config', 'Bulwark', 'workspaces')}.`,
);
const desktop = await openDesktop({ home, runtime: ready.electron });
const code = await handOver(
  desktop.environment['BULWARK_ELECTRON'] ?? '',
  entry,
  desktop.environment,
  inProject(),
);
desktop.close();
process.exit(code);
