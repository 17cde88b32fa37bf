/**
 * The utility process: runs the application service away from the window, because it parses what strangers' hosts send
 * and because a key exchange can hold a thread for seconds.
 */
import { appError } from '../../shared/domain/error.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import type { Desktop } from '../service/ports.ts';
import { createService, type Service } from '../service/service.ts';
import type { FromEngine, StartOptions, ToEngine } from './messages.ts';

const port = process.parentPort;
let service: Service | undefined;
let nextDesktopId = 1;
const desktopWaiting = new Map<
  number,
  { resolve: (value: unknown) => void; reject: (cause: Error) => void }
>();

function say(message: FromEngine): void {
  port.postMessage(message);
}

function askDesktop(method: keyof Desktop, ...input: readonly unknown[]): Promise<unknown> {
  const id = nextDesktopId++;
  return new Promise((resolve, reject) => {
    desktopWaiting.set(id, { resolve, reject });
    say({ type: 'desktop', id, method, input });
  });
}

const desktop: Desktop = {
  chooseKeyFile: () => askDesktop('chooseKeyFile') as Promise<string | null>,
  chooseInventory: () => askDesktop('chooseInventory') as Promise<string | null>,
  chooseReport: () => askDesktop('chooseReport') as Promise<string | null>,
  chooseNewFile: (name) => askDesktop('chooseNewFile', name) as Promise<string | null>,
  openLink: (link) => askDesktop('openLink', link) as Promise<void>,
  showFolder: (path) => askDesktop('showFolder', path) as Promise<void>,
  showSecret: (about, secret) => askDesktop('showSecret', about, secret.reveal()) as Promise<void>,
  closeSecrets: () => askDesktop('closeSecrets') as Promise<void>,
  copySecret: (secret: Secret) => askDesktop('copySecret', secret.reveal()) as Promise<number>,
  printPdf: (page) => askDesktop('printPdf', page) as ReturnType<Desktop['printPdf']>,
};

async function start(options: StartOptions): Promise<void> {
  service = await createService({
    version: options.version,
    operator: options.operator,
    developmentRuntime: options.developmentRuntime,
    settingsFile: options.settingsFile,
    places: {
      workspaces: options.workspaces,
      userKnownHosts: options.userKnownHosts ?? undefined,
      sshConfig: options.sshConfig ?? undefined,
      agentSocket: options.agentSocket ?? undefined,
    },
    desktop,
    emit: (name, value) => say({ type: 'event', name, value }),
    logLine: (line) => say({ type: 'log', line }),
  });
  say({ type: 'ready' });
}

async function call(message: Extract<ToEngine, { type: 'call' }>): Promise<void> {
  const answer =
    service === undefined
      ? {
          ok: false as const,
          error: appError('BUSY', 'Bulwark is still starting.', 'Try again in a moment.', {
            retryable: true,
          }),
        }
      : await service.dispatch(message.group, message.name, message.input);
  say({ type: 'answer', id: message.id, answer });
}

function receive(message: ToEngine): void {
  switch (message.type) {
    case 'start':
      start(message.options).catch((cause: unknown) =>
        say({ type: 'log', line: `start failed: ${String(cause)}` }),
      );
      break;
    case 'call':
      call(message).catch((cause: unknown) => say({ type: 'log', line: `call failed: ${String(cause)}` }));
      break;
    case 'desktop-answer': {
      const waiting = desktopWaiting.get(message.id);
      desktopWaiting.delete(message.id);
      if (message.failed === undefined) waiting?.resolve(message.value);
      else waiting?.reject(new Error(message.failed));
      break;
    }
    case 'stop':
      void (service?.close() ?? Promise.resolve()).finally(() => say({ type: 'stopped' }));
      break;
  }
}

port.on('message', (event) => receive(event.data as ToEngine));
