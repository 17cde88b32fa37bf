/** Securing a cluster of the lab by the terminal program, as an operator with a workspace of all its hosts does it. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabHost } from '../lab/index.ts';
import { bulwark, type Running, startBulwark } from './bulwark-process.ts';

const passphrase = 'quiet anvil cluster harbour';

interface PlannedStep {
  readonly hostId: string;
  readonly title: string;
  readonly change: { readonly kind: string };
  readonly together?: string;
}

/** What a program that applied a plan printed at its end. */
export interface AppliedByProgram {
  readonly code: number | null;
  readonly steps: readonly { readonly hostId: string; readonly state: string; readonly note: string }[];
  /** Both streams. */
  readonly printed: string;
}

export class ClusterJob {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cluster-job-'));
  readonly #hosts: readonly LabHost[];
  readonly #byId = new Map<string, LabHost>();
  #workspace = '';

  constructor(hosts: readonly LabHost[]) {
    this.#hosts = hosts;
  }

  get #knownHosts(): string {
    const all = join(this.#folder, 'known_hosts');
    const texts = this.#hosts.map((host) => readFileSync(host.knownHostsFile, 'utf8'));
    writeFileSync(all, [...new Set(texts.flatMap((text) => text.split('\n')))].join('\n'));
    return all;
  }

  async #tell<T>(codes: readonly number[], command: string, ...args: readonly string[]): Promise<T> {
    const ended = await bulwark([command, ...args], `${passphrase}\n`);
    if (!codes.includes(ended.code ?? -1))
      throw new Error(`${command} ended with ${ended.code}:\n${ended.stdout.slice(-3000)}${ended.stderr}`);
    return JSON.parse(ended.stdout) as T;
  }

  get #there(): readonly string[] {
    const known = ['--known-hosts', this.#knownHosts];
    return ['--workspace', this.#workspace, '--json', ...known, '--vault-passphrase-stdin'];
  }

  async begin(): Promise<void> {
    const where = ['--name', 'orders', '--workspaces', join(this.#folder, 'workspaces')];
    const made = await this.#tell<{ folder: string }>(
      [0],
      'init',
      ...where,
      '--vault-passphrase-stdin',
      '--json',
    );
    this.#workspace = made.folder;
    for (const one of this.#hosts) {
      const { user, address, port, identityFile, name } = one;
      const key = join(this.#folder, `${name}.key`);
      copyFileSync(identityFile, key);
      const host = ['--host', `${user}@${address}:${port}`, '--identity', key, '--name', name];
      const add = ['add', '--workspace', this.#workspace, '--json', ...host];
      const { hostId } = await this.#tell<{ hostId: string }>([0], 'hosts', ...add);
      this.#byId.set(hostId, one);
    }
  }

  /** The host of the lab behind an id of the workspace. */
  hostOf(hostId: string): LabHost {
    const host = this.#byId.get(hostId);
    if (host === undefined) throw new Error(`no host ${hostId} in the workspace`);
    return host;
  }

  /** Asked for one finding of one host; digest and steps. */
  async planFrom(
    host: LabHost,
  ): Promise<{ readonly digest: string; readonly steps: readonly PlannedStep[] }> {
    await this.#tell([1], 'assess', ...this.#there);
    const asked = ['--control', 'security-enabled', '--host', host.name];
    const { plan } = await this.#tell<{
      plan: { digest: string; steps: PlannedStep[] };
    }>([0, 1], 'plan', ...this.#there, ...asked);
    return plan;
  }

  /** Asked for one control on all hosts; no plan where none of them fails. */
  async planFor(
    control: string,
  ): Promise<{ readonly digest: string; readonly steps: readonly PlannedStep[] } | null> {
    const asked = ['--control', control];
    return (
      await this.#tell<{ plan: { digest: string; steps: PlannedStep[] } | null }>(
        [0, 1],
        'plan',
        ...this.#there,
        ...asked,
      )
    ).plan;
  }

  /** To whatever end. */
  beginApply(digest: string): Running {
    return startBulwark(['apply', ...this.#there, '--digest', digest], `${passphrase}\n`);
  }

  async applyToItsEnd(digest: string): Promise<AppliedByProgram> {
    const { code, stdout, stderr } = await this.beginApply(digest).ended;
    const printed = `${stdout}${stderr}`;
    const { steps } = JSON.parse(stdout) as Pick<AppliedByProgram, 'steps'>;
    return { code, steps, printed };
  }

  async recover(): Promise<readonly boolean[]> {
    const { items } = await this.#tell<{ items: { settled: boolean }[] }>([0], 'recover', ...this.#there);
    return items.map(({ settled }) => settled);
  }

  async apply(digest: string): Promise<readonly string[]> {
    const { steps } = await this.#tell<{ steps: { state: string }[] }>(
      [0],
      'apply',
      ...this.#there,
      '--digest',
      digest,
    );
    return steps.map(({ state }) => state);
  }

  async rollBack(): Promise<readonly string[]> {
    const { items } = await this.#tell<{ items: { result: string }[] }>(
      [0],
      'rollback',
      ...this.#there,
      '--all',
    );
    return items.map(({ result }) => result);
  }

  end(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
