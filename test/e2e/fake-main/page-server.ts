/** Builds the page with the played main and serves it with the window's own content security policy. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { contentSecurityPolicy } from '../../../electron/main/app-files.ts';

const root = path.resolve('test/e2e/fake-main');
const outDir = path.resolve('out/fake-main');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface PageServer {
  readonly address: string;
  close(): void;
}

export async function servePage(): Promise<PageServer> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome130',
      minify: false,
      chunkSizeWarningLimit: 5000,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  });
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const wanted = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = path.join(outDir, wanted === '/' ? 'index.html' : path.normalize(wanted));
    readFile(file).then(
      (content) => {
        response.writeHead(200, {
          'Content-Type': types[path.extname(file)] ?? 'application/octet-stream',
          'Content-Security-Policy': contentSecurityPolicy,
        });
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
