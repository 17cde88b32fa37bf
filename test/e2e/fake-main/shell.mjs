// @ts-check
/** A bare window for the page with the played main, so that it is looked at by the Electron that the app runs on. */
import { app, BrowserWindow } from 'electron';

const page = process.env['BULWARK_PLAYED_PAGE'];
app.on('window-all-closed', () => app.quit());
void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    useContentSize: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  return window.loadURL(page ?? 'about:blank');
});
