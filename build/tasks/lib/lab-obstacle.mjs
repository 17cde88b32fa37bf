// @ts-check
import { inProject } from './paths.mjs';
import { run, withPackageCommands } from './run.mjs';

const LIMIT = 60_000;

/** Asks the lab itself. In a process of its own, because the lab is TypeScript and its packages have just been installed. */
const QUESTION = `
  const { labPrerequisites } = await import('./test/lab/prerequisites.ts');
  const state = await labPrerequisites();
  console.log(state.ok ? '' : state.missing);
`;

/**
 * Finds out whether lab hosts can be started on this machine, without starting one.
 *
 * @returns {Promise<string>} one sentence with what is missing and how to get it, or an empty text
 */
export async function labObstacle() {
  const ended = await run('tsx', ['--input-type=module', '--eval', QUESTION], {
    cwd: inProject(),
    env: withPackageCommands(),
    timeout: LIMIT,
  });
  if (ended.code === 0) return ended.output.trim();
  return `The lab could not look at this machine: ${ended.output.trim().split('\n').slice(-1)[0] ?? ended.code}`;
}
