import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Credentials, labCredentials } from './credentials.ts';
import { fetchArtifact } from './downloads.ts';
import { type Layer, type LayerInput, type Log, layerDigest, layerFolder } from './layer.ts';
import { type DebianRelease, machineMirrors, sourceLines } from './mirrors.ts';
import type { Node } from './nodes.ts';
import {
  type Artifact,
  ELASTICSEARCH,
  type ElasticsearchVersion,
  JAVA_COMPILER,
  type VersionName,
} from './versions.ts';

/** Packages of every host. dbus and libpam-systemd give logins a session as on a real machine. */
const BASE_PACKAGES =
  'systemd-sysv,dbus,libpam-systemd,openssh-server,sudo,nftables,iproute2,procps,kmod,util-linux,ca-certificates,openssl,curl,netbase,iputils-ping';

const PACKAGE_FILES = ['elasticsearch.service', 'systemd-entrypoint.sh'];

const RELEASES: Readonly<Record<12 | 13, DebianRelease>> = { 12: 'bookworm', 13: 'trixie' };

export interface Catalogue {
  base(debian: 12 | 13): Layer;
  /** The base with the lab's users, keys and habits. */
  people(debian: 12 | 13): Layer;
  packages(parent: Layer, id: string, packages: readonly string[]): Layer;
  openFiles(parent: Layer): Layer;
  elasticsearch(version: VersionName, layout: 'archive' | 'package'): Layer;
  seed(node: Node): Layer;
  /** The user-mode-linux kernel and its modules. */
  kernel(): Layer;
  /** A disk image of the layers below with a preparation done, for a host with its own kernel. */
  image(parent: Layer, id: string, prepare: string): Layer;
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

  function packages(parent: Layer, id: string, wanted: readonly string[]): Layer {
    return {
      id,
      parent,
      recipe: recipe('packages.sh'),
      settings: { PACKAGES: wanted.join(' ') },
      inputs: [],
      kind: 'layer',
    };
  }

  function elasticsearch(name: VersionName, layout: 'archive' | 'package'): Layer {
    const { version, debian, java, lucene, zip }: ElasticsearchVersion = ELASTICSEARCH[name];
    return {
      id: `es-${layout}-${version}`,
      parent: packages(people(debian), `jre${java}`, [`openjdk-${java}-jre-headless`]),
      recipe: recipe(`elasticsearch-${layout}.sh`),
      settings: { VERSION: version, JAVA: String(java), COMPILER: JAVA_COMPILER.file },
      inputs: [
        download(zip),
        download(JAVA_COMPILER),
        file('plugin.sh', recipe('plugin.sh')),
        ...(layout === 'package' ? PACKAGE_FILES.map((name) => file(name, recipe(name))) : []),
        pluginSource(lucene),
      ],
      kind: 'layer',
    };
  }

  /** What lets a node pass the bootstrap check on open files where the machine's own limit is lower. */
  function openFiles(parent: Layer): Layer {
    return {
      id: 'open-files',
      parent,
      recipe: recipe('open-files.sh'),
      settings: {},
      inputs: [file('open-files.c', recipe('open-files.c'))],
      kind: 'layer',
    };
  }

  function seed(node: Node): Layer {
    if (node.members) return clusterSeed(node, node.members);
    return {
      id: node.id,
      parent: elasticsearch(node.version, node.layout),
      recipe: recipe(`seed-${node.layout}.sh`),
      settings: { VERSION: node.version, SETTINGS: node.settings.join('\n'), ...node.options },
      inputs: [file('node.sh', recipe('node.sh'))],
      kind: 'seed',
    };
  }

  function clusterSeed(node: Node, members: readonly string[]): Layer {
    return {
      id: node.id,
      parent: openFiles(elasticsearch(node.version, node.layout)),
      recipe: recipe('seed-cluster.sh'),
      settings: {
        VERSION: node.version,
        SETTINGS: node.settings.join('\n'),
        MEMBERS: members.join(' '),
        ...node.options,
      },
      inputs: [file('node.sh', recipe('node.sh'))],
      kind: 'seed',
    };
  }

  function kernel(): Layer {
    return {
      id: 'uml-kernel',
      recipe: recipe('uml-kernel.sh'),
      settings: {},
      placeSettings: async () => ({ SOURCES: `deb ${(await machineMirrors()).main} sid main` }),
      inputs: [],
      kind: 'layer',
    };
  }

  function image(parent: Layer, id: string, prepare: string): Layer {
    return {
      id,
      parent,
      recipe: recipe('uml-image.sh'),
      settings: { PREPARE: prepare, KERNEL_LAYER: layerDigest(kernel()) },
      placeSettings: async () => ({ KERNEL: join(layerFolder(kernel()), 'upper') }),
      inputs: [file('uml-boot.sh', recipe('uml-boot.sh')), file('uml-agent.sh', recipe('uml-agent.sh'))],
      kind: 'layer',
    };
  }

  return { base, people, packages, openFiles, elasticsearch, seed, kernel, image };
}

function personalInputs(credentials: Credentials): readonly LayerInput[] {
  const lines = Object.entries(credentials.passwords).map(([user, password]) => `${user}:${password}\n`);
  return [
    { name: 'credentials', from: 'text', text: lines.join('') },
    { name: 'identity.pub', from: 'text', text: `${credentials.publicKey}\n` },
  ];
}

function pluginSource(lucene: 8 | undefined): LayerInput {
  const path = new URL('./plugin/LabAnalysis.java', import.meta.url).pathname;
  if (lucene === undefined) return file('LabAnalysis.java', path);
  // The same classes, one of them in another package.
  const text = readFileSync(path, 'utf8').replace('analysis.email.', 'analysis.standard.');
  return { name: 'LabAnalysis.java', from: 'text', text };
}

function recipe(name: string): string {
  return new URL(`./layers/${name}`, import.meta.url).pathname;
}

function file(name: string, path: string): LayerInput {
  return { name, from: 'file', path };
}
