/** `bulwark vault passphrase|copy`: another passphrase for the vault, or a copy of it for a second custodian. */
import { resolve } from 'node:path';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Secret } from '../../shared/domain/secret.ts';
import { copyForCustodian } from '../adapters/vault/custodian-copy.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exit-code.ts';
import type { GivenSecrets } from './given-secrets.ts';
import { onWorkspace } from './headless-service.ts';
import { inWorkspace, usage } from './options.ts';
import { plain } from './words.ts';

function bothOf(secrets: GivenSecrets): Result<{ readonly own: Secret; readonly wanted: Secret }> {
  const { vaultPassphrase, newPassphrase } = secrets;
  return vaultPassphrase === undefined || newPassphrase === undefined
    ? fail(usage('Give --vault-passphrase-stdin and --new-passphrase-stdin, and both on standard input'))
    : succeed({ own: vaultPassphrase, wanted: newPassphrase });
}

export const vaultCommand: Command = {
  name: 'vault',
  summary: 'Change the vault’s passphrase, or write a copy of it for a second custodian.',
  usage: [
    'bulwark vault passphrase --workspace NAME --vault-passphrase-stdin --new-passphrase-stdin [--json]',
    'bulwark vault copy --workspace NAME --to FILE --vault-passphrase-stdin --new-passphrase-stdin [--json]',
  ],
  options: [...inWorkspace, 'new-passphrase-stdin', 'to'],
  async run({ options, words }, terminal) {
    const [action, more] = words;
    if (more === undefined && action === 'passphrase' && options.to === undefined)
      return await onWorkspace(options, terminal, async ({ workspace, secrets }) => {
        const both = bothOf(secrets);
        if (!both.ok) return both;
        const changed = await workspace.vault.changePassphrase(both.value.own, both.value.wanted);
        return changed.ok
          ? succeed({
              exitCode: exitCodes.done,
              data: { changed: true },
              text: 'The vault has the new passphrase. Copies made earlier still open with the old one.',
            })
          : changed;
      });
    if (more === undefined && action === 'copy' && options.to !== undefined) {
      const target = resolve(options.to);
      return await onWorkspace(options, terminal, async ({ workspace, secrets }) => {
        const both = bothOf(secrets);
        if (!both.ok) return both;
        const { own, wanted } = both.value;
        const written = await copyForCustodian(workspace.paths.vault, {
          target,
          own,
          theirs: wanted,
          replace: false,
        });
        return written.ok
          ? succeed({ exitCode: exitCodes.done, data: { file: target }, text: plain(`Wrote ${target}`) })
          : written;
      });
    }
    return fail(usage('Say passphrase, or copy --to FILE'));
  },
};
