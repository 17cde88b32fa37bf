/** Which way imports may go, and for each forbidden way why. Tests may import anything and are not asked. */
import { type Import, importsOf, isCode, isTest, type Source } from './source.ts';

interface Zone {
  readonly name: string;
  /** What belongs to it. The first zone that fits counts. */
  readonly files: RegExp;
  /** Files it may import, besides its own folder where `ownFolder` says so. */
  readonly mayImport: readonly RegExp[];
  readonly ownFolder?: boolean;
  /** Packages it may import; `true` for all but Electron. */
  readonly packages: readonly RegExp[] | true;
  readonly node?: boolean;
  readonly electron?: boolean;
  readonly reason: string;
}

const DOMAIN = /^shared\/domain\//;
const TEXT = /^shared\/text\//;
const CONTRACT = /^shared\/contract\//;
const PORTS = /^shared\/engine\/([a-z-]+\/)?([a-z]+-)?ports\.ts$/;
const FACT_SOURCE = /^shared\/engine\/fact-source\.ts$/;
/** Formats that both ends have to know: the engine writes journal and report by them, an adapter stores and signs them. */
const FORMATS = /^shared\/engine\/(journal\/|report\/|canonical-json\.ts$)/;
const SHARED = /^shared\//;
const ADAPTERS = /^electron\/adapters\//;
/** Pieces that several adapters use lie beside them, not in one of them. */
const BESIDE_ADAPTERS = /^electron\/adapters\/[^/]+\.ts$/;
const SERVICE = /^electron\/service\//;
const ZOD = /^zod$/;

export const zones: readonly Zone[] = [
  {
    name: 'shared/domain',
    files: DOMAIN,
    mayImport: [DOMAIN],
    packages: [ZOD],
    reason: 'the vocabulary is the bottom of everything: what it needs, everybody needs',
  },
  {
    name: 'shared/contract',
    files: CONTRACT,
    mayImport: [CONTRACT, DOMAIN],
    packages: [ZOD],
    reason: 'the page loads the contract, and must not get engine or controls with it',
  },
  {
    name: 'shared/text',
    files: TEXT,
    mayImport: [TEXT, /^shared\/domain\/certificate-detail\.ts$/],
    packages: [/^(yaml|diff)$/],
    reason:
      'text editors are judged by bytes in and bytes out, and know nothing of hosts or findings; what a certificate says has one name everywhere',
  },
  {
    name: 'shared/facts/sources',
    files: /^shared\/facts\/sources\.ts$/,
    mayImport: [
      /^shared\/facts\//,
      DOMAIN,
      PORTS,
      FACT_SOURCE,
      /^shared\/engine\/(gather|probe-script)\.ts$/,
    ],
    packages: [],
    reason:
      'the list of fact sources has the shape in which the engine takes it, and knows nothing else of the engine',
  },
  {
    name: 'shared/facts',
    files: /^shared\/facts\//,
    mayImport: [/^shared\/facts\//, DOMAIN, TEXT, PORTS, FACT_SOURCE],
    packages: [ZOD],
    reason: 'a fact says what is there; a fact that knew a control would begin to judge',
  },
  {
    name: 'shared/engine',
    files: /^shared\/engine\//,
    mayImport: [/^shared\/engine\//, DOMAIN, TEXT],
    packages: [ZOD],
    reason: 'the engine is handed catalog and fact sources, so that a new control changes nothing in it',
  },
  {
    name: 'shared/controls/catalog',
    files: /^shared\/controls\/catalog\.ts$/,
    mayImport: [/^shared\/controls\//],
    packages: [],
    reason: 'the catalog is a generated list of the control folders and nothing else',
  },
  {
    name: 'shared/controls',
    files: /^shared\/controls\//,
    mayImport: [/^shared\/controls\/(?!catalog\.ts)[^/]+\.ts$/, DOMAIN, TEXT],
    ownFolder: true,
    packages: [],
    reason:
      'a control is one folder that evaluates facts: with another control or a writer it could not be read alone',
  },
  {
    name: 'shared/profiles and shared/frameworks',
    files: /^shared\/(profiles|frameworks)\//,
    mayImport: [/^shared\/(profiles|frameworks)\//, DOMAIN],
    packages: [ZOD],
    reason: 'a profile names controls by id, so that a control can be renamed or removed without it',
  },
  {
    name: 'electron/adapters/desktop and report-pdf',
    files: /^electron\/adapters\/(desktop|report-pdf)\//,
    mayImport: [DOMAIN, TEXT, PORTS, FORMATS, BESIDE_ADAPTERS],
    ownFolder: true,
    packages: true,
    node: true,
    electron: true,
    reason: 'an adapter implements a port: with another adapter it could not be exchanged alone',
  },
  {
    name: 'electron/adapters',
    files: ADAPTERS,
    mayImport: [DOMAIN, TEXT, PORTS, FORMATS, BESIDE_ADAPTERS],
    ownFolder: true,
    packages: true,
    node: true,
    reason: 'an adapter implements a port, alone and without Electron, so that it also runs headless',
  },
  {
    name: 'electron/service',
    files: SERVICE,
    mayImport: [SERVICE, SHARED, ADAPTERS],
    packages: true,
    node: true,
    reason:
      'the service runs in the utility process and headless alike: neither has a window or a main process',
  },
  {
    name: 'electron/engine-host',
    files: /^electron\/engine-host\//,
    mayImport: [/^electron\/engine-host\//, SERVICE, SHARED, ADAPTERS],
    packages: true,
    node: true,
    electron: true,
    reason: 'the utility process wires the service and does not reach into main',
  },
  {
    name: 'electron/headless',
    files: /^electron\/headless\//,
    mayImport: [/^electron\/headless\//, SERVICE, SHARED, ADAPTERS],
    packages: true,
    node: true,
    reason: 'the headless entry point runs where no Electron is installed',
  },
  {
    name: 'electron/print',
    files: /^electron\/print\//,
    mayImport: [/^electron\/print\//, SHARED, ADAPTERS],
    packages: true,
    node: true,
    electron: true,
    reason: 'the printer is started alone by the headless entry point, and main is not there',
  },
  {
    name: 'electron/preload',
    files: /^electron\/preload\//,
    mayImport: [/^electron\/preload\//, CONTRACT],
    packages: [],
    electron: true,
    reason: 'the preload stands beside the page: whatever it loads is within reach of a hostile page',
  },
  {
    name: 'electron/main',
    files: /^electron\/main\//,
    mayImport: [/^electron\/(main|engine-host)\//, SERVICE, SHARED, ADAPTERS],
    packages: true,
    node: true,
    electron: true,
    reason: 'main stands on top of engine and adapters; the page is reached through the contract only',
  },
  {
    name: 'renderer',
    files: /^renderer\//,
    mayImport: [/^renderer\//, DOMAIN, CONTRACT],
    packages: true,
    reason: 'the page knows vocabulary and contract; everything else happens on the other side of the bridge',
  },
  {
    name: 'build/tasks',
    files: /^build\//,
    mayImport: [/^build\//],
    packages: [],
    node: true,
    reason: 'the tasks run on a machine where the npm packages are not installed yet',
  },
];

/** One sentence for each import that goes the wrong way. */
export function forbiddenImports(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => isCode(source) && !isTest(source))
    .flatMap((source) => {
      const zone = zones.find((candidate) => candidate.files.test(source.path));
      if (!zone) return [];
      return importsOf(source)
        .filter((one) => !isAllowed(zone, source, one))
        .map((one) => `${source.path} imports ${one.target ?? one.specifier}: ${zone.reason}.`);
    });
}

/** Code that no zone claims would escape every wall. */
export function unclaimedFiles(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => isCode(source) && !isTest(source))
    .filter(({ path }) => path.includes('/') && !/\.d\.ts$|\.config\.ts$/.test(path))
    .filter(({ path }) => !zones.some((zone) => zone.files.test(path)))
    .map(
      ({ path }) => `${path} lies in no zone of test/architecture/walls.ts: say there what it may import.`,
    );
}

function isAllowed(zone: Zone, source: Source, one: Import): boolean {
  if (one.target !== undefined) {
    const own = source.path.slice(0, source.path.lastIndexOf('/') + 1);
    const { target } = one;
    const folder = zone.ownFolder ? folderOfUnit(own) : undefined;
    return (
      (folder !== undefined && target.startsWith(folder)) ||
      zone.mayImport.some((allowed) => allowed.test(target))
    );
  }
  if (one.specifier === 'electron' || one.specifier.startsWith('electron/')) return zone.electron === true;
  if (one.specifier.startsWith('node:')) return zone.node === true;
  // A task may use a package where it first made sure that it is there.
  if (zone.name === 'build/tasks') return !one.atLoad;
  return zone.packages === true || zone.packages.some((allowed) => allowed.test(one.specifier));
}

/** `electron/adapters/ssh/keys/` belongs to `electron/adapters/ssh/`, and a control's fixtures to the control. */
function folderOfUnit(folder: string): string | undefined {
  const depth = folder.startsWith('shared/controls/') ? 4 : 3;
  const parts = folder.split('/').filter(Boolean);
  return parts.length < depth ? undefined : `${parts.slice(0, depth).join('/')}/`;
}
