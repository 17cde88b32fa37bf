import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { reportFontFiles } from './electron/adapters/report/fonts.ts';

/** The oldest Electron that the app runs on: 33, with Node 20.18 and Chromium 130. */
const NODE = 'node20.18';
const CHROMIUM = 'chrome130';

/** Programs of their own beside main: ssh2 runs in a utility process, the headless entry point starts the printer. */
const beside = Object.fromEntries(
  ['engine-host', 'print']
    .map((name) => [name, resolve('electron', name, 'index.ts')] as const)
    .filter(([, file]) => existsSync(file)),
);

/** The report's fonts lie beside main's code: a package has no `node_modules` to find them in. */
const reportFonts = {
  name: 'report-fonts',
  generateBundle(this: { emitFile(file: { type: 'asset'; fileName: string; source: Uint8Array }): string }) {
    for (const { package: name, file } of reportFontFiles) {
      const source = readFileSync(resolve('node_modules', name, 'files', file));
      this.emitFile({ type: 'asset', fileName: `fonts/${file}`, source });
    }
  },
};

export default defineConfig({
  main: {
    plugins: [reportFonts],
    build: {
      outDir: 'dist/main',
      target: NODE,
      sourcemap: true,
      rolldownOptions: {
        input: {
          index: resolve('electron/main/index.ts'),
          headless: resolve('electron/headless/main.ts'),
          ...beside,
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'dist/preload',
      target: NODE,
      // A sandboxed preload cannot load anything but Electron itself: one file, everything inside, CommonJS.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve('electron/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: {
      outDir: 'dist/renderer',
      target: CHROMIUM,
      minify: true,
      // The content security policy allows no inline script and no data: address for code or fonts.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: { input: resolve('renderer/index.html') },
    },
  },
});
