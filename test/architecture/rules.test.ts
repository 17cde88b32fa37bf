/** A rule that cannot fail protects nothing: each is shown a breach and its nearest innocent neighbour. */
import { describe, expect, it } from 'vitest';
import { pathsOfThisMachine, pinnedDownloads, strangeAddresses } from './addresses.ts';
import { unlockedPackages } from './lock-file.ts';
import * as rules from './rules.ts';
import { importsOf, type Source } from './source.ts';
import { forbiddenImports, unclaimedFiles } from './walls.ts';

function file(path: string, text = ''): Source {
  return { path, text };
}

describe('imports are found', () => {
  it.each([
    ["import { a } from './a.ts';", './a.ts'],
    ["import './a.ts';", './a.ts'],
    ["import type { A } from './a.ts';", './a.ts'],
    ["export * from './a.ts';", './a.ts'],
    ["export { a } from './a.ts';", './a.ts'],
    ["const a = await import('./a.ts');", './a.ts'],
    ["type A = import('./a.ts').A;", './a.ts'],
  ])('%s', (text, specifier) => {
    expect(importsOf(file('shared/domain/x.ts', text)).map((one) => one.specifier)).toEqual([specifier]);
  });

  it('not in comments and texts', () => {
    const text = "// import { a } from './a.ts';\nexport const b = \"import './c.ts'\";";
    expect(importsOf(file('shared/domain/x.ts', text))).toEqual([]);
  });
});

describe('the walls', () => {
  it.each([
    ['shared/domain/host.ts', '../engine/ports.ts'],
    ['shared/domain/host.ts', 'node:fs'],
    ['shared/domain/host.ts', 'electron'],
    ['shared/contract/api.ts', '../controls/catalog.ts'],
    ['shared/text/yaml.ts', '../domain/result.ts'],
    ['shared/facts/ports/source.ts', '../../controls/tls/http-tls/control.ts'],
    ['shared/facts/ports/source.ts', '../../engine/apply.ts'],
    ['shared/facts/sources.ts', '../engine/apply.ts'],
    ['electron/print/index.ts', '../main/window.ts'],
    ['shared/engine/apply.ts', '../facts/ports/source.ts'],
    ['shared/engine/apply.ts', '../controls/catalog.ts'],
    ['shared/controls/tls/http-tls/control.ts', '../transport-tls/control.ts'],
    ['shared/controls/tls/http-tls/control.ts', '../../catalog.ts'],
    ['shared/controls/tls/http-tls/control.ts', '../../../engine/ports.ts'],
    ['electron/adapters/ssh/client.ts', '../vault/vault.ts'],
    ['electron/adapters/ssh/client.ts', 'electron'],
    ['electron/adapters/ssh/client.ts', '../../../shared/engine/apply.ts'],
    ['electron/adapters/tls-peer.ts', './ssh/client.ts'],
    ['shared/controls/define-control.ts', './tls/http-tls/control.ts'],
    ['electron/adapters/ssh/client.ts', '../../main/window.ts'],
    ['electron/service/service.ts', 'electron'],
    ['electron/headless/main.ts', 'electron'],
    ['electron/headless/main.ts', '../main/window.ts'],
    ['electron/preload/index.ts', '../../shared/engine/ports.ts'],
    ['electron/preload/index.ts', 'node:fs'],
    ['electron/main/index.ts', '../../renderer/main.tsx'],
    ['electron/main/index.ts', '../headless/main.ts'],
    ['renderer/features/scan/Screen.tsx', '../../../shared/engine/scan.ts'],
    ['renderer/features/scan/Screen.tsx', '../../../shared/controls/catalog.ts'],
    ['renderer/features/scan/Screen.tsx', '../../../electron/main/window.ts'],
    ['renderer/features/scan/Screen.tsx', 'electron'],
    ['renderer/features/scan/Screen.tsx', 'node:path'],
    ['build/tasks/setup.mjs', 'zod'],
    ['build/tasks/setup.mjs', '../../shared/domain/host.ts'],
    ['shared/domain/host.ts', '../../test/support/fake-host.ts'],
  ])('%s may not import %s', (path, specifier) => {
    const found = forbiddenImports([file(path, `import '${specifier}';`)]);
    expect(found).toHaveLength(1);
    // A reason, not only a verdict.
    expect(found[0]).toMatch(/^\S+ imports \S+: .{20,}\.$/);
  });

  it.each([
    ['shared/domain/host.ts', 'zod'],
    ['shared/facts/ports/source.ts', '../../engine/fact-source.ts'],
    ['shared/controls/tls/http-tls/control.ts', '../../define-control.ts'],
    ['shared/controls/tls/http-tls/control.ts', './words.ts'],
    ['shared/controls/catalog.ts', './tls/http-tls/control.ts'],
    ['electron/adapters/ssh/keys/known-hosts.ts', '../client.ts'],
    ['electron/adapters/ssh/client.ts', 'ssh2'],
    ['electron/adapters/ssh/client.ts', '../tls-peer.ts'],
    ['electron/adapters/journal-files/journal.ts', '../../../shared/engine/journal/chain.ts'],
    ['electron/adapters/report-pdf/print.ts', 'electron'],
    ['electron/main/index.ts', '../adapters/ssh/client.ts'],
    ['renderer/features/scan/Screen.tsx', '../../ui/Table.tsx'],
    ['shared/domain/host.test.ts', '../../test/support/fake-host.ts'],
  ])('%s may import %s', (path, specifier) => {
    expect(forbiddenImports([file(path, `import '${specifier}';`)])).toEqual([]);
  });

  it('a task may load a package later, once it is there', () => {
    expect(forbiddenImports([file('build/tasks/a.mjs', "await import('@electron/fuses');")])).toEqual([]);
  });

  it('code in no zone is found', () => {
    expect(unclaimedFiles([file('electron/somewhere/else.ts'), file('shared/new.ts')])).toHaveLength(2);
    expect(unclaimedFiles([file('electron/main/index.ts'), file('vitest.config.ts')])).toEqual([]);
  });
});

describe('the other rules', () => {
  it.each([
    ['electron/main/window.ts', "import { ipcMain } from 'electron';"],
    ['electron/main/index.ts', "import { ipcRenderer } from 'electron';"],
    ['shared/engine/apply.ts', "console.log('x');"],
    ['renderer/main.tsx', 'globalThis.console.warn(1);'],
  ])('%s: %s', (path, text) => {
    expect(rules.wrongDoors([file(path, text)])).toHaveLength(1);
  });

  it('the same names in their own place, in a comment or in a test are fine', () => {
    const innocent = [
      file('electron/main/ipc/register.ts', "import { ipcMain } from 'electron';"),
      file('electron/headless/main.ts', "console.log('x');"),
      file('electron/main/index.ts', '// ipcMain and console are elsewhere'),
      file('shared/engine/apply.test.ts', "console.log('x');"),
    ];
    expect(rules.wrongDoors(innocent)).toEqual([]);
  });

  it('the bridge', () => {
    const text = 'void window.bulwark.state();';
    expect(rules.pagesBesideTheBridge([file('renderer/app/App.tsx', text)])).toHaveLength(1);
    expect(rules.pagesBesideTheBridge([file('renderer/bridge/client.ts', text)])).toEqual([]);
  });

  it('length', () => {
    expect(rules.longFiles([file('shared/engine/a.ts', '\n'.repeat(300).concat('1'))])).toHaveLength(1);
    expect(rules.longFiles([file('shared/engine/a.ts', '1\n'.repeat(300))])).toEqual([]);
  });

  it('controls', () => {
    const control = file('shared/controls/tls/http-tls/control.ts', "id: 'http-tls'");
    const test = file('shared/controls/tls/http-tls/control.test.ts');
    expect(rules.incompleteControls([control, test])).toEqual([]);
    expect(rules.incompleteControls([control])).toHaveLength(1);
    expect(rules.incompleteControls([test])).toHaveLength(1);
    expect(rules.incompleteControls([file(control.path, "id: 'other'"), test])).toHaveLength(1);
  });

  it('change kinds', () => {
    const kind = file('shared/engine/changes/file-mode/kind.ts', "kind: 'file-mode'");
    const test = file('shared/engine/changes/file-mode/kind.test.ts');
    expect(rules.incompleteChangeKinds([kind, test])).toEqual([]);
    expect(rules.incompleteChangeKinds([kind])).toHaveLength(1);
    expect(rules.incompleteChangeKinds([test])).toHaveLength(1);
  });

  it('fact sources', () => {
    const source = file('shared/facts/ports/source.ts');
    expect(rules.incompleteFacts([source])).toHaveLength(1);
    expect(rules.incompleteFacts([source, file('shared/facts/ports/source.test.ts')])).toEqual([]);
  });

  it.each([`@ts-${'ignore'}`, `@ts-${'expect-error'}`, `oxlint-${'disable'}`, `biome-${'ignore'}`])(
    '%s',
    (words) => {
      expect(rules.silencedTools([file('shared/a.ts', `// ${words}`)])).toHaveLength(1);
    },
  );

  it('tests left out', () => {
    expect(rules.silencedTools([file('shared/a.test.ts', `it.${'only'}('x', () => {});`)])).toHaveLength(1);
  });

  it('tests that are left out without a word', () => {
    const skipped = `it.${'skipIf'}(!linux)('x', () => {});`;
    const told = "process.stdout.write('not Linux; there it runs');";
    expect(rules.silentSkips([file('shared/a.test.ts', skipped)])).toHaveLength(1);
    expect(rules.silentSkips([file('shared/a.test.ts', `${told}${skipped}`)])).toEqual([]);
    expect(
      rules.silentSkips([file('shared/a.test.ts', "process.stdout.write('x');".concat(skipped))]),
    ).toHaveLength(1);
  });

  it('names of files', () => {
    const odd = ['shared/domain/hostKey.ts', 'electron/main/Window.ts', 'renderer/app/my_app.tsx'];
    expect(rules.oddNames(odd.map((path) => file(path)))).toHaveLength(3);
    const fine = ['shared/domain/host-key.ts', 'renderer/app/App.tsx', 'test/integration/ssh.lab.test.ts'];
    expect(rules.oddNames(fine.map((path) => file(path)))).toEqual([]);
  });

  it('readmes', () => {
    expect(rules.foldersWithoutReadme([file('shared/README.md')])).toHaveLength(4);
  });

  it('lock file', () => {
    const asks = { 'node_modules/a': { optionalDependencies: { '@b/linux-x64': '1.0.0' } } };
    const complete = { ...asks, 'node_modules/@b/linux-x64': { version: '1.0.0' } };
    expect(unlockedPackages([file('package-lock.json', JSON.stringify({ packages: asks }))])).toHaveLength(1);
    expect(unlockedPackages([file('package-lock.json', JSON.stringify({ packages: complete }))])).toEqual([]);
    expect(unlockedPackages([])).toHaveLength(1);
  });

  it('addresses and machines', () => {
    const strange = `see https://${'packages.somewhere.dev'}/x`;
    expect(strangeAddresses([file('README.md', strange)])).toHaveLength(1);
    expect(
      strangeAddresses([file('a.md', 'https://www.elastic.co/x http://127.0.0.1:9200 https://[::1]/')]),
    ).toEqual([]);
    expect(pinnedDownloads([file('package-lock.json', '"resolved": "https://x/y.tgz"')])).toHaveLength(1);
    expect(pinnedDownloads([file('package-lock.json', '"version": "1.0.0"')])).toEqual([]);
    expect(pathsOfThisMachine([file('a.ts', "'/opt/checkout/a'")], '/opt/checkout')).toHaveLength(1);
    expect(pathsOfThisMachine([file('a.ts', "'/opt/elasticsearch/a'")], '/opt/checkout')).toEqual([]);
  });
});
