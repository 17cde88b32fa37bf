// @ts-check
/**
 * The stand-in Electron comes without the small default application that makes `electron <folder>` run a folder. This is
 * ours, packed as `default_app.asar`, which is also where the official Electron has it: packages are made without that file.
 */

export const packageJson = JSON.stringify({ name: 'electron', main: 'main.mjs', type: 'module' });

export const mainModule = `import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const given = process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.';
const target = path.resolve(given);
let folder = target;
let entry = target;
if (statSync(target).isDirectory()) {
  entry = path.join(target, JSON.parse(readFileSync(path.join(target, 'package.json'), 'utf8')).main ?? 'index.js');
} else {
  folder = path.dirname(target);
  while (folder !== path.dirname(folder)) {
    try {
      statSync(path.join(folder, 'package.json'));
      break;
    } catch {
      folder = path.dirname(folder);
    }
  }
}
const about = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
process.defaultApp = true;
app.setAppPath(folder);
app.setName(about.productName ?? about.name);
if (about.version) app.setVersion(about.version);
if (about.desktopName) app.setDesktopName?.(about.desktopName);
await import(pathToFileURL(entry).href);
`;
