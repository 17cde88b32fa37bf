/**
 * What the lab downloads, pinned. Everything comes from Maven Central through Maven itself, so a user's own mirror
 * settings apply; a file whose digest differs is refused.
 */
export interface Artifact {
  /** Maven coordinates `group:artifact:version:type`. */
  readonly coordinates: string;
  /** Name of the file as Maven stores it. */
  readonly file: string;
  /** Lower-case hexadecimal SHA-512 of the file. */
  readonly sha512: string;
  /** Rounded size in megabytes, for progress lines only. */
  readonly megabytes: number;
}

export interface ElasticsearchVersion {
  readonly version: string;
  /** Debian release whose Java runs this version. */
  readonly debian: 12 | 13;
  /** Feature release of Java on that host and class level of the lab plugin. */
  readonly java: 17 | 21;
  /** Major version of Lucene, where the lab plugin has to be written for an older one. */
  readonly lucene?: 8;
  readonly zip: Artifact;
}

function elasticsearchZip(version: string, megabytes: number, sha512: string): Artifact {
  return {
    coordinates: `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${version}:zip`,
    file: `elasticsearch-${version}.zip`,
    sha512,
    megabytes,
  };
}

export const ELASTICSEARCH = {
  '7.17.29': {
    version: '7.17.29',
    debian: 12,
    java: 17,
    lucene: 8,
    zip: elasticsearchZip(
      '7.17.29',
      57,
      '24abc37b17b5709c41fba542d0cfb052bc41622326fed2183a67707db3cbd46e8469885ecb48c67265d48427be41f9389efff7db99d367b3b6151c65cd64aa43',
    ),
  },
  '8.19.21': {
    version: '8.19.21',
    debian: 12,
    java: 17,
    zip: elasticsearchZip(
      '8.19.21',
      107,
      'cf6b0a93860d329937ae7f913ec5073b0c726c77639764b93fc83a304aa1dd9d4defcfa2849948eea3b0b47c2065f994908603939fc2a4774c9c4d868c5ec1dd',
    ),
  },
  '9.4.3': {
    version: '9.4.3',
    debian: 13,
    java: 21,
    zip: elasticsearchZip(
      '9.4.3',
      124,
      'd4ce9678ef69387c41caeefbebdfbf485da920645bcf48a8261f635fc27e8a7d5b8fd4c3ee51b0c85d49fc8d12a6ea262723ab0c5804ec0d4c152fe6d5f2b6f2',
    ),
  },
} as const satisfies Record<string, ElasticsearchVersion>;

export type VersionName = keyof typeof ELASTICSEARCH;

/** Compiles the lab plugin on a headless Java runtime, which has no javac. */
export const JAVA_COMPILER: Artifact = {
  coordinates: 'org.eclipse.jdt:ecj:3.36.0:jar',
  file: 'ecj-3.36.0.jar',
  sha512:
    'f889b0f305cdf6b548e13ef73cd8ec488be3bf43a3d48659a1fcfce01068fb47adb398bb6006a067d61cfefbee7ecc279e4fcea385f27be211817709cdebc54e',
  megabytes: 3,
};

/** Version of the Maven plugin that copies an artifact into a folder without a project file. */
export const MAVEN_COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
