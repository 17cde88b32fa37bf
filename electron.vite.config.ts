import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/** The oldest Electron that the app runs on: 33, with Node 20.18 and Chromium 130. */
const NODE = 'node20.18';
const CHROMIUM = 'chrome130';

/** Programs of their own beside main: ssh2 runs in a utility process, the headless entry point starts the printer. */
const beside = Object.fromEntries(
  ['engine-host', 'print']
    .map((name) => [name, resolve('electron', name, 'index.ts')] as const)
    .filter(([, file]) => existsSync(file)),
);

export default defineConfig({
  main: {
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
