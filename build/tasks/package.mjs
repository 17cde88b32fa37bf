// @ts-check
/**
 * Makes the packages of this platform into `out/package`.
 *
 * `npm run package` makes the release and needs the official Electron. `npm run package -- --trial [dir|deb|rpm|tar.gz]` takes
 * whatever Electron there is, to try the packaging itself; what it makes lies in `out/package-trial` and is not to be given to
 * anybody. With `--inspectable` a trial accepts a debugger, which a test that drives the packaged app needs.
 */
import { rmSync } from 'node:fs';
import { ensureRuntime } from './electron-runtime.mjs';
import { buildApp } from './lib/build-app.mjs';
import { inProject } from './lib/paths.mjs';
import { handOver, withPackageCommands } from './lib/run.mjs';

const args = process.argv.slice(2);
const trial = args.includes('--trial');
const inspectable = args.includes('--inspectable');
const targets = args.filter((argument) => !argument.startsWith('--'));

if (inspectable && !trial) {
  console.error('A release accepts no debugger: use --inspectable together with --trial.');
  process.exit(2);
}
const runtime = await ensureRuntime();
if (runtime.source !== 'official' && !trial) {
  console.error(
    `A release is made from the official Electron only, and here is a ${runtime.source} ${runtime.version}: ` +
      'let this machine reach the Electron download, or try the packaging with --trial.',
  );
  process.exit(1);
}
const built = await buildApp({ fresh: true });
if (built.code !== 0) {
  console.error(built.output);
  process.exit(1);
}
const output = inProject('out', trial ? 'package-trial' : 'package');
rmSync(output, { recursive: true, force: true });
const options = [
  '--config',
  'electron-builder.yml',
  '--publish',
  'never',
  `-c.directories.output=${output}`,
  `-c.electronDist=${runtime.folder}`,
  `-c.electronVersion=${runtime.version}`,
  ...(inspectable ? ['-c.electronFuses.enableNodeCliInspectArguments=true'] : []),
  ...(targets.length > 0 ? ['--linux', ...targets] : []),
];
process.exit(await handOver('electron-builder', options, withPackageCommands(), inProject()));
