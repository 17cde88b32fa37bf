/** The other rules: where a name may be used, what a folder must hold, what no file may say. Each returns one sentence per breach. */
import { isCode, isTest, type Source, usesName } from './source.ts';

const APP = /^(electron|renderer|shared)\//;
const LONGEST_FILE = 300;

interface Door {
  readonly name: string;
  readonly allowed: RegExp;
  readonly reason: string;
}

const DOORS: readonly Door[] = [
  {
    name: 'ipcMain',
    allowed: /^electron\/main\/ipc\//,
    reason: 'a listener elsewhere would skip the sender check and the schemas',
  },
  {
    name: 'ipcRenderer',
    allowed: /^electron\/preload\//,
    reason: 'with it in hand a page could call any channel',
  },
  {
    name: 'contextBridge',
    allowed: /^electron\/preload\//,
    reason: 'one file decides what the page can see of the app',
  },
  {
    name: 'console',
    allowed: /^electron\/(headless\/|adapters\/log\/|main\/log\.ts$)/,
    reason: 'only the log and the terminal program print, because only there the redactor is in the way',
  },
];

/** Names that may be used in one place only. */
export function wrongDoors(sources: readonly Source[]): string[] {
  return appCode(sources).flatMap((source) =>
    DOORS.filter((door) => !door.allowed.test(source.path) && usesName(source, door.name)).map(
      (door) => `${source.path} uses ${door.name}: ${door.reason}.`,
    ),
  );
}

/** Only the bridge may know under which name the preload has put itself into the page. */
export function pagesBesideTheBridge(sources: readonly Source[]): string[] {
  return appCode(sources)
    .filter(
      ({ path, text }) =>
        /^renderer\/(?!bridge\/)/.test(path) && /\b(window|globalThis)\s*\.\s*bulwark\b/.test(text),
    )
    .map(
      ({ path }) =>
        `${path} reaches for window.bulwark: the bridge parses what comes through, a side door would not.`,
    );
}

/** Tests are left out: a long table of cases is read row by row. */
export function longFiles(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => isCode(source) && APP.test(source.path) && !isTest(source))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE)
    .map(
      ({ path, lines }) =>
        `${path} has ${lines} lines: above ${LONGEST_FILE} it holds more than one noun; split it.`,
    );
}

const SKIPS = /\.(?:skipIf|runIf)\(|\b(?:it|test|describe)\.skip\(/;
const TOLD = /(?:stdout\.write|console\.log)\(/;

/** A test that does not run here prints why, and where it does run. */
export function silentSkips(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => isTest(source) && isCode(source) && !source.path.startsWith('test/architecture/'))
    .filter(({ text }) => SKIPS.test(text))
    .filter(({ text }) => !TOLD.test(text) || !/\bruns?\b|Missing\(\)/.test(text))
    .map(({ path }) => `${path} leaves tests out without a word: print the reason, and where they run.`);
}

/** A control is `shared/controls/<area>/<id>/` and complete in itself. */
export function incompleteControls(sources: readonly Source[]): string[] {
  const folders = foldersBelow(sources, /^shared\/controls\/[^/]+\/[^/]+\//);
  return [...folders].flatMap(([folder, files]) => {
    const id = folder.split('/').at(-2) ?? '';
    const missing = ['control.ts', 'control.test.ts'].filter((name) => !files.has(name));
    const words = sources.find(({ path }) => path === `${folder}control.ts`)?.text ?? '';
    return [
      ...missing.map(
        (name) => `${folder} has no ${name}: a control that nobody tests is believed for no reason.`,
      ),
      ...(words && !words.includes(`id: '${id}'`)
        ? [
            `${folder}control.ts does not say id: '${id}': reports and profiles find a control by its folder's name.`,
          ]
        : []),
    ];
  });
}

/** A kind of change is `shared/engine/changes/<kind>/` with its test beside it. */
export function incompleteChangeKinds(sources: readonly Source[]): string[] {
  const folders = foldersBelow(sources, /^shared\/engine\/changes\/[^/]+\//);
  return [...folders].flatMap(([folder, files]) => {
    const kind = folder.split('/').at(-2) ?? '';
    const named = sources.some(
      ({ path, text }) => path.startsWith(folder) && !isTestPath(path) && text.includes(`'${kind}'`),
    );
    const tested = [...files].some(isTestPath);
    return [
      ...(named
        ? []
        : [
            `${folder} defines no kind '${kind}': the journal finds the code that undoes a change by this name.`,
          ]),
      ...(tested
        ? []
        : [
            `${folder} has no test: every kind shows that undoing gives back identical bytes, owner and mode.`,
          ]),
    ];
  });
}

/** A fact source is `shared/facts/<id>/` with its test beside it. */
export function incompleteFacts(sources: readonly Source[]): string[] {
  return [...foldersBelow(sources, /^shared\/facts\/[^/]+\//)]
    .filter(([, files]) => ![...files].some(isTestPath))
    .map(
      ([folder]) => `${folder} has no test: a parser that was never shown real output reads what it likes.`,
    );
}

/** Ways of telling the tools to look away. The pattern is written so that it does not find itself. */
const LOOK_AWAY = /@ts-(?:ignore|nocheck|expect-error)|(?:oxlint|eslint)-disable|biome-(?:ignore)/;
const SKIPPED = /\b(?:it|test|describe)\.(?:todo|only)\b/;

export function silencedTools(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => isCode(source))
    .flatMap(({ path, text }) => [
      ...(LOOK_AWAY.test(text) ? [`${path} silences a tool: repair what it found instead.`] : []),
      ...(SKIPPED.test(text) ? [`${path} leaves tests out: a test that does not run says nothing.`] : []),
    ]);
}

/** kebab-case everywhere; PascalCase for what holds a React component. */
export function oddNames(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => isCode(source) && /^(electron|renderer|shared|test|build)\//.test(source.path))
    .filter(({ path }) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.[a-z]+$/.test(name);
      return !(kebab || (/^[A-Z][A-Za-z0-9]*(\.test)?\.tsx$/.test(name) && !path.startsWith('shared/')));
    })
    .map(({ path }) => `${path}: files are named in kebab-case, components in PascalCase.`);
}

export function foldersWithoutReadme(sources: readonly Source[]): string[] {
  return ['electron', 'renderer', 'shared', 'test', 'build']
    .filter((folder) => !sources.some(({ path }) => path === `${folder}/README.md`))
    .map((folder) => `${folder}/ has no README.md: a newcomer finds out there what belongs into it.`);
}

function appCode(sources: readonly Source[]): readonly Source[] {
  return sources.filter((source) => isCode(source) && APP.test(source.path) && !isTest(source));
}

function isTestPath(path: string): boolean {
  return path.endsWith('.test.ts');
}

function foldersBelow(sources: readonly Source[], pattern: RegExp): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>();
  for (const { path } of sources) {
    const folder = pattern.exec(path)?.[0];
    if (folder === undefined) continue;
    const files = folders.get(folder) ?? new Set();
    files.add(path.slice(folder.length));
    folders.set(folder, files);
  }
  return folders;
}
