// @ts-check
/** Begins a control: `npm run new-control os/some-id` writes its folder and lists it in the catalogue. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogFile, catalogText } from './catalog.mjs';
import { inProject } from './lib/paths.mjs';

const place =
  /^(os|network|auth|tls|keystore|kibana|audit|cluster|fips|clients|orchestrators)\/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/;

/**
 * @param {string} area
 * @param {string} id
 */
export function controlText(area, id) {
  return `import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, passed } from '../../judging.ts';
import { manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: '${id}',
    area: '${area}',
    title: 'The compliant state as a sentence without a full stop',
    severity: 'medium',
    description: 'What is looked at, and what decides.',
    risk: 'What can happen when the condition is not met.',
    references: [{ title: 'The page that asks for it', publisher: 'Elastic' }],
    fix: 'manual',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings'], (_install, seen) => {
      const { settings } = seen['es-settings'].value;
      const shown = evidence(seen['es-settings'], 'settings', String(settings.length));
      return settings.length > 0 ? passed('There are settings.', shown) : failed('There are no settings.', shown);
    }),
  propose: () => manual('Why no safe automatic change exists.', 'What the operator can do by hand.'),
});
`;
}

export const testText = `import { controlTable } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, settings, without } from '../../../../test/support/facts.ts';
import control from './control.ts';

controlTable(control, {
  pass: [{ name: 'as it should be', facts: factsOf(healthy) }],
  fail: [{ name: 'as it should not be', facts: factsOf(healthy, { 'es-settings': settings() }), says: /no settings/ }],
  unknown: [{ name: 'not readable', facts: without(healthy, 'es-settings') }],
  error: [{ name: 'broken', facts: failing(healthy, 'es-settings') }],
});
`;

/** @param {string} wish e.g. `os/some-id` */
function begin(wish) {
  const match = place.exec(wish);
  if (!match) return 'Say area and id, for example: npm run new-control os/some-id';
  const [, area = '', id = ''] = match;
  const folder = inProject('shared', 'controls', area, id);
  if (existsSync(folder)) return `${path.relative(inProject(), folder)} is already there.`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'control.ts'), controlText(area, id));
  writeFileSync(path.join(folder, 'control.test.ts'), testText);
  writeFileSync(catalogFile, catalogText());
  process.stdout.write(
    `${path.relative(inProject(), folder)} is there. Its test passes: npx vitest run shared/controls/${area}/${id}\n`,
  );
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = begin(process.argv[2] ?? '');
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 2;
  }
}
