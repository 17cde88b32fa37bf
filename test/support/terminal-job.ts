/** The main job on one lab host by the terminal program: a workspace of its own and everything that was ever printed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Vault } from '../../electron/adapters/vault/vault.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { LabHost } from '../lab/index.ts';
import { bulwark, type Running, startBulwark, type Visible } from './bulwark-process.ts';
import { value } from './change-harness.ts';

interface Control {
  readonly id: string;
  readonly outcome: string;
  readonly summary: string;
}

export interface Planned {
  readonly digest: string;
  /** Controls that fail and have no change of their own. */
  readonly leftOut: readonly string[];
}

export class TerminalJob {
  readonly host: LabHost;
  readonly passphrase: string;
  readonly folder = mkdtempSync(join(tmpdir(), 'main-job-'));
  /** What this machine's `/proc` showed of the program. */
  readonly seen: Visible = new Set();
  readonly #outputs: string[] = [];
  workspace = '';
  hostId = '';

  constructor(host: LabHost, passphrase: string) {
    this.host = host;
    this.passphrase = passphrase;
  }

  /** Both streams of all commands. */
  get printed(): string {
    return this.#outputs.join('\n');
  }

  get #onWorkspace(): readonly string[] {
    return ['--workspace', this.workspace, '--json'];
  }

  get #onHost(): readonly string[] {
    return [...this.#onWorkspace, '--known-hosts', this.host.knownHostsFile, '--vault-passphrase-stdin'];
  }

  /** Runs a command that must end with one of the codes; the object that it prints. */
  async #tell<T>(codes: readonly number[], ...args: readonly string[]): Promise<T> {
    const ended = await bulwark(args, `${this.passphrase}\n`, this.seen);
    this.#outputs.push(ended.stdout, ended.stderr);
    if (!codes.includes(ended.code ?? -1))
      throw new Error(
        `${args[0]} ended with ${ended.code}, not ${codes.join(' or ')}:\n${ended.stdout.slice(-3000)}${ended.stderr}`,
      );
    return JSON.parse(ended.stdout) as T;
  }

  /** Makes the workspace, its vault, and the host in it. */
  async begin(): Promise<void> {
    const workspaces = join(this.folder, 'workspaces');
    const where = ['--name', 'orders', '--workspaces', workspaces];
    const made = await this.#tell<{ folder: string }>(
      [0],
      'init',
      ...where,
      '--vault-passphrase-stdin',
      '--json',
    );
    this.workspace = made.folder;
    const { user, address, port, identityFile } = this.host;
    const host = ['--host', `${user}@${address}:${port}`, '--identity', identityFile, '--name', 'search'];
    const added = await this.#tell<{ hostId: string }>([0], 'hosts', 'add', ...this.#onWorkspace, ...host);
    this.hostId = added.hostId;
  }

  /** @param code with which the command must end: 1 something fails, 2 something is not known */
  async assess(code: 0 | 1 | 2): Promise<Readonly<Record<string, Control>>> {
    const { hosts } = await this.#tell<{ hosts: { controls: Control[] }[] }>(
      [code],
      'assess',
      ...this.#onHost,
    );
    return Object.fromEntries((hosts[0]?.controls ?? []).map((control) => [control.id, control]));
  }

  /** Everything that fails; only the lab's own machine may reach the node afterwards. Null when nothing fails. */
  async plan(codes: readonly number[] = [0, 1, 2]): Promise<Planned | null> {
    const source = `${this.host.address.replace(/\.\d+$/, '.1')}/32`;
    const choices = ['--choice', 'serviceUser=elasticsearch', '--choice', `allowedSources=${source}`];
    const { plan } = await this.#tell<{
      plan: { digest: string; leftOut: { findingId: string }[] } | null;
    }>(codes, 'plan', ...this.#onHost, '--all', ...choices);
    return plan === null
      ? null
      : {
          digest: plan.digest,
          leftOut: plan.leftOut.map(({ findingId }) => findingId.replace(`${this.hostId}/`, '')),
        };
  }

  async apply(digest: string): Promise<void> {
    await this.#tell([0], 'apply', ...this.#onHost, '--digest', digest);
  }

  /** Begins to apply, for somebody who wants to interrupt it. */
  startApplying(digest: string): Running {
    return startBulwark(['apply', ...this.#onHost, '--digest', digest], `${this.passphrase}\n`);
  }

  /** As `startApplying`. */
  startRollingBack(...more: readonly string[]): Running {
    return startBulwark(['rollback', ...this.#onHost, '--all', ...more], `${this.passphrase}\n`);
  }

  /** Results of all items. */
  async rollBack(...more: readonly string[]): Promise<readonly string[]> {
    const { items } = await this.#tell<{ items: { result: string }[] }>(
      [0],
      'rollback',
      ...this.#onHost,
      '--all',
      ...more,
    );
    return items.map(({ result }) => result);
  }

  /** The code of the error that a rollback ends in. */
  async rollBackRefused(code: number): Promise<string> {
    const { error } = await this.#tell<{ error: { code: string } }>(
      [code],
      'rollback',
      ...this.#onHost,
      '--all',
    );
    return error.code;
  }

  /** Titles of steps whose outcome the journal does not know. */
  async interrupted(): Promise<readonly string[]> {
    const { hosts } = await this.#tell<{ hosts: { interrupted: { title: string }[] }[] }>(
      [0],
      'hosts',
      'list',
      ...this.#onWorkspace,
    );
    return (hosts[0]?.interrupted ?? []).map(({ title }) => title);
  }

  /** The journal as it lies in the workspace; empty before the first change. */
  journal(): string {
    const folder = join(this.workspace, 'journal');
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
  }

  /** Writes the report; false when there was nothing to print the PDF with. */
  async report(out: string, electron: string | undefined): Promise<boolean> {
    const printing = electron === undefined ? [] : ['--electron', electron];
    const written = await this.#tell<{ withoutPdf: string | null }>(
      [0],
      'report',
      ...this.#onWorkspace,
      '--vault-passphrase-stdin',
      '--out',
      out,
      ...printing,
    );
    return written.withoutPdf === null;
  }

  /** Must end with 0: valid, and signed by whom the certificate names. */
  async verify(files: readonly string[], certificate: string): Promise<void> {
    await this.#tell([0], 'verify', ...files, '--certificate', certificate, '--json');
  }

  async elasticPassword(): Promise<string> {
    const vault = new Vault(join(this.workspace, 'vault.bwv'));
    value(await vault.unlock(new Secret(this.passphrase)));
    const password = value(await vault.get(`es/${this.hostId}/elastic`)).reveal();
    vault.lock();
    return password;
  }

  /** Files of the workspace and of what was exported that hold one of the texts, also as UTF-16 and Base64. */
  filesHolding(texts: readonly string[]): readonly string[] {
    const needles = texts.flatMap((text) => [
      Buffer.from(text),
      Buffer.from(text, 'utf16le'),
      Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '')),
    ]);
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(this.folder, name))
      .filter((path) => {
        if (!statSync(path).isFile()) return false;
        const bytes = readFileSync(path);
        return needles.some((needle) => bytes.includes(needle));
      });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
