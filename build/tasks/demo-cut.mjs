// @ts-check
/**
 * Two minutes: the link is cut in the middle of a firewall change on a lab host, and access heals itself. Exit status: that of
 * the demonstration, or 1 when it could not begin.
 */
import { inProject } from './lib/paths.mjs';
import { endWithNpm, handOver, tellWhenInterrupted, withPackageCommands } from './lib/run.mjs';
import { say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

endWithNpm();
tellWhenInterrupted(
  'Interrupted. The lab host ends with this; the next npm run demo:cut removes whatever is left and begins anew.',
);
const ready = await setUp({ electron: false });
if (!ready.packages || ready.labProblem) {
  say('The demonstration cannot run here, for the reason above.');
  process.exit(1);
}
const code = await handOver('tsx', ['test/demo/cut.ts'], withPackageCommands(process.env), inProject());
process.exit(code);
