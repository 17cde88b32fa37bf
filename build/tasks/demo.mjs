// @ts-check
/**
 * The whole main job on a machine that has nothing yet: sets up, builds, and hands over to the demonstration itself, which
 * brings up a badly configured lab host (with `cluster`, three of them) and hardens it in the real window.
 *
 * Without a screen everything happens on a virtual one. Exit status: that of the demonstration, or 1 when it could not begin.
 */
import { buildApp } from './lib/build-app.mjs';
import { openDesktop } from './lib/desktop.mjs';
import { inProject } from './lib/paths.mjs';
import { endWithNpm, handOver, tellWhenInterrupted, withPackageCommands } from './lib/run.mjs';
import { say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

endWithNpm();
tellWhenInterrupted(
  'Interrupted. The lab and the window end with this; downloads are kept, and the next run removes whatever is left and begins anew.',
);
const started = Date.now();
const ready = await setUp();
if (!ready.packages || !ready.electron || ready.labProblem) {
  say(
    'The demonstration cannot run here, for the reason above. What works without it: npm start and npm run unit.',
  );
  process.exit(1);
}
const built = await buildApp();
if (built.code !== 0) {
  say(built.output);
  process.exit(1);
}
const desktop = await openDesktop({ runtime: ready.electron });
const environment = { ...withPackageCommands(desktop.environment), BULWARK_STARTED: `${started}` };
const script = process.argv[2] === 'cluster' ? 'test/demo/cluster.ts' : 'test/demo/run.ts';
const code = await handOver('tsx', [script], environment, inProject());
desktop.close();
process.exit(code);
