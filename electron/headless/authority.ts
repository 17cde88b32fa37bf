/** `bulwark authority`: the authority that issues the certificates of nodes, shown without its key, or taken over from files. */
import { authorityRef } from '../../shared/domain/changes/certificates.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { keepAuthority, keptAuthority } from '../../shared/engine/certificates/kept-authority.ts';
import type { GivenAuthority, Identity } from '../../shared/engine/certificates/ports.ts';
import { engineParts, requireVault } from '../service/engine-work.ts';
import type { Command, Output } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { fileOf } from './file-of.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { inWorkspace, usage } from './options.ts';
import { plain } from './words.ts';

/** Either PEM files or one store. */
async function given({ options, secrets }: Headless): Promise<Result<GivenAuthority>> {
  const { certificate, key, store } = options;
  const passphrase = secrets.authorityPassphrase;
  if (store !== undefined) {
    if (certificate !== undefined || key !== undefined || passphrase === undefined)
      return fail(
        usage('--store FILE goes with --authority-passphrase-stdin, and not with --certificate or --key'),
      );
    const bytes = await fileOf(store);
    return bytes.ok ? succeed({ form: 'pkcs12', store: bytes.value, password: passphrase }) : bytes;
  }
  if (certificate === undefined || key === undefined)
    return fail(usage('--certificate FILE and --key FILE are given together, or --store FILE'));
  const certificateFile = await fileOf(certificate);
  if (!certificateFile.ok) return certificateFile;
  const keyFile = await fileOf(key);
  if (!keyFile.ok) return keyFile;
  return succeed({
    form: 'pem',
    certificatePem: certificateFile.value.toString(),
    keyPem: new Secret(keyFile.value.toString()),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
}

async function take(headless: Headless, there: Identity | undefined): Promise<Result<Identity>> {
  if (there !== undefined && headless.options.force !== true)
    return fail(
      appError(
        'PRECONDITION_FAILED',
        'The vault has an authority already. Nothing was changed.',
        'Nodes whose certificates it issued go on working, and trust only it. To issue new ones by another authority, give --force.',
        { hostState: 'unchanged' },
      ),
    );
  const files = await given(headless);
  if (!files.ok) return files;
  const parts = engineParts(headless.service.context, headless.workspace);
  const taken = await parts.issuer.importAuthority(files.value, parts.clock.now());
  if (!taken.ok) return taken;
  const kept = await keepAuthority(parts.secrets, authorityRef, taken.value);
  return kept.ok ? taken : kept;
}

function told(headless: Headless, authority: Identity | undefined, imported: boolean): Output {
  const pem = authority?.certificatePem ?? '';
  const summary = engineParts(headless.service.context, headless.workspace).certificates.summary(pem);
  if (summary === undefined)
    return {
      exitCode: exitCodes.done,
      data: { authority: null, imported },
      text: plain('There is none yet. It is made when the first node with data is secured, or imported.'),
    };
  const { subject, issuer, fingerprint256, notBefore, notAfter } = summary;
  return {
    exitCode: exitCodes.done,
    data: { authority: { subject, issuer, fingerprint256, notBefore, notAfter, pem }, imported },
    text: plain(
      [
        `${imported ? 'Imported: ' : ''}${subject}`,
        `SHA-256 ${fingerprint256}, valid ${notBefore} to ${notAfter}`,
        pem.trim(),
      ].join('\n'),
    ),
  };
}

export const authorityCommand: Command = {
  name: 'authority',
  summary:
    'Show the authority that issues certificates of nodes, or import one of yours. Its key is never shown.',
  usage: [
    'bulwark authority --workspace NAME --vault-passphrase-stdin [--json]',
    'bulwark authority import --workspace NAME --vault-passphrase-stdin --certificate FILE --key FILE [--authority-passphrase-stdin] [--force]',
    'bulwark authority import --workspace NAME --vault-passphrase-stdin --store FILE --authority-passphrase-stdin [--force]',
  ],
  options: [...inWorkspace, 'certificate', 'key', 'store', 'authority-passphrase-stdin', 'force'],
  async run({ options, words }, terminal) {
    const importing = words[0] === 'import' && words.length === 1;
    if (words.length > 0 && !importing) return fail(usage(`Unexpected ${words.at(-1) ?? ''}`));
    return await onWorkspace(options, terminal, async (headless) => {
      const vault = await requireVault(headless.workspace);
      if (!vault.ok) return vault;
      const { secrets } = engineParts(headless.service.context, headless.workspace);
      const there = await keptAuthority(secrets, authorityRef);
      if (!there.ok) return there;
      if (!importing) return succeed(told(headless, there.value, false));
      const taken = await take(headless, there.value);
      return taken.ok ? succeed(told(headless, taken.value, true)) : taken;
    });
  },
};
