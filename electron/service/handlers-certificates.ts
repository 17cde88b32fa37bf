/** Requests for an authority outside of Bulwark, and the certificates that come back. */
import { writeFile } from 'node:fs/promises';
import type { Handlers } from '../../shared/contract/derive.ts';
import { chosenNames, knownNames } from '../../shared/controls/certificate-names.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { makeRequest, requestOf, takeCertificate } from '../../shared/engine/certificates/brought.ts';
import { factsOf } from './assessing.ts';
import type { ServiceContext } from './context.ts';
import { engineParts, requireVault } from './engine-work.ts';
import { noWorkspace, type WorkspaceHolder } from './handlers-workspace.ts';
import type { OpenWorkspace } from './open-workspace.ts';

function namesOf(
  workspace: OpenWorkspace,
  hostId: string,
  given: string,
  out: readonly string[] | undefined,
): Result<readonly string[]> {
  if (given.trim() === '' && out !== undefined) return succeed(out);
  if (given.trim() !== '') {
    const read = chosenNames(given);
    return read.ok
      ? succeed(read.names)
      : fail(
          appError(
            'INPUT_INVALID',
            `Neither host names nor addresses: ${read.wrong.slice(0, 3).join(', ')}.`,
            'Correct the names.',
          ),
        );
  }
  const facts = factsOf(workspace, hostId);
  return facts === undefined
    ? fail(
        appError(
          'INPUT_INVALID',
          'By which names this host is known is only known after an assessment.',
          'Assess the host, or enter the names.',
        ),
      )
    : succeed(knownNames(facts).map(({ name }) => name));
}

export function createCertificateHandlers(
  context: ServiceContext,
  holder: WorkspaceHolder,
): Handlers['certificates'] {
  return {
    async request({ hostId, names: given, anew }) {
      const workspace = holder.current;
      const host = workspace?.host(hostId);
      if (workspace === undefined || host === undefined) return noWorkspace();
      const vault = await requireVault(workspace);
      if (!vault.ok) return vault;
      const parts = engineParts(context, workspace);
      const out = await requestOf(parts.secrets, hostId);
      if (!out.ok) return out;
      const names = namesOf(workspace, hostId, given, out.value?.names);
      if (!names.ok) return names;
      const keyType = out.value?.keyType ?? 'p-256';
      const made = await makeRequest(parts, { hostId, names: names.value, keyType, anew });
      if (!made.ok) return made;
      const path = await context.desktop.chooseNewFile(`${host.name.replace(/[^A-Za-z0-9._-]/g, '_')}.csr`);
      if (path !== null) {
        try {
          await writeFile(path, made.value.requestPem, { mode: 0o644 });
        } catch {
          return fail(
            appError('NOT_FOUND', `${path} cannot be written.`, 'Choose a folder that you can write.'),
          );
        }
      }
      return succeed({ path, names: [...made.value.names] });
    },
    async take({ hostId, certificate, authority }) {
      const workspace = holder.current;
      if (workspace?.host(hostId) === undefined) return noWorkspace();
      const vault = await requireVault(workspace);
      if (!vault.ok) return vault;
      const { secrets, certificates, clock } = engineParts(context, workspace);
      const taken = await takeCertificate(
        { secrets, certificates, now: clock.now() },
        { hostId, certificatePem: certificate, caPem: authority },
      );
      if (!taken.ok) return taken;
      const { subject, issuer, notAfter } = taken.value;
      return succeed({ subject, issuer, notAfter });
    },
  };
}
