/** What the service needs beyond the engine's ports: the desktop around it and the places where files lie. */
import type { Result } from '../../shared/domain/result.ts';
import type { Secret } from '../../shared/domain/secret.ts';

/** Things that only Electron's main process can do; the headless entry point has its own, smaller one. */
export interface Desktop {
  chooseKeyFile(): Promise<string | null>;
  chooseInventory(): Promise<string | null>;
  chooseReport(): Promise<string | null>;
  /** Where a new file may be written; the dialog has asked before it names one that is there. */
  chooseNewFile(name: string): Promise<string | null>;
  openLink(link: string): Promise<void>;
  showFolder(path: string): Promise<void>;
  /** Draws the secret once in a window of its own. */
  showSecret(about: string, secret: Secret): Promise<void>;
  /** Closes every window that still shows one. */
  closeSecrets(): Promise<void>;
  /** Seconds after which main clears it from the clipboard again. */
  copySecret(secret: Secret): Promise<number>;
  /** PDF bytes of a page without scripts; header and footer as HTML. */
  printPdf(page: {
    readonly html: string;
    readonly header: string;
    readonly footer: string;
  }): Promise<Result<Uint8Array>>;
}

export interface Places {
  /** Folder that holds one folder per workspace. */
  readonly workspaces: string;
  /** The operator's own known_hosts is read from here and never written; undefined to leave it alone. */
  readonly userKnownHosts: string | undefined;
  readonly sshConfig: string | undefined;
  readonly agentSocket: string | undefined;
}
