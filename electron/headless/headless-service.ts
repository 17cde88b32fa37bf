/** The application service without a window: made for one command, closed after it. */
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeploymentType } from '../../shared/domain/deployment.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import { giveForThisRun } from '../service/node-logins.ts';
import type { OpenWorkspace } from '../service/open-workspace.ts';
import type { OperationHandle } from '../service/operations.ts';
import type { Desktop } from '../service/ports.ts';
import { createService, type Service } from '../service/service.ts';
import { createAnswers } from './answers.ts';
import { type GivenSecrets, readSecrets } from './given-secrets.ts';
import type { Options } from './options.ts';
import { findWorkspace } from './places.ts';
import { createProgressLines } from './progress-lines.ts';
import type { Terminal } from './terminal.ts';
import { plain } from './words.ts';

export interface Headless {
  readonly service: Service;
  readonly workspace: OpenWorkspace;
  readonly options: Options;
  readonly terminal: Terminal;
  /** What came on standard input. */
  readonly secrets: GivenSecrets;
  /** One long piece of work; Ctrl-C cancels it at the next safe point. */
  run<T>(
    kind: Operation['kind'],
    title: string,
    work: (handle: OperationHandle) => Promise<Result<T>>,
  ): Promise<Result<T>>;
  /** Secrets from standard input, for these hosts and for this run. */
  give(hosts: readonly Host[]): void;
}

const noDesktop: Desktop = {
  chooseKeyFile: () => Promise.resolve(null),
  chooseInventory: () => Promise.resolve(null),
  chooseReport: () => Promise.resolve(null),
  chooseNewFile: () => Promise.resolve(null),
  openLink: () => Promise.resolve(),
  showFolder: () => Promise.resolve(),
  showSecret: () => Promise.resolve(),
  closeSecrets: () => Promise.resolve(),
  copySecret: () => Promise.resolve(0),
  printPdf: () =>
    Promise.resolve(fail(appError('NOT_FOUND', 'There is no window to print with.', 'Export from the app.'))),
};

export async function version(): Promise<string> {
  try {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '0';
  } catch {
    return '0';
  }
}

function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Known hosts are read strictly from the files that were named, else from the operator's own; never written there. */
async function startService(
  folder: string,
  settingsFile: string,
  options: Options,
  secrets: GivenSecrets,
  terminal: Terminal,
): Promise<Result<Service>> {
  const named = options['known-hosts'] ?? [];
  const missing = named.find((file) => !existsSync(file));
  if (missing !== undefined)
    return fail(
      appError('NOT_FOUND', `${missing} does not exist.`, 'Give a known_hosts file that can be read.'),
    );
  const answers = createAnswers(options, secrets);
  const started: { service?: Service } = {};
  const service = await createService({
    version: await version(),
    operator: operatorName(),
    developmentRuntime: false,
    settingsFile,
    places: {
      workspaces: folder,
      userKnownHosts: named.length > 0 ? undefined : join(homedir(), '.ssh', 'known_hosts'),
      sshConfig: undefined,
      agentSocket: process.env['SSH_AUTH_SOCK'],
    },
    desktop: noDesktop,
    emit(name) {
      const context = started.service?.context;
      if (name === 'state' && context !== undefined)
        answers.look(context.store.get().questions, context.questions);
    },
    logLine: () => undefined,
    workspaceOptions: { knownHosts: named },
  });
  started.service = service;
  terminal.signal.addEventListener('abort', () => void service.context.operations.cancelAll());
  return succeed(service);
}

function headlessOf(
  service: Service,
  options: Options,
  secrets: GivenSecrets,
  terminal: Terminal,
): Result<Headless> {
  const workspace = service.context.workspace();
  if (workspace === undefined)
    return fail(appError('INTERNAL', 'The workspace did not open.', 'Report this as a defect.'));
  const quiet = options.json === true || options.quiet === true;
  return succeed({
    service,
    workspace,
    options,
    terminal,
    secrets,
    async run(kind, title, work) {
      if (terminal.signal.aborted) return fail(interrupted());
      const lines = createProgressLines((line) => terminal.err(plain(line)));
      try {
        return await service.context.operations.run(kind, title, undefined, async (handle) =>
          work({
            ...handle,
            doing(text, progress) {
              handle.doing(text, progress);
              if (!quiet) lines.say(text);
            },
          }),
        );
      } finally {
        lines.end();
      }
    },
    give(hosts) {
      for (const { id } of hosts) {
        if (secrets.password !== undefined) workspace.credentials.give(id, 'password', secrets.password);
        if (secrets.sudoPassword !== undefined)
          workspace.credentials.give(id, 'sudo-password', secrets.sudoPassword);
        if (secrets.keyPassphrase !== undefined)
          workspace.credentials.give(id, 'passphrase', secrets.keyPassphrase);
        const user = options['node-login'];
        if (user !== undefined && secrets.nodePassword !== undefined)
          giveForThisRun(workspace, id, { type: 'basic', user, password: secrets.nodePassword });
      }
    },
  });
}

function interrupted() {
  return appError('CANCELLED', 'Interrupted before anything was done.', 'Start again when you are ready.', {
    hostState: 'unchanged',
  });
}

type Work<T> = (headless: Headless) => Promise<Result<T>>;

async function finish<T>(service: Service, headless: Result<Headless>, work: Work<T>): Promise<Result<T>> {
  try {
    return headless.ok ? await work(headless.value) : headless;
  } finally {
    await service.close();
  }
}

/** Errors besides those of the work: the workspace's, JOURNAL_IN_USE, VAULT_PASSPHRASE_WRONG. */
export async function onWorkspace<T>(
  options: Options,
  terminal: Terminal,
  work: Work<T>,
): Promise<Result<T>> {
  const place = await findWorkspace(options);
  if (!place.ok) return place;
  const secrets = await readSecrets(options, terminal);
  if (!secrets.ok) return secrets;
  const settings = join(dirname(place.value.workspaces), 'settings.json');
  const service = await startService(place.value.workspaces, settings, options, secrets.value, terminal);
  if (!service.ok) return service;
  const { handlers } = service.value;
  const opened = await handlers.workspace.open({ id: place.value.id });
  if (!opened.ok) {
    await service.value.close();
    return opened;
  }
  const passphrase = secrets.value.vaultPassphrase;
  const unlocked =
    passphrase === undefined
      ? succeed(undefined)
      : await handlers.vault.unlock({ passphrase: passphrase.reveal() });
  const headless = unlocked.ok
    ? headlessOf(service.value, options, secrets.value, terminal)
    : fail<Headless>(unlocked.error);
  return await finish(service.value, headless, work);
}

/** A workspace that lives as long as the command: in a folder that only the operator can read, removed afterwards. */
export async function onTemporaryWorkspace<T>(
  options: Options,
  terminal: Terminal,
  work: Work<T>,
): Promise<Result<T>> {
  const secrets = await readSecrets(options, terminal);
  if (!secrets.ok) return secrets;
  const folder = await mkdtemp(join(tmpdir(), 'bulwark-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const service = await startService(
      join(folder, 'workspaces'),
      join(folder, 'settings.json'),
      options,
      secrets.value,
      terminal,
    );
    if (!service.ok) return service;
    const made = await service.value.handlers.workspace.create({
      name: 'headless',
      deployment: 'self-managed',
    });
    const headless = made.ok
      ? headlessOf(service.value, options, secrets.value, terminal)
      : fail<Headless>(made.error);
    return await finish(service.value, headless, work);
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
}

/** Makes a workspace in the folder and answers with its id; with a passphrase also its vault. */
export async function newWorkspace(
  folder: string,
  name: string,
  deployment: DeploymentType,
  passphrase: Secret | undefined,
  terminal: Terminal,
): Promise<Result<string>> {
  const service = await startService(folder, join(dirname(folder), 'settings.json'), {}, {}, terminal);
  if (!service.ok) return service;
  const { handlers, context } = service.value;
  try {
    const made = await handlers.workspace.create({ name, deployment });
    if (!made.ok) return made;
    const vault =
      passphrase === undefined
        ? succeed(undefined)
        : await handlers.vault.create({ passphrase: passphrase.reveal() });
    if (!vault.ok) return vault;
    return succeed(context.store.get().workspace?.id ?? '');
  } finally {
    await service.value.close();
  }
}
