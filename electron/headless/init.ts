/** `bulwark init`: a workspace, and with a passphrase on standard input its vault. */
import { join } from 'node:path';
import { deploymentTypeSchema } from '../../shared/domain/deployment.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { readSecrets } from './given-secrets.ts';
import { newWorkspace } from './headless-service.ts';
import { usage } from './options.ts';
import { workspacesFolder } from './places.ts';

export const initCommand: Command = {
  name: 'init',
  summary: 'Make a workspace, and its vault when a passphrase is given.',
  usage: [
    'bulwark init --name NAME [--deployment self-managed] [--workspaces FOLDER] [--vault-passphrase-stdin]',
  ],
  options: ['name', 'deployment', 'workspaces', 'vault-passphrase-stdin'],
  async run({ options, words }, terminal) {
    const { name } = options;
    if (words.length > 0 || name === undefined || name.trim() === '' || name.length > 80)
      return fail(usage('Give the workspace a name of at most 80 characters with --name'));
    const deployment = deploymentTypeSchema.safeParse(options.deployment ?? 'self-managed');
    if (!deployment.success)
      return fail(usage(`--deployment is one of ${deploymentTypeSchema.options.join(', ')}`));
    const secrets = await readSecrets(options, terminal);
    if (!secrets.ok) return secrets;
    const folder = workspacesFolder(options);
    const made = await newWorkspace(folder, name, deployment.data, secrets.value.vaultPassphrase, terminal);
    if (!made.ok) return made;
    const place = join(folder, made.value);
    return succeed({
      exitCode: exitCodes.done,
      data: { id: made.value, folder: place, vault: secrets.value.vaultPassphrase !== undefined },
      text: place,
    });
  },
};
