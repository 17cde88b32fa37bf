/** The built window itself, `dist/renderer`, served with the very headers with which the app's own scheme sends it. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { build } from 'vite';
import { appOrigin, fileForUrl, headersOf } from '../../electron/main/app-files.ts';

declare global {
  interface Window {
    tellViolation?: (text: string) => void;
  }
}

const root = path.resolve('dist/renderer');

export interface ServedWindow {
  readonly address: string;
  close(): void;
}

/** Only files that the app itself would hand out, and as it would. The address differs: no browser but Electron has the scheme. */
export async function serveWindow(): Promise<ServedWindow> {
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const file = fileForUrl(root, `${appOrigin}${request.url ?? '/'}`);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    readFile(file).then(
      (content) => response.writeHead(200, { ...headersOf(file) }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** The played main as one classic script. */
export async function playedBridge(): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      target: 'chrome130',
      lib: {
        entry: path.resolve('test/engines/played-bridge.ts'),
        formats: ['iife'],
        name: 'playedBridge',
        fileName: 'played-bridge',
      },
    },
  });
  const outputs = [made].flat().flatMap((one) => ('output' in one ? one.output : []));
  const script = outputs.find((one) => one.type === 'chunk');
  if (script === undefined) throw new Error('the played main was not built');
  return script.code;
}

/** Everything that a page complains about: policy violations, errors and warnings on the console, thrown errors, lost files. */
export async function listenToComplaints(context: BrowserContext, page: Page): Promise<readonly string[]> {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('requestfailed', (request) => complaints.push(`not loaded: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  await context.exposeFunction('tellViolation', (text: string) => complaints.push(`policy: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.tellViolation?.(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return complaints;
}
