import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const MINUTE = 60_000;

/** The slow projects share one lab, or one Electron: they run one file after the other. */
const oneAtATime = {
  fileParallelism: false,
  maxWorkers: 1,
  testTimeout: 5 * MINUTE,
  hookTimeout: 10 * MINUTE,
};

/** Where no lab can run, what needs one is left out; the command that sets this says so. */
const withoutLab = process.env['BULWARK_LAB'] === 'absent' ? ['**/*.lab.test.ts'] : [];

/** Files that take minutes begin first: the others fill the time beside them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const takesLong = ({ moduleId }: TestSpecification) => moduleId.includes('/crash-matrix/');
    const sorted = await super.sort(files);
    return [...sorted.filter(takesLong), ...sorted.filter((file) => !takesLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: [
            '{shared,electron,build}/**/*.test.ts',
            'build/**/*.test.mjs',
            'test/{support,lab,ports,demo,bench}/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'unit-renderer',
          environment: 'jsdom',
          include: ['renderer/**/*.test.{ts,tsx}'],
          setupFiles: ['test/support/renderer-setup.ts'],
          // PatternFly's parts import their styles, which only the bundler can read.
          server: { deps: { inline: [/@patternfly/] } },
          testTimeout: 20_000,
          css: false,
        },
      },
      { test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'], testTimeout: MINUTE } },
      { test: { name: 'catalog', include: ['test/catalog/**/*.test.ts'], testTimeout: MINUTE } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.lab.test.ts'],
          ...oneAtATime,
          // Every file has a lab of its own, and much of its time is waiting for nodes, guards and restarts.
          fileParallelism: true,
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'security',
          include: ['test/security/**/*.test.ts'],
          exclude: withoutLab,
          ...oneAtATime,
        },
      },
    ],
  },
});
