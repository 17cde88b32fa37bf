/** `bulwark workspace export|import`: a whole workspace as one file, so that another machine can take back what this one did. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { type ArchiveReport, exportWorkspace, importWorkspace } from '../service/workspace-archive.ts';
import type { Command, Output } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { onWorkspace } from './headless-service.ts';
import { usage } from './options.ts';
import { plain } from './words.ts';

function told(report: Result<ArchiveReport>, words: string): Result<Output> {
  if (!report.ok) return report;
  const { file, files, bytes, leftOut } = report.value;
  return succeed({
    exitCode: exitCodes.done,
    data: { file, files, bytes, leftOut },
    text: plain([`${words} ${file}`, ...leftOut.map((name) => `left out: ${name}`)].join('\n')),
  });
}

export const workspaceCommand: Command = {
  name: 'workspace',
  summary: 'Write a whole workspace into one file, or make a workspace out of one.',
  usage: [
    'bulwark workspace export --workspace NAME --to FILE [--json]',
    'bulwark workspace import FILE --into FOLDER [--identity FILE] [--json]',
  ],
  options: ['workspace', 'workspaces', 'to', 'into', 'identity'],
  async run({ options, words }, terminal) {
    const [action, file, more] = words;
    if (action === 'export' && file === undefined && options.to !== undefined) {
      const { to } = options;
      // Open, so that nobody writes into it meanwhile.
      return await onWorkspace(options, terminal, async ({ workspace }) =>
        told(await exportWorkspace(workspace.paths.root, to), 'Wrote'),
      );
    }
    if (action === 'import' && file !== undefined && more === undefined && options.into !== undefined) {
      const identity = options.identity === undefined ? undefined : resolve(options.identity);
      if (identity !== undefined && !existsSync(identity))
        return fail(
          appError(
            'SSH_KEY_FILE',
            `The key file ${identity} does not exist.`,
            'Give a private key with --identity.',
          ),
        );
      return told(await importWorkspace(file, options.into, identity), 'Made');
    }
    return fail(usage('Say export --to FILE, or import FILE --into FOLDER'));
  },
};
