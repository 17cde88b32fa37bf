import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appStateSchema } from '../../shared/contract/state.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail } from '../../shared/domain/result.ts';
import type { Desktop } from './ports.ts';
import { createService, type Service } from './service.ts';

const passphrase = 'canary-passphrase-2207';
let secretsClosed = 0;
const desktop: Desktop = {
  chooseKeyFile: () => Promise.resolve(null),
  chooseInventory: () => Promise.resolve(null),
  chooseReport: () => Promise.resolve(null),
  chooseNewFile: () => Promise.resolve(null),
  openLink: () => Promise.resolve(),
  showFolder: () => Promise.resolve(),
  showSecret: () => Promise.resolve(),
  closeSecrets: () => {
    secretsClosed += 1;
    return Promise.resolve();
  },
  copySecret: () => Promise.resolve(30),
  printPdf: () => Promise.resolve(fail(appError('NOT_FOUND', 'none', ''))),
};
const draft = {
  address: '192.0.2.1',
  port: 22,
  user: 'op',
  roles: [],
  login: { method: 'password' as const },
  sudo: 'password' as const,
};

let root: string;
let services: Service[];
let log: string[];
async function made(): Promise<Service> {
  const service = await createService({
    version: '0',
    operator: 'ada',
    developmentRuntime: false,
    settingsFile: join(root, 'settings.json'),
    places: {
      workspaces: join(root, 'workspaces'),
      userKnownHosts: undefined,
      sshConfig: undefined,
      agentSocket: undefined,
    },
    desktop,
    emit: () => undefined,
    logLine: (line) => log.push(line),
    workspaceOptions: { kdf: { memoryKib: 64, passes: 1, lanes: 1 } },
  });
  services.push(service);
  return service;
}
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'service-test-'));
  services = [];
  log = [];
});
afterEach(async () => {
  for (const service of services) await service.close();
  rmSync(root, { recursive: true, force: true });
});

function files(): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((path) => statSync(path).isFile());
}

describe('the service', () => {
  it('answers calls by name and no others', async () => {
    const service = await made();
    expect(await service.dispatch('app', 'snapshot', {})).toMatchObject({ ok: true });
    for (const [group, name] of [
      ['app', 'constructor'],
      ['__proto__', 'toString'],
      ['app', 'none'],
      ['none', 'x'],
    ] as const)
      expect(await service.dispatch(group, name, {})).toMatchObject({ error: { code: 'INPUT_INVALID' } });
  });

  it('keeps what two calls change at the same time, and gives it back after a restart', async () => {
    const service = await made();
    await service.handlers.workspace.create({ name: 'One', deployment: 'self-managed' });
    const added = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        service.handlers.hosts.add({
          draft: { ...draft, name: `h${index}`, address: `192.0.2.${index + 1}` },
        }),
      ),
    );
    expect(added.every((one) => one.ok)).toBe(true);
    expect(service.context.store.get().hosts).toHaveLength(8);
    await service.close();
    const again = await made();
    const { recents } = again.context.store.get();
    expect(recents).toMatchObject([{ name: 'One', hosts: 8 }]);
    expect(await again.handlers.workspace.open({ id: recents[0]?.id ?? '' })).toMatchObject({ ok: true });
    const state = again.context.store.get();
    expect(appStateSchema.safeParse(state).success).toBe(true);
    expect(state.hosts.map((host) => host.host.name).sort()).toEqual(
      Array.from({ length: 8 }, (_, i) => `h${i}`),
    );
  });

  it('forgets the key of a removed host, and not while another entry means the same place', async () => {
    const { handlers, context } = await made();
    await handlers.workspace.create({ name: 'One', deployment: 'self-managed' });
    for (const [name, address] of [
      ['a', '192.0.2.1'],
      ['b', '192.0.2.2'],
    ] as const)
      await handlers.hosts.add({ draft: { ...draft, name, address } });
    const [a, b] = context.store.get().hosts.map((state) => state.host.id);
    await handlers.hosts.update({ hostId: b ?? '', draft: { ...draft, name: 'b' } });
    const known = join(root, 'workspaces', context.store.get().workspace?.id ?? '', 'known_hosts');
    const key = Buffer.from('\0\0\0\x0bssh-ed25519').toString('base64');
    const lines = [`192.0.2.1 ssh-ed25519 ${key}\n`, `192.0.2.9 ssh-ed25519 ${key}\n`];
    writeFileSync(known, lines.join(''));
    expect(await handlers.hosts.remove({ hostId: b ?? '' })).toMatchObject({ ok: true });
    expect(readFileSync(known, 'utf8')).toBe(lines.join(''));
    expect(await handlers.hosts.remove({ hostId: a ?? '' })).toMatchObject({ ok: true });
    expect(readFileSync(known, 'utf8')).toBe(lines[1]);
    expect(context.store.get().hosts).toEqual([]);
  });

  it('does not open a workspace that another one works on', async () => {
    const service = await made();
    await service.handlers.workspace.create({ name: 'One', deployment: 'self-managed' });
    const other = await made();
    const id = service.context.store.get().workspace?.id ?? '';
    expect(await other.handlers.workspace.open({ id })).toMatchObject({ error: { code: 'JOURNAL_IN_USE' } });
    expect(other.context.store.get().workspace).toBeNull();
    await service.handlers.workspace.close({});
    expect(await other.handlers.workspace.open({ id })).toMatchObject({ ok: true });
  });

  it('writes no secret but into the vault, and that encrypted', async () => {
    const service = await made();
    const { handlers, context } = service;
    await handlers.workspace.create({ name: 'One', deployment: 'self-managed' });
    expect(await handlers.vault.create({ passphrase })).toMatchObject({ ok: true });
    const closed = secretsClosed;
    await handlers.vault.lock({});
    expect(context.store.get().vault.state).toBe('locked');
    expect(secretsClosed, 'what the vault gave out is no longer shown').toBe(closed + 1);
    expect(await handlers.vault.unlock({ passphrase: 'not it at all' })).toMatchObject({
      error: { code: 'VAULT_PASSPHRASE_WRONG' },
    });
    expect(await handlers.vault.unlock({ passphrase })).toMatchObject({ ok: true });
    const asked = context.questions.askSecret({
      type: 'secret',
      hostId: 'a',
      hostName: 'a',
      purpose: 'password',
      prompt: 'Password',
      attempt: 1,
    });
    const questionId = context.store.get().questions[0]?.id ?? '';
    await handlers.question.answerSecret({ questionId, value: passphrase });
    await asked;
    expect(JSON.stringify(context.store.get()) + log.join('\n')).not.toContain(passphrase);
    expect(files().filter((path) => readFileSync(path).includes(passphrase))).toEqual([]);
    expect(files().map((path) => statSync(path).mode & 0o077)).toEqual(files().map(() => 0));
  });

  it('asks for no login of a node before the vault is open, and knows then whether there is one', async () => {
    const service = await made();
    const { handlers, context } = service;
    await handlers.workspace.create({ name: 'One', deployment: 'self-managed' });
    const added = await handlers.hosts.add({ draft: { ...draft, name: 'h' } });
    if (!added.ok) throw new Error(added.error.message);
    const { hostId } = added.value;
    const login = () => context.store.get().hosts[0]?.nodeLogin;
    expect(login()).toBe('none');
    async function failure(started: Awaited<ReturnType<typeof handlers.hosts.createReader>>) {
      const id = started.ok ? started.value.operationId : '';
      const find = () => context.store.get().operations.find((entry) => entry.id === id);
      await expect.poll(() => find()?.state).toBe('failed');
      return find()?.error?.code;
    }
    expect(await failure(await handlers.hosts.setNodeLogin({ hostId, user: 'elastic' }))).toBe(
      'VAULT_LOCKED',
    );
    expect(context.store.get().questions).toEqual([]);
    await handlers.vault.create({ passphrase });
    expect(await failure(await handlers.hosts.createReader({ hostId }))).toBe('SECRET_MISSING');
    await handlers.vault.lock({});
    expect(login()).toBeUndefined();
    expect(await handlers.hosts.forgetNodeLogin({ hostId })).toMatchObject({
      error: { code: 'VAULT_LOCKED' },
    });
    await handlers.vault.unlock({ passphrase });
    expect(login()).toBe('none');
    expect(await handlers.hosts.forgetNodeLogin({ hostId })).toMatchObject({ ok: true });
    expect(await handlers.hosts.createReader({ hostId: 'stranger' })).toMatchObject({ ok: false });
  });

  it('takes questions back when it closes', async () => {
    const service = await made();
    await service.handlers.workspace.create({ name: 'One', deployment: 'self-managed' });
    const asked = service.context.questions.ask({
      type: 'drift',
      hostId: 'a',
      hostName: 'a',
      stepTitle: 't',
      detail: 'd',
      diffs: [],
    });
    await service.handlers.workspace.close({});
    expect(await asked).toBe('cancel');
  });
});
