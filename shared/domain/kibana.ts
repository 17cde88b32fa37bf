/** What one scan knows of Kibana on a host: where it lies, its settings, the names in its keystore, and whose files they are. */
import type { Fact } from './fact.ts';
import type { Account, EsSettings, FileFact } from './facts.ts';

/** Keys that Kibana encrypts with; every Kibana of one cluster needs the same ones. */
export const encryptionKeys = [
  'xpack.encryptedSavedObjects.encryptionKey',
  'xpack.security.encryptionKey',
  'xpack.reporting.encryptionKey',
] as const;
export type EncryptionKey = (typeof encryptionKeys)[number];

/** An encryption key without its value. */
export interface KibanaKey {
  readonly name: EncryptionKey;
  /** Characters. */
  readonly length: number;
  /**
   * The same for equal keys as long as the app runs, and worth nothing afterwards: it is salted with what is never written
   * down. Undefined where nothing was there to make one.
   */
  readonly print: string | undefined;
}

export interface KibanaSettings extends EsSettings {
  readonly keys: readonly KibanaKey[];
}

export interface KibanaEntry {
  readonly name: string;
  /** Redacted (`[secret]`) when the name is secret-like. */
  readonly values: readonly string[];
  readonly secretLike: boolean;
}

export interface KibanaKeystore {
  readonly path: string;
  readonly exists: boolean;
  /** Entries outrank kibana.yml (seen in Kibana's own `src/cli/serve`: the keystore is merged last). */
  readonly entries: readonly KibanaEntry[];
  readonly keys: readonly KibanaKey[];
  /** SHA-256 of the file; undefined where there is none. */
  readonly digest: string | undefined;
}

/** Who runs Kibana: the main process of its unit, or the account that the unit names. */
export interface KibanaUser {
  readonly name: string;
  readonly uid: number;
  readonly group: string;
  readonly home: string;
  readonly shell: string;
  readonly password: Account['password'];
}

export interface KibanaFact {
  readonly layout: 'package' | 'archive';
  readonly version: string;
  /** Folder of the program, e.g. `/usr/share/kibana`. */
  readonly home: string;
  /** Folder with `kibana.yml`, e.g. `/etc/kibana`. */
  readonly pathConf: string;
  readonly unit: string | undefined;
  readonly running: boolean;
  /** Names of settings and switches on the command line, which outrank kibana.yml. Their values are never read. */
  readonly overrides: readonly string[];
  readonly user: Fact<KibanaUser>;
  readonly settings: Fact<KibanaSettings>;
  readonly keystore: Fact<KibanaKeystore>;
  /** Everything below `pathConf`, and the files that kibana.yml names by absolute path. */
  readonly files: Fact<readonly FileFact[]>;
}

/** Another host of the workspace, as far as its Kibana is known. */
export interface KibanaPeer {
  readonly host: string;
  /** `none`: looked, and there is no Kibana. `not-read`: not looked, or it could not be read. */
  readonly state: 'none' | 'read' | 'not-read';
  /** Effective keys, where it was read. */
  readonly keys: readonly KibanaKey[];
}
