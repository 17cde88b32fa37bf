import { type Credentials, labCredentials } from './credentials.ts';
import { fetchArtifact } from './downloads.ts';
import type { Layer, LayerInput, Log } from './layer.ts';
import { type DebianRelease, machineMirrors, sourceLines } from './mirrors.ts';
import { type Artifact, ELASTICSEARCH, JAVA_COMPILER, type VersionName } from './versions.ts';

/** Packages of every host. dbus and libpam-systemd give logins a session as on a real machine. */
const BASE_PACKAGES =
  'systemd-sysv,dbus,libpam-systemd,openssh-server,sudo,nftables,iproute2,procps,kmod,util-linux,ca-certificates,openssl,curl,netbase,iputils-ping';

const RELEASES: Readonly<Record<12 | 13, DebianRelease>> = { 12: 'bookworm', 13: 'trixie' };

/** Data of a seed: what differs between the nodes that scenarios start from. */
export interface SeedSpec {
  readonly id: string;
  readonly version: VersionName;
  readonly layout: 'archive' | 'package';
  /** Lines appended to elasticsearch.yml before the first start. */
  readonly settings: readonly string[];
  /** Further variables for the recipe, for example FILL=yes. */
  readonly options: Readonly<Record<string, string>>;
}

export interface Catalogue {
  base(debian: 12 | 13): Layer;
  /** The base with the lab's users, keys and habits. */
  people(debian: 12 | 13): Layer;
  packages(parent: Layer, id: string, packages: readonly string[], remove?: readonly string[]): Layer;
  elasticsearch(version: VersionName, layout: 'archive' | 'package'): Layer;
  seed(spec: SeedSpec): Layer;
}

export async function openCatalogue(log: Log): Promise<Catalogue> {
  const credentials = await labCredentials();
  const download = (artifact: Artifact): LayerInput => ({
    name: artifact.file,
    from: 'download',
    sha512: artifact.sha512,
    fetch: () => fetchArtifact(artifact, log),
  });

  function base(debian: 12 | 13): Layer {
    const release = RELEASES[debian];
    return {
      id: `base${debian}`,
      recipe: recipe('base.sh'),
      settings: { RELEASE: release, PACKAGES: BASE_PACKAGES },
      placeSettings: async () => ({ SOURCES: sourceLines(await machineMirrors(), release).join('\n') }),
      inputs: [],
      kind: 'layer',
    };
  }

  function people(debian: 12 | 13): Layer {
    return {
      id: `people${debian}`,
      parent: base(debian),
      recipe: recipe('people.sh'),
      settings: {},
      inputs: personalInputs(credentials),
      kind: 'layer',
    };
  }

  function packages(
    parent: Layer,
    id: string,
    wanted: readonly string[],
    remove: readonly string[] = [],
  ): Layer {
    return {
      id,
      parent,
      recipe: recipe('packages.sh'),
      settings: { PACKAGES: wanted.join(' '), REMOVE: remove.join(' ') },
      inputs: [],
      kind: 'layer',
    };
  }

  function elasticsearch(name: VersionName, layout: 'archive' | 'package'): Layer {
    const { version, debian, java, zip } = ELASTICSEARCH[name];
    return {
      id: `es-${layout}-${version}`,
      parent: packages(people(debian), `jre${java}`, [`openjdk-${java}-jre-headless`]),
      recipe: recipe(`elasticsearch-${layout}.sh`),
      settings: { VERSION: version, JAVA: String(java), COMPILER: JAVA_COMPILER.file },
      inputs: [
        download(zip),
        download(JAVA_COMPILER),
        file('plugin.sh', recipe('plugin.sh')),
        file('LabAnalysis.java', new URL('./plugin/LabAnalysis.java', import.meta.url).pathname),
      ],
      kind: 'layer',
    };
  }

  function seed(spec: SeedSpec): Layer {
    return {
      id: spec.id,
      parent: elasticsearch(spec.version, spec.layout),
      recipe: recipe(`seed-${spec.layout}.sh`),
      settings: { VERSION: spec.version, SETTINGS: spec.settings.join('\n'), ...spec.options },
      inputs: [file('node.sh', recipe('node.sh'))],
      kind: 'seed',
    };
  }

  return { base, people, packages, elasticsearch, seed };
}

function personalInputs(credentials: Credentials): readonly LayerInput[] {
  const lines = Object.entries(credentials.passwords).map(([user, password]) => `${user}:${password}\n`);
  return [
    { name: 'credentials', from: 'text', text: lines.join('') },
    { name: 'identity.pub', from: 'text', text: `${credentials.publicKey}\n` },
  ];
}

function recipe(name: string): string {
  return new URL(`./layers/${name}`, import.meta.url).pathname;
}

function file(name: string, path: string): LayerInput {
  return { name, from: 'file', path };
}
