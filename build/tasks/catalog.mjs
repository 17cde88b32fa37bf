// @ts-check
/** Lists the folders of `shared/controls` in `catalog.ts`. Run by `npm run catalog`; a test fails while the file is stale. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inProject } from './lib/paths.mjs';

const folder = inProject('shared', 'controls');

/** @returns {readonly string[]} `area/id` of every control, sorted */
export function controlFolders() {
  return readdirSync(folder, { withFileTypes: true })
    .filter((area) => area.isDirectory())
    .flatMap((area) =>
      readdirSync(path.join(folder, area.name), { withFileTypes: true })
        .filter(
          (entry) =>
            entry.isDirectory() && existsSync(path.join(folder, area.name, entry.name, 'control.ts')),
        )
        .map((entry) => `${area.name}/${entry.name}`),
    )
    .sort();
}

/** @returns {string} the text of `catalog.ts` */
export function catalogText() {
  const folders = controlFolders();
  const name = (/** @type {string} */ place) =>
    place.replace(/^.*\//, '').replace(/-(.)/g, (_, letter) => String(letter).toUpperCase());
  const imports = [
    ...folders.map((place) => ({ from: `./${place}/control.ts`, what: name(place) })),
    { from: './define-control.ts', what: 'type { Control }' },
  ].sort((a, b) => (a.from < b.from ? -1 : 1));
  return [
    '/** Every control, by area and id. Written by `npm run catalog`. */',
    ...imports.map(({ from, what }) => `import ${what} from '${from}';`),
    '',
    'export const catalog: readonly Control[] = [',
    ...folders.map((place) => `  ${name(place)},`),
    '];',
    '',
  ].join('\n');
}

export const catalogFile = path.join(folder, 'catalog.ts');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = catalogText();
  const stale = !existsSync(catalogFile) || readFileSync(catalogFile, 'utf8') !== text;
  if (stale) writeFileSync(catalogFile, text);
  process.stdout.write(
    `${controlFolders().length} controls, ${stale ? 'catalogue written' : 'catalogue was current'}\n`,
  );
}
