/**
 * Logins for a secured node that Bulwark did not set up: without one a refusal proves nothing, a given one is tried before
 * it is kept, and the reader that Bulwark makes may read and nothing else. Another tool confirms it from inside the host.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ServiceContext } from '../../electron/service/context.ts';
import type { OpenWorkspace } from '../../electron/service/open-workspace.ts';
import { createService, type Service } from '../../electron/service/service.ts';
import type { HostState } from '../../shared/contract/state.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Finding } from '../../shared/domain/finding.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import { fail } from '../../shared/domain/result.ts';
import { type Lab, type LabHost, labPrerequisites, openLab } from '../lab/index.ts';
import { bulwark, type Visible } from '../support/bulwark-process.ts';
import { value } from '../support/change-harness.ts';
import { type SecretWatch, watchSecrets } from '../support/secret-watch.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

const prerequisites = await labPrerequisites();
const reason = prerequisites.ok ? undefined : prerequisites.missing;
if (reason !== undefined)
  process.stdout.write(
    `logins for a node: skipped: ${reason} It runs where a lab can: test/lab/README.md.\n`,
  );

const passphrase = 'canary passphrase 0b95f2';
const wrong = 'canary-wrong-4471';

async function madeService(root: string, log: string[], host: LabHost): Promise<Service> {
  return await createService({
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
    desktop: {
      chooseKeyFile: () => Promise.resolve(null),
      chooseInventory: () => Promise.resolve(null),
      chooseReport: () => Promise.resolve(null),
      chooseNewFile: () => Promise.resolve(null),
      openLink: () => Promise.resolve(),
      showFolder: () => Promise.resolve(),
      showSecret: () => Promise.resolve(),
      closeSecrets: () => Promise.resolve(),
      copySecret: () => Promise.resolve(0),
      printPdf: () => Promise.resolve(fail(appError('NOT_FOUND', 'none', ''))),
    },
    emit: (name, event) => log.push(`${name} ${JSON.stringify(event)}`),
    logLine: (line) => log.push(line),
    workspaceOptions: {
      knownHosts: [host.knownHostsFile],
      kdf: { memoryKib: 64, passes: 1, lanes: 1 },
    },
  });
}

describe.skipIf(reason !== undefined)('a node that somebody else secured', () => {
  const root = mkdtempSync(join(tmpdir(), 'node-login-'));
  const log: string[] = [];
  /** What this machine's `/proc` showed of the terminal program. */
  const seen: Visible = new Set();
  let lab: Lab;
  let host: LabHost;
  let service: Service;
  let context: ServiceContext;
  let hostId = '';
  let readerPassword = '';
  let watch: SecretWatch;

  beforeAll(async () => {
    lab = await openLab();
    host = await lab.up('package-default', { name: 'node-login' });
    watch = await watchSecrets(host, 'marker-5d1e');
    service = await madeService(root, log, host);
    ({ context } = service);
    value(await service.handlers.workspace.create({ name: 'One', deployment: 'self-managed' }));
    value(await service.handlers.vault.create({ passphrase }));
    ({ hostId } = value(
      await service.handlers.hosts.add({
        draft: {
          name: 'search',
          address: host.address,
          port: host.port,
          user: host.user,
          roles: ['elasticsearch'],
          login: { method: 'key-file', path: host.identityFile },
          sudo: 'passwordless',
        },
      }),
    ));
  });
  afterAll(async () => {
    await service?.close();
    await host?.down();
    await lab?.down();
    rmSync(root, { recursive: true, force: true });
  });

  function workspace(): OpenWorkspace {
    const open = context.workspace();
    if (open === undefined) throw new Error('no workspace is open');
    return open;
  }

  function state(): HostState {
    const found = context.store.get().hosts.find((one) => one.host.id === hostId);
    if (found === undefined) throw new Error('the host is gone');
    return found;
  }

  const passwords = (): Finding | undefined =>
    state().latest?.findings.find((finding) => finding.controlId === 'builtin-passwords');

  async function ended(started: { readonly operationId: string }): Promise<Operation> {
    const find = () => context.store.get().operations.find((one) => one.id === started.operationId);
    await expect.poll(() => find()?.state, { timeout: 240_000, interval: 100 }).not.toBe('running');
    const operation = find();
    if (operation === undefined) throw new Error('the operation is gone');
    return operation;
  }

  async function logIn(user: string, ...answers: readonly string[]): Promise<Operation> {
    const started = value(await service.handlers.hosts.setNodeLogin({ hostId, user }));
    for (const [index, answer] of answers.entries()) {
      await expect
        .poll(() => context.store.get().questions[0], { timeout: 120_000, interval: 100 })
        .toMatchObject({ type: 'secret', purpose: 'node-password', attempt: index + 1 });
      const questionId = context.store.get().questions[0]?.id ?? '';
      value(await service.handlers.question.answerSecret({ questionId, value: answer }));
    }
    return await ended(started);
  }

  /** Status and body as curl inside the host sees them; the login goes in on standard input. */
  async function curl(method: string, path: string, user: string, password: string, body?: string) {
    const data =
      body === undefined ? '' : `header = "content-type: application/json"\ndata = ${JSON.stringify(body)}\n`;
    const out = await host.run(
      `curl -s --cacert /etc/elasticsearch/certs/http_ca.crt --config - -w '\\n%{http_code}' -X ${method} https://127.0.0.1:9200${path}`,
      { stdin: `user = "${user}:${password}"\n${data}` },
    );
    const lines = out.stdout.split('\n');
    return { status: lines.at(-1) ?? '', body: lines.slice(0, -1).join('\n') };
  }

  const asElastic = (path: string) => curl('GET', path, 'elastic', host.elasticPassword ?? '');

  it('is judged unknown without a login', async () => {
    expect(state().nodeLogin).toBe('none');
    const operation = await ended(value(await service.handlers.assess.start({ hostIds: [hostId] })));
    expect(operation.state).toBe('succeeded');
    expect(passwords()).toMatchObject({ outcome: 'unknown' });
  });

  it('refuses a wrong password, which is not kept', async () => {
    const operation = await logIn('elastic', wrong, wrong, wrong);
    expect(operation).toMatchObject({
      state: 'failed',
      error: { code: 'ES_AUTH_FAILED', hostState: 'unchanged' },
    });
    expect(value(await workspace().vault.list()).map(({ ref }) => ref)).toEqual([]);
    expect(state().nodeLogin).toBe('none');
  });

  it('makes no reader without an administrator', async () => {
    const operation = await ended(value(await service.handlers.hosts.createReader({ hostId })));
    expect(operation).toMatchObject({ state: 'failed', error: { code: 'SECRET_MISSING' } });
  });

  it('is judged with the login that the operator gives', async () => {
    const operation = await logIn('elastic', wrong, host.elasticPassword ?? '');
    expect(operation.error).toBeUndefined();
    expect(state().nodeLogin).toBe('given');
    expect(passwords()).toMatchObject({ outcome: 'pass' });
  });

  it('is judged by the reader that Bulwark makes, which may not write', async () => {
    const operation = await ended(value(await service.handlers.hosts.createReader({ hostId })));
    expect(operation.error).toBeUndefined();
    expect(state().nodeLogin).toBe('reader');
    readerPassword = value(await workspace().vault.get(`es/${hostId}/reader`)).reveal();
    expect(readerPassword).toHaveLength(32);
    const as = (method: string, path: string, body?: string) =>
      curl(method, path, 'bulwark_reader', readerPassword, body);
    expect(JSON.parse((await as('GET', '/_security/_authenticate')).body)).toMatchObject({
      username: 'bulwark_reader',
      roles: ['bulwark_reader'],
    });
    expect((await as('GET', '/_security/user')).status).toBe('200');
    const user = JSON.stringify({ password: 'nobody-wants-this', roles: ['superuser'] });
    expect((await as('PUT', '/_security/user/mallory', user)).status).toBe('403');
    expect(
      (await as('PUT', '/_cluster/settings', '{"persistent":{"action.auto_create_index":"true"}}')).status,
    ).toBe('403');
    expect((await as('PUT', '/orders')).status).toBe('403');
    const role: unknown = JSON.parse((await asElastic('/_security/role/bulwark_reader')).body);
    const cluster = ['monitor', 'read_security', 'monitor_snapshot'];
    expect(role).toMatchObject({ bulwark_reader: { cluster, indices: [] } });

    // Once made it is used: the administrator's login is no longer there.
    value(await service.handlers.hosts.forgetNodeLogin({ hostId }));
    expect(value(await workspace().vault.list()).map(({ ref }) => ref)).toEqual([`es/${hostId}/reader`]);
    const assessed = await ended(value(await service.handlers.assess.start({ hostIds: [hostId] })));
    expect(assessed.state).toBe('succeeded');
    expect(passwords()).toMatchObject({ outcome: 'pass' });
    const refused = await ended(value(await service.handlers.hosts.removeReader({ hostId })));
    expect(refused.error?.code).toBe('SECRET_MISSING');
  });

  it('takes up a reader whose making was interrupted, and one of another host of the same cluster', async () => {
    expect((await logIn('elastic', host.elasticPassword ?? '')).error).toBeUndefined();
    const { vault, journal } = workspace();
    const written = value(await journal.read(hostId)).length;
    const password = value(await vault.get(`es/${hostId}/reader`));
    for (const place of [`es/${hostId}/reader/next`, 'es/another-host/reader']) {
      value(await vault.remove(`es/${hostId}/reader`));
      value(await vault.put(place, password, 'as it was left'));
      const operation = await ended(value(await service.handlers.hosts.createReader({ hostId })));
      expect(operation.error).toBeUndefined();
      expect(value(await vault.get(`es/${hostId}/reader`)).reveal()).toBe(readerPassword);
    }
    expect(value(await journal.read(hostId))).toHaveLength(written);
  });

  it('leaves no trace of the reader once it is removed', async () => {
    const removed = await ended(value(await service.handlers.hosts.removeReader({ hostId })));
    expect(removed.error).toBeUndefined();
    expect(state().nodeLogin).toBe('given');
    expect((await asElastic('/_security/user/bulwark_reader')).status).toBe('404');
    expect((await asElastic('/_security/role/bulwark_reader')).status).toBe('404');
    expect((await curl('GET', '/', 'bulwark_reader', readerPassword)).status).toBe('401');
    expect(value(await workspace().vault.list()).map(({ ref }) => ref)).toEqual([`es/${hostId}/login`]);
    const notes = value(await workspace().journal.read(hostId)).map((entry) =>
      entry.type === 'note' ? entry.text : entry.type,
    );
    expect(notes).toEqual([
      expect.stringMatching(/^Bulwark will make the role bulwark_reader.*as elastic\.$/),
      expect.stringMatching(/^Bulwark made/),
      expect.stringMatching(/^Bulwark will delete/),
      expect.stringMatching(/^Bulwark deleted/),
    ]);
  });

  it('does not touch a user of that name that somebody else made', async () => {
    const password = host.elasticPassword ?? '';
    const theirs = JSON.stringify({ password: 'theirs-77x', roles: ['viewer'] });
    expect((await curl('PUT', '/_security/user/bulwark_reader', 'elastic', password, theirs)).status).toBe(
      '200',
    );
    const made = await ended(value(await service.handlers.hosts.createReader({ hostId })));
    expect(made).toMatchObject({
      state: 'failed',
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
    const removed = await ended(value(await service.handlers.hosts.removeReader({ hostId })));
    expect(removed.error).toBeUndefined();
    const left: unknown = JSON.parse((await asElastic('/_security/user/bulwark_reader')).body);
    expect(left).toMatchObject({ bulwark_reader: { roles: ['viewer'] } });
    await curl('DELETE', '/_security/user/bulwark_reader', 'elastic', password);
  });

  it('is judged by the terminal program with a login on standard input, kept nowhere', async () => {
    const { user, address, port, identityFile, knownHostsFile } = host;
    const where = ['--host', `${user}@${address}:${port}`, '--identity', identityFile, '--json'];
    const login = ['--known-hosts', knownHostsFile, '--node-login', 'elastic', '--node-password-stdin'];
    const outcomes: string[] = [];
    for (const password of [host.elasticPassword ?? '', wrong]) {
      const { stdout, stderr } = await bulwark(['assess', ...where, ...login], `${password}\n`, seen);
      log.push(stdout, stderr);
      const [assessed] = (JSON.parse(stdout) as { hosts: { controls: { id: string; outcome: string }[] }[] })
        .hosts;
      outcomes.push(assessed?.controls.find(({ id }) => id === 'builtin-passwords')?.outcome ?? 'none');
    }
    expect(outcomes).toEqual(['pass', 'unknown']);
    expect([...seen].join('\n')).toContain('--node-login');
  });

  it('showed no secret anywhere', async () => {
    const secrets = [passphrase, wrong, host.elasticPassword ?? '', readerPassword];
    expect(secrets.every((secret) => secret.length > 10)).toBe(true);
    const visible = log.join('\n') + [...seen].join('\n') + JSON.stringify(context.store.get());
    expect(visible).toContain('bulwark_reader');
    for (const secret of secrets) expect(visible).not.toContain(secret);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((name) => join(root, name))
      .filter((path) => statSync(path).isFile());
    expect(files.some((path) => readFileSync(path).includes('bulwark_reader'))).toBe(true);
    for (const secret of secrets)
      expect(files.filter((path) => readFileSync(path).includes(secret))).toEqual([]);
    expect(await watch.seenInProcesses(secrets)).toEqual([]);
    expect(await watch.left(secrets)).toEqual([]);
  });
});
