/** Composition root of the desktop app. */
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, type BrowserWindow, dialog, session } from 'electron';
import { eventChannel } from '../../shared/contract/derive.ts';
import { redact } from '../../shared/text/redact.ts';
import { clearCopiedSecret } from '../adapters/desktop/clipboard.ts';
import { desktopMethods } from './desktop.ts';
import { type EngineProcess, startEngine } from './engine-process.ts';
import { checkedEvent } from './ipc/checked-event.ts';
import { registerCalls } from './ipc/register.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import { applySessionPolicy, registerScheme, restrictAllContents } from './session-policy.ts';
import { createWindow, preloadPath } from './window.ts';

const here = dirname(fileURLToPath(import.meta.url));
const developer = !app.isPackaged;

let window: BrowserWindow | undefined;
let engine: EngineProcess | undefined;
let quitting = false;
let log: LogFile | undefined;

registerScheme();
// It becomes the creator of the report's PDF; the page itself talks to nobody.
app.userAgentFallback = 'Bulwark';
restrictAllContents();
// As root Chromium's sandbox cannot start; enabling it there would end every page in a loop.
if (process.getuid?.() !== 0) app.enableSandbox();
else if (!developer) {
  dialog.showErrorBox(
    'Bulwark does not run as root',
    'Start it as an ordinary user. On the hosts it asks for sudo where it needs it.',
  );
  app.exit(77);
}
const alone = app.requestSingleInstanceLock();
if (!alone) app.quit();

/** What the engine's process prints by itself when it dies has passed no redactor yet. */
function logLine(line: string): void {
  const safe = redact(line);
  log ??= openLogFile(join(app.getPath('userData'), 'bulwark.log'));
  log.write(`${new Date().toISOString()} ${safe}`);
}

/** A uid without a name is possible (a container, a test); the journal then holds the number. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Newer Electron throws where older answered undefined: at a look into a window that is gone. */
function openedWindow(): BrowserWindow | undefined {
  return window?.isDestroyed() === false ? window : undefined;
}

function tellWindow(name: string, value: unknown): void {
  const event = checkedEvent(name, value);
  if (event.ok) openedWindow()?.webContents.send(eventChannel(name), event.value);
  else logLine(`held back an event ${name}: ${event.reason}`);
}

function openWindow(): void {
  window = createWindow(preloadPath(here), developer);
  window.on('closed', () => {
    window = undefined;
  });
}

function start(): void {
  applySessionPolicy(session.defaultSession, join(here, '..', 'renderer'));
  const home = homedir();
  engine = startEngine(
    join(here, 'engine-host.js'),
    {
      version: app.getVersion(),
      workspaces: process.env['BULWARK_WORKSPACES'] ?? join(app.getPath('userData'), 'workspaces'),
      userKnownHosts: join(home, '.ssh', 'known_hosts'),
      sshConfig: join(home, '.ssh', 'config'),
      agentSocket: process.env['SSH_AUTH_SOCK'] ?? null,
      developmentRuntime: Number.parseInt(process.versions.electron, 10) < 43,
      settingsFile: join(app.getPath('userData'), 'settings.json'),
      operator: operatorName(),
    },
    desktopMethods(openedWindow),
    tellWindow,
    logLine,
    () => {
      dialog.showErrorBox(
        'The engine stopped',
        'The part of Bulwark that talks to hosts stopped. What was begun is in the journal; the next start offers to verify or take it back.',
      );
      app.quit();
    },
  );
  registerCalls(
    () => openedWindow()?.webContents.id,
    (group, name, input) => engine?.call(group, name, input) ?? Promise.reject(new Error('no engine')),
    (channel) => logLine(`refused a call of ${channel} from an unknown page`),
  );
  openWindow();
}

app.on('second-instance', () => {
  if (window?.isMinimized() === true) window.restore();
  window?.focus();
});
app.on('activate', () => {
  if (window === undefined) openWindow();
});
app.on('window-all-closed', () => app.quit());
app.on('before-quit', (event) => {
  if (quitting || engine === undefined) return;
  event.preventDefault();
  quitting = true;
  void Promise.allSettled([engine.stop(), clearCopiedSecret()]).then(() => app.quit());
});
// Not awaited at the top level: readiness waits for this module to finish.
app.whenReady().then(
  () => {
    if (alone) start();
  },
  (cause: unknown) => {
    dialog.showErrorBox('Bulwark could not start', String(cause));
    app.exit(1);
  },
);
