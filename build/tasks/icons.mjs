// @ts-check
/** Draws the icon in the sizes that the packages need. Run it after changing `build/icons/icon.svg` and commit the result. */

import { inProject } from './lib/paths.mjs';
import { findCommand, mustRun } from './lib/run.mjs';
import { say } from './lib/say.mjs';

const SIZES = [16, 24, 32, 48, 64, 128, 256, 512];

if (!findCommand('rsvg-convert')) {
  say('Drawing the icon needs rsvg-convert: install the Debian package "librsvg2-bin".');
  process.exit(1);
}
const drawing = inProject('build', 'icons', 'icon.svg');
for (const pixels of SIZES) {
  const picture = inProject('build', 'icons', `${pixels}x${pixels}.png`);
  await mustRun('rsvg-convert', ['-w', `${pixels}`, '-h', `${pixels}`, '-o', picture, drawing]);
}
say(`Drew ${SIZES.length} sizes into build/icons.`);
