// @ts-check
/**
 * Every kind of change, interrupted at every boundary by every fault, on lab hosts. Options are those of
 * `test/integration/crash-matrix/main.ts`. Exit status: 1 when a case failed or when no lab can run here.
 */
import { inProject } from './lib/paths.mjs';
import { endWithNpm, handOver, withPackageCommands } from './lib/run.mjs';
import { say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

endWithNpm();
const ready = await setUp({ electron: false });
if (!ready.packages || ready.labProblem) {
  say('The crash matrix cannot run here, for the reason above.');
  process.exit(1);
}
const code = await handOver(
  'tsx',
  ['test/integration/crash-matrix/main.ts', ...process.argv.slice(2)],
  withPackageCommands(process.env),
  inProject(),
);
process.exit(code);
