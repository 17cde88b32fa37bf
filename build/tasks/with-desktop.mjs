// @ts-check
/**
 * Builds the app and runs a command that opens its window: with an Electron, an ordinary user to run it and a virtual screen.
 *
 * `node build/tasks/with-desktop.mjs <command> [argument …]`; the command's exit status is ours.
 */
import { buildApp } from './lib/build-app.mjs';
import { openDesktop } from './lib/desktop.mjs';
import { inProject } from './lib/paths.mjs';
import { endWithNpm, handOver, withPackageCommands } from './lib/run.mjs';

endWithNpm();
const [command, ...args] = process.argv.slice(2);
if (!command) {
  console.error('Say which command to run: node build/tasks/with-desktop.mjs <command> [argument …]');
  process.exit(2);
}
const built = await buildApp();
if (built.code !== 0) {
  console.error(built.output);
  process.exit(1);
}
const desktop = await openDesktop({ virtual: true });
const code = await handOver(command, args, withPackageCommands(desktop.environment), inProject());
desktop.close();
process.exit(code);
