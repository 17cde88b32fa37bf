/**
 * What pages may do: only our own files over our own scheme, a strict content security policy, no permission, no
 * navigation, no new window, no request to anywhere else.
 */
import { readFile } from 'node:fs/promises';
import { app, protocol, type Session, type WebContents } from 'electron';
import { appOrigin, fileForUrl, headersOf, scheme } from './app-files.ts';

/** Must run before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

export function applySessionPolicy(session: Session, rendererRoot: string): void {
  session.protocol.handle(scheme, async (request) => {
    const file = request.method === 'GET' ? fileForUrl(rendererRoot, request.url) : undefined;
    if (file === undefined) return new Response('Not found', { status: 404 });
    try {
      const body = await readFile(file);
      return new Response(new Uint8Array(body), {
        headers: headersOf(file),
      });
    } catch {
      return new Response('Not found', { status: 404 });
    }
  });
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed =
      details.url.startsWith(`${appOrigin}/`) ||
      details.url.startsWith('data:image/') ||
      details.url.startsWith('devtools://');
    answer({ cancel: !allowed });
  });
  session.on('will-download', (event) => event.preventDefault());
}

function restrict(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** Every page that is ever made, whoever makes it. */
export function restrictAllContents(): void {
  app.on('web-contents-created', (_event, contents) => restrict(contents));
}
