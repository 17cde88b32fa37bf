// @ts-check
/**
 * Writes `shared/controls/catalog.ts`: the list of the control folders. Nothing else has to be edited to add a control.
 *
 * With `--check` it writes nothing and ends with 1 when the file does not fit the folders.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inProject } from './lib/paths.mjs';
import { withPackageCommands } from './lib/run.mjs';

const controls = inProject('shared', 'controls');
const catalogFile = path.join(controls, 'catalog.ts');

/** @param {string} folder @returns {string[]} */
function foldersIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** @param {string} id @returns {string} such as `httpTls` for `http-tls` */
function nameOf(id) {
  return id.replace(/-([a-z0-9])/g, (_, letter) => String(letter).toUpperCase());
}

/** @returns {string} */
function catalogText() {
  const found = foldersIn(controls).flatMap((area) =>
    foldersIn(path.join(controls, area))
      .map((id) => ({ id, area, file: path.join(controls, area, id, 'control.ts') }))
      .filter(({ file }) => existsSync(file)),
  );
  const imports = found.map(({ id, area, file }) => {
    const exported = /export const (\w+)\s*(?::\s*\w+\s*)?=\s*defineControl/.exec(
      readFileSync(file, 'utf8'),
    )?.[1];
    if (!exported) throw new Error(`${file} exports nothing that defineControl made.`);
    const name = exported === nameOf(id) ? exported : `${exported} as ${nameOf(id)}`;
    return `import { ${name} } from './${area}/${id}/control.ts';`;
  });
  return [
    '/** Every control there is. Written by `npm run catalog` from the folders beside it. */',
    ...imports,
    "import type { Control } from './define-control.ts';",
    '',
    `export const catalog: readonly Control[] = [${found.map(({ id }) => nameOf(id)).join(', ')}];`,
    '',
  ].join('\n');
}

/** @param {string} text @returns {string} */
function formatted(text) {
  const answer = spawnSync('biome', ['check', '--write', `--stdin-file-path=${catalogFile}`], {
    input: text,
    encoding: 'utf8',
    cwd: inProject(),
    env: withPackageCommands(),
  });
  if (answer.status !== 0) throw new Error(`biome could not format the catalog: ${answer.stderr}`);
  return answer.stdout;
}

const text = formatted(catalogText());
const current = existsSync(catalogFile) ? readFileSync(catalogFile, 'utf8') : '';
if (!process.argv.includes('--check')) {
  if (text !== current) writeFileSync(catalogFile, text);
  console.log(text === current ? 'The catalog is current.' : 'Wrote shared/controls/catalog.ts.');
} else if (text !== current) {
  console.error('shared/controls/catalog.ts does not fit the folders beside it: run npm run catalog.');
  process.exitCode = 1;
}
