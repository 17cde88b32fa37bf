/**
 * The terminal program when the operator's machine is gone or was killed: the exported workspace takes everything back from
 * another home, interrupted work is settled, and the host tells what it keeps.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, type LabHost, labPrerequisites, openLab } from '../lab/index.ts';
import { startBulwark } from '../support/bulwark-process.ts';
import { fingerprintOf, noteOn } from '../support/host-witness.ts';
import { installOn } from './es-installs.ts';

const passphrase = 'canary passphrase 20b9d1';
// A node that was never started has no data directory yet.
const install = { ...installOn('never-started'), pathData: [] };

const prerequisites = await labPrerequisites();
const reason = prerequisites.ok ? undefined : prerequisites.missing;
if (reason !== undefined)
  process.stdout.write(`second machine: skipped: ${reason} It runs where a lab can: test/lab/README.md.\n`);

let folder: string;
let lab: Lab;
let host: LabHost;

interface Home {
  readonly path: string;
  readonly key: string;
}

/** A home of its own with a copy of the login key and of the known hosts, and nothing else. */
function newHome(name: string): Home {
  const path = join(folder, name);
  mkdirSync(join(path, '.ssh'), { recursive: true, mode: 0o700 });
  const key = join(path, '.ssh', `key-of-${name}`);
  copyFileSync(host.identityFile, key);
  copyFileSync(host.knownHostsFile, join(path, '.ssh/known_hosts'));
  return { path, key };
}

/** Runs a command in that home; it must end with the code. The object that it prints. */
async function tell<T>(home: Home, code: number, args: readonly string[], input = ''): Promise<T> {
  const ended = await startBulwark([...args, '--json'], input, undefined, home.path).ended;
  if (ended.code !== code)
    throw new Error(
      `${args.join(' ')} ended with ${ended.code}, not ${code}:\n${ended.stdout.slice(-3000)}${ended.stderr}`,
    );
  return JSON.parse(ended.stdout) as T;
}

const withVault = (workspace: string) => ['--workspace', workspace, '--vault-passphrase-stdin'];

/** A workspace in that home with the host and a plan that needs no running node. */
async function planned(home: Home): Promise<{ readonly workspace: string; readonly digest: string }> {
  const made = await tell<{ folder: string }>(
    home,
    0,
    ['init', '--name', 'orders', '--vault-passphrase-stdin'],
    `${passphrase}\n`,
  );
  const workspace = made.folder;
  expect(workspace.startsWith(home.path)).toBe(true);
  const login = `${host.user}@${host.address}:${host.port}`;
  await tell(home, 0, [
    'hosts',
    'add',
    '--workspace',
    workspace,
    '--host',
    login,
    '--identity',
    home.key,
    '--name',
    'search',
  ]);
  const source = `${host.address.replace(/\.\d+$/, '.1')}/32`;
  const choices = ['allowedSources', 'transportSources'].flatMap((name) => ['--choice', `${name}=${source}`]);
  const wanted = ['firewall-active', 'es-config-permissions'].flatMap((id) => ['--control', id]);
  const { plan } = await tell<{ plan: { digest: string; steps: { title: string }[] } }>(
    home,
    0,
    ['plan', ...withVault(workspace), ...wanted, ...choices],
    `${passphrase}\n`,
  );
  expect(plan.steps.length).toBeGreaterThan(1);
  return { workspace, digest: plan.digest };
}

interface Kit {
  readonly command: string;
  readonly hosts: readonly {
    readonly items: readonly { readonly state: string; readonly title: string }[];
  }[];
}
const kitOf = async (home: Home, workspace: string) =>
  (await tell<Kit>(home, 0, ['kit', '--workspace', workspace])).hosts.flatMap(({ items }) => items);

function journalOf(workspace: string): string {
  const journals = join(workspace, 'journal');
  if (!existsSync(journals)) return '';
  return readdirSync(journals)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(journals, name), 'utf8'))
    .join('');
}

describe.skipIf(reason !== undefined)('when the machine of the operator is gone', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'second-machine-'));
    lab = await openLab();
    host = await lab.up('never-started', { name: 'second-machine' });
    await noteOn(host, install);
  });
  afterAll(async () => {
    await lab?.down();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('an exported workspace takes everything back from another home', async () => {
    const before = await fingerprintOf(host, install);
    const first = newHome('ada');
    const { workspace, digest } = await planned(first);
    const applied = await tell<{ byHand: string | null; steps: { state: string; title: string }[] }>(
      first,
      0,
      ['apply', ...withVault(workspace), '--digest', digest],
      `${passphrase}\n`,
    );
    expect(applied.byHand).toBe('sudo sh /var/lib/bulwark/undo/undo');
    const changed = await fingerprintOf(host, install);
    expect(changed).not.toEqual(before);
    const kept = await kitOf(first, workspace);
    expect(kept.map(({ title, state }) => `${state} ${title}`)).toEqual(
      applied.steps.map(({ title }) => `complete ${title}`),
    );

    const archive = join(folder, 'orders.bulwark');
    await tell(first, 0, ['workspace', 'export', '--workspace', workspace, '--to', archive]);
    rmSync(first.path, { recursive: true });

    const second = newHome('bob');
    const elsewhere = join(second.path, 'rescued', 'orders');
    const key = ['--identity', second.key];
    await tell(second, 0, ['workspace', 'import', archive, '--into', elsewhere, ...key]);
    const all = ['rollback', ...withVault(elsewhere), '--all'];
    const refused = await tell<{ error: { code: string } }>(second, 77, all, 'another passphrase\n');
    expect(refused.error.code).toBe('VAULT_PASSPHRASE_WRONG');
    expect(await fingerprintOf(host, install)).toEqual(changed);

    const { items } = await tell<{ items: { result: string }[] }>(second, 0, all, `${passphrase}\n`);
    expect(items.map(({ result }) => result)).toEqual(applied.steps.map(() => 'undone'));
    expect(await fingerprintOf(host, install)).toEqual(before);
    expect(await kitOf(second, elsewhere)).toEqual([]);
  });

  it('work that was killed is settled by `recover`, and can be taken back', async () => {
    const before = await fingerprintOf(host, install);
    const home = newHome('killed');
    const { workspace, digest } = await planned(home);
    const apply = ['apply', ...withVault(workspace), '--digest', digest];
    const running = startBulwark(apply, `${passphrase}\n`, undefined, home.path);
    const begun = () => journalOf(workspace).split('"type":"intent"').length - 1;
    // One step is done by then, and the next one is under way.
    await expect.poll(begun, { timeout: 120_000, interval: 10 }).toBe(2);
    running.child.kill('SIGKILL');
    expect((await running.ended).code).toBeNull();

    const { hosts } = await tell<{ hosts: { interrupted: unknown[] }[] }>(home, 0, [
      'hosts',
      'list',
      '--workspace',
      workspace,
    ]);
    expect(hosts[0]?.interrupted).toHaveLength(1);
    const again = await tell<{ error: { code: string } }>(home, 75, apply, `${passphrase}\n`);
    expect(again.error.code).toBe('BUSY');

    const recover = ['recover', ...withVault(workspace)];
    const { items } = await tell<{ items: { settled: boolean; doing: string }[] }>(
      home,
      0,
      recover,
      `${passphrase}\n`,
    );
    expect(items).toMatchObject([{ doing: 'applying', settled: true }]);
    expect(await tell<object>(home, 0, recover, `${passphrase}\n`)).toMatchObject({ items: [] });
    const all = ['rollback', ...withVault(workspace), '--all'];
    await tell(home, 0, all, `${passphrase}\n`);
    expect(await fingerprintOf(host, install)).toEqual(before);
    expect(await kitOf(home, workspace)).toEqual([]);
  });
});
