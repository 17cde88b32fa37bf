// @ts-check
/**
 * Runs every test there is, on a machine that may have nothing yet. A failure does not stop the stages after it, and a stage
 * that cannot run here says why. The last line holds the totals, and the exit status is 0 only when nothing failed.
 *
 * `node build/tasks/test.mjs [stage …]` runs only the stages with these names.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { openDesktop } from './lib/desktop.mjs';
import { inProject } from './lib/paths.mjs';
import { endWithNpm, run, withPackageCommands } from './lib/run.mjs';
import { runFolder } from './lib/run-folder.mjs';
import { duration, say } from './lib/say.mjs';
import { playwrightTally, sum, vitestTally } from './lib/test-results.mjs';
import { setUp } from './setup.mjs';

/** @typedef {import('./lib/test-results.mjs').Tally} Tally */
/** @typedef {{ readonly name: string, readonly tally: Tally, readonly took: number, readonly note: string }} Result */
/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {readonly [string, ...string[]]} command
 * @property {'once' | 'vitest' | 'playwright'} counted whether the command is one test, or reports many
 * @property {boolean} [window] opens the app's window
 * @property {boolean} [labOnly] has nothing to run where there is no lab
 */

const STAGE_LIMIT = 60 * 60_000;

/** @type {readonly Stage[]} */
const stages = [
  { name: 'types', command: ['tsc', '-b'], counted: 'once' },
  { name: 'lint', command: ['oxlint'], counted: 'once' },
  { name: 'format', command: ['biome', 'check'], counted: 'once' },
  { name: 'architecture', command: vitest('architecture'), counted: 'vitest' },
  { name: 'unit', command: vitest('unit', 'unit-renderer'), counted: 'vitest' },
  { name: 'catalog', command: vitest('catalog'), counted: 'vitest' },
  { name: 'build', command: ['electron-vite', 'build'], counted: 'once' },
  { name: 'integration', command: vitest('integration'), counted: 'vitest', labOnly: true },
  { name: 'security', command: vitest('security'), counted: 'vitest', window: true },
  { name: 'e2e', command: ['playwright', 'test'], counted: 'playwright', window: true },
];

/**
 * @param {...string} projects
 * @returns {readonly [string, ...string[]]}
 */
function vitest(...projects) {
  const report = inProject('out', 'test', `${projects[0]}.json`);
  return [
    'vitest',
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
}

endWithNpm();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  say(
    `There is no stage called ${unknown.join(' or ')}: choose from ${stages.map((stage) => stage.name).join(', ')}.`,
  );
  process.exit(2);
}
const chosen = stages.filter((stage) => wanted.length === 0 || wanted.includes(stage.name));
const started = Date.now();
const ready = await setUp({
  electron: chosen.some((stage) => stage.window),
  lab: chosen.some((stage) => stage.window || stage.labOnly),
});
if (!ready.packages) {
  say('0 passed, 1 failed');
  process.exit(1);
}
rmSync(inProject('out', 'test'), { recursive: true, force: true });
mkdirSync(inProject('out', 'test'), { recursive: true });

// What tests put into the temporary folder goes when they are done, also what a killed test left.
const temporary = runFolder('test');

/** @type {Result[]} */
const results = [];
for (const stage of chosen) results.push(await runStage(stage));
summarise(results);

/**
 * @param {Stage} stage
 * @returns {Promise<Result>}
 */
async function runStage(stage) {
  say(`\n── ${stage.name} ${'─'.repeat(Math.max(0, 60 - stage.name.length))}`);
  const begun = Date.now();
  const obstacle = stage.labOnly
    ? ready.labProblem
    : stage.window && !ready.electron
      ? 'There is no Electron.'
      : '';
  if (obstacle) {
    say(`Not run: ${obstacle}`);
    return {
      name: stage.name,
      tally: { passed: 0, failed: 0, skipped: 0 },
      took: 0,
      note: `not run: ${obstacle}`,
    };
  }
  try {
    return await (stage.window
      ? inWindow(stage, begun)
      : inTerminal(stage, begun, { ...process.env, TMPDIR: temporary.folder }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(why);
    return {
      name: stage.name,
      tally: { passed: 0, failed: 1, skipped: 0 },
      took: Date.now() - begun,
      note: why,
    };
  }
}

/** @param {Stage} stage @param {number} begun */
async function inWindow(stage, begun) {
  const desktop = await openDesktop({
    virtual: true,
    ...(ready.electron ? { runtime: ready.electron } : {}),
  });
  try {
    return await inTerminal(stage, begun, desktop.environment);
  } finally {
    desktop.close();
  }
}

/**
 * @param {Stage} stage
 * @param {number} begun
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<Result>}
 */
async function inTerminal(stage, begun, environment) {
  const [command, ...args] = stage.command;
  const ended = await run(command, args, {
    cwd: inProject(),
    env: {
      ...withPackageCommands(environment),
      // The projects leave out what needs a lab host when they read this.
      ...(ready.labProblem ? { BULWARK_LAB: 'absent' } : {}),
    },
    timeout: STAGE_LIMIT,
    show: stage.counted !== 'once',
  });
  const took = Date.now() - begun;
  if (stage.counted === 'once') {
    const good = ended.code === 0;
    say(good ? 'in order' : ended.output);
    return {
      name: stage.name,
      tally: { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 },
      took,
      note: '',
    };
  }
  const read = stage.counted === 'vitest' ? vitestTally : playwrightTally;
  const tally = read(inProject('out', 'test', `${stage.name}.json`)) ?? { passed: 0, failed: 0, skipped: 0 };
  // The runner itself can fail where no test did, for example because it found none.
  const unexplained = ended.code !== 0 && tally.failed === 0;
  const note =
    ended.code === 124
      ? `stopped after ${duration(STAGE_LIMIT)}`
      : unexplained
        ? `ended with ${ended.code}`
        : '';
  return { name: stage.name, tally: unexplained ? { ...tally, failed: 1 } : tally, took, note };
}

/** @param {readonly Result[]} all */
function summarise(all) {
  say(
    `\n${'stage'.padEnd(14)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'skipped'.padStart(9)}${'time'.padStart(14)}`,
  );
  for (const { name, tally, took, note } of all) {
    const figures = `${`${tally.passed}`.padStart(8)}${`${tally.failed}`.padStart(8)}${`${tally.skipped}`.padStart(9)}`;
    say(
      `${name.padEnd(14)}${figures}${duration(took).padStart(14)}${note ? `  ${note.split('\n')[0]}` : ''}`,
    );
  }
  const { passed, failed } = sum(all.map((result) => result.tally));
  for (const problem of ready.problems) say(`! ${problem}`);
  say(`Everything took ${duration(Date.now() - started)}.`);
  say(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
