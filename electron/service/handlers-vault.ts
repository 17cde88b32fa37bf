/** The vault's short commands: values leave it only into windows and clipboards that main draws. */
import type { Handlers } from '../../shared/contract/derive.ts';
import { succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { copyForCustodian } from '../adapters/vault/custodian-copy.ts';
import { busyWith } from './busy.ts';
import type { ServiceContext } from './context.ts';
import { noWorkspace, type WorkspaceHolder } from './handlers-workspace.ts';
import { done } from './operations.ts';

export function createVaultHandlers(context: ServiceContext, holder: WorkspaceHolder): Handlers['vault'] {
  const { store } = context;
  return {
    async create({ passphrase }) {
      const workspace = holder.current;
      if (workspace === undefined) return noWorkspace();
      const made = await workspace.vault.create(new Secret(passphrase));
      await workspace.refreshVault();
      return made.ok ? done : made;
    },
    async unlock({ passphrase }) {
      const workspace = holder.current;
      if (workspace === undefined) return noWorkspace();
      const opened = await workspace.vault.unlock(new Secret(passphrase));
      await workspace.refreshVault();
      return opened.ok ? done : opened;
    },
    async lock() {
      holder.current?.vault.lock();
      await holder.current?.refreshVault();
      return done;
    },
    async changePassphrase({ passphrase, wanted }) {
      const workspace = holder.current;
      if (workspace === undefined) return noWorkspace();
      const busy = busyWith(store);
      if (busy !== undefined) return busy;
      const changed = await workspace.vault.changePassphrase(new Secret(passphrase), new Secret(wanted));
      await workspace.refreshVault();
      return changed.ok ? done : changed;
    },
    async copyForCustodian({ passphrase, theirs }) {
      const workspace = holder.current;
      if (workspace === undefined) return noWorkspace();
      const target = await context.desktop.chooseNewFile(`${workspace.file().id}-custodian.bwv`);
      if (target === null) return succeed({ path: null });
      const written = await copyForCustodian(workspace.paths.vault, {
        target,
        own: new Secret(passphrase),
        theirs: new Secret(theirs),
        // The dialog asked before it named a file that is there.
        replace: true,
      });
      return written.ok ? succeed({ path: target }) : written;
    },
    async show({ ref }) {
      const workspace = holder.current;
      if (workspace === undefined) return noWorkspace();
      const secret = await workspace.vault.get(ref);
      if (!secret.ok) return secret;
      const about = store.get().vault.secrets.find((entry) => entry.ref === ref)?.about ?? ref;
      await context.desktop.showSecret(about, secret.value);
      return done;
    },
    async copy({ ref }) {
      const workspace = holder.current;
      if (workspace === undefined) return noWorkspace();
      const secret = await workspace.vault.get(ref);
      if (!secret.ok) return secret;
      return succeed({ clearsAfterSeconds: await context.desktop.copySecret(secret.value) });
    },
  };
}
