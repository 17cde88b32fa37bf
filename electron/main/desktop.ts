/** What the engine host asks of Electron's main process: dialogs, links, clipboard, printing. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type BrowserWindow, dialog, shell } from 'electron';
import { z } from 'zod';
import { copySecretToClipboard } from '../adapters/desktop/clipboard.ts';
import { openKnownLink } from '../adapters/desktop/links.ts';
import { closeSecretWindows, showSecretWindow } from '../adapters/desktop/secret-window.ts';
import { printPdf } from '../adapters/report-pdf/print.ts';
import type { DesktopMethods } from './engine-process.ts';

const text = z.string();
const page = z.object({ html: z.string(), header: z.string(), footer: z.string() });

/**
 * Where keys are looked for. Named, because Electron 43 and newer open every dialog in Downloads otherwise, and newer ones show
 * no hidden files on Linux: a key in `.ssh` could not be reached by looking.
 */
function keyFolder(): string {
  const folder = join(homedir(), '.ssh');
  return existsSync(folder) ? folder : homedir();
}

export function desktopMethods(window: () => BrowserWindow | undefined): DesktopMethods {
  async function chooseFile(
    title: string,
    defaultPath: string,
    filters: Electron.FileFilter[],
  ): Promise<string | null> {
    const options: Electron.OpenDialogOptions = {
      title,
      defaultPath,
      properties: ['openFile', 'showHiddenFiles'],
      filters,
    };
    const parent = window();
    const chosen =
      parent === undefined
        ? await dialog.showOpenDialog(options)
        : await dialog.showOpenDialog(parent, options);
    return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
  }
  async function chooseNewFile(name: string): Promise<string | null> {
    const options: Electron.SaveDialogOptions = {
      title: 'Where to write the copy',
      defaultPath: join(homedir(), name),
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    };
    const parent = window();
    const chosen =
      parent === undefined
        ? await dialog.showSaveDialog(options)
        : await dialog.showSaveDialog(parent, options);
    return chosen.canceled || chosen.filePath === '' ? null : chosen.filePath;
  }
  return {
    chooseKeyFile: () => chooseFile('Choose a private key', keyFolder(), []),
    chooseInventory: () =>
      chooseFile('Choose an inventory', homedir(), [
        { name: 'Inventories', extensions: ['csv', 'tsv', 'ini', 'yml', 'yaml', 'txt'] },
        { name: 'All files', extensions: ['*'] },
      ]),
    chooseReport: () =>
      chooseFile('Choose a report to verify', homedir(), [
        { name: 'Bulwark reports', extensions: ['pdf', 'json'] },
      ]),
    chooseNewFile: (name) => chooseNewFile(text.parse(name)),
    openLink: async (link) => await openKnownLink(text.parse(link)),
    showFolder: async (path) => {
      await shell.openPath(text.parse(path));
    },
    showSecret: async (about, value) => showSecretWindow(window(), text.parse(about), text.parse(value)),
    closeSecrets: () => Promise.resolve(closeSecretWindows()),
    copySecret: async (value) => await copySecretToClipboard(text.parse(value)),
    printPdf: async (input) => await printPdf(page.parse(input)),
  };
}
