/** What the engine host asks of Electron's main process: dialogs, links, clipboard, printing. */
import { type BrowserWindow, dialog, shell } from 'electron';
import { z } from 'zod';
import { copySecretToClipboard } from '../adapters/desktop/clipboard.ts';
import { openKnownLink } from '../adapters/desktop/links.ts';
import { closeSecretWindows, showSecretWindow } from '../adapters/desktop/secret-window.ts';
import { printPdf } from '../adapters/report-pdf/print.ts';
import type { DesktopMethods } from './engine-process.ts';

const text = z.string();
const page = z.object({ html: z.string(), header: z.string(), footer: z.string() });

export function desktopMethods(window: () => BrowserWindow | undefined): DesktopMethods {
  async function chooseFile(title: string, filters: Electron.FileFilter[]): Promise<string | null> {
    const options: Electron.OpenDialogOptions = {
      title,
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
      defaultPath: name,
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
    chooseKeyFile: () => chooseFile('Choose a private key', []),
    chooseInventory: () =>
      chooseFile('Choose an inventory', [
        { name: 'Inventories', extensions: ['csv', 'tsv', 'ini', 'yml', 'yaml', 'txt'] },
        { name: 'All files', extensions: ['*'] },
      ]),
    chooseReport: () =>
      chooseFile('Choose a report to verify', [{ name: 'Bulwark reports', extensions: ['pdf', 'json'] }]),
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
