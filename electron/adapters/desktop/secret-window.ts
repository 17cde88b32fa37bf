/**
 * Shows one secret once: a page without scripts in a session of its own that exists as long as the window. The value never
 * reaches the app's page.
 */
import { randomUUID } from 'node:crypto';
import { BrowserWindow, nativeTheme, session } from 'electron';

const scheme = 'bulwark';
const closesAfterMilliseconds = 60_000;

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const style = `body{font:14px/20px Inter,system-ui,sans-serif;margin:0;padding:24px;background:#F4F6F8;color:#16202B}
h1{font-size:20px;line-height:28px;margin:0 0 8px}p{margin:0 0 16px;color:#4D5B69}
code{display:block;font:16px/24px "IBM Plex Mono",ui-monospace,monospace;padding:16px;background:#FFF;border:1px solid #7A8794;border-radius:6px;word-break:break-all;user-select:all}
@media (prefers-color-scheme:dark){body{background:#0F141A;color:#E8EDF2}p{color:#A5B2BF}code{background:#161C24;border-color:#6E7C8A}}`;

const open = new Set<BrowserWindow>();

/** For when the vault is locked: what it gave out is no longer shown either. */
export function closeSecretWindows(): void {
  for (const window of open) window.destroy();
}

export function showSecretWindow(parent: BrowserWindow | undefined, about: string, value: string): void {
  const isolated = session.fromPartition(`secret-${randomUUID()}`, { cache: false });
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bulwark: secret</title><link rel="stylesheet" href="/style.css"></head>
<body><h1>${escape(about)}</h1><p>Shown once. This window closes by itself after one minute.</p><code>${escape(value)}</code></body></html>`;
  isolated.protocol.handle(scheme, (request) => {
    const isStyle = new URL(request.url).pathname === '/style.css';
    return new Response(isStyle ? style : page, {
      headers: {
        'Content-Type': isStyle ? 'text/css' : 'text/html; charset=utf-8',
        'Content-Security-Policy': "default-src 'none'; style-src 'self'",
        'Cache-Control': 'no-store',
      },
    });
  });
  isolated.webRequest.onBeforeRequest((details, answer) =>
    answer({ cancel: !details.url.startsWith(`${scheme}://secret/`) }),
  );
  const window = new BrowserWindow({
    width: 560,
    height: 260,
    ...(parent === undefined ? {} : { parent }),
    modal: false,
    resizable: false,
    minimizable: false,
    autoHideMenuBar: true,
    title: 'Bulwark: secret',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0F141A' : '#F4F6F8',
    webPreferences: {
      session: isolated,
      sandbox: true,
      contextIsolation: true,
      javascript: false,
      nodeIntegration: false,
      webviewTag: false,
      devTools: false,
      spellcheck: false,
    },
  });
  window.setContentProtection(true);
  const timer = setTimeout(() => window.destroy(), closesAfterMilliseconds);
  open.add(window);
  window.on('closed', () => {
    open.delete(window);
    clearTimeout(timer);
  });
  void window.loadURL(`${scheme}://secret/index.html`);
}
