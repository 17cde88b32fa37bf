/** Workspace, connected hosts, an armed guard, the vault, theme and the command palette. */
import type { GuardState } from '../../shared/domain/operation.ts';
import { useClient, useMain } from '../bridge/context.tsx';
import { deploymentShort } from '../copy/words.ts';
import { AppMark, Glyph } from '../ui/marks.tsx';
import { useNow } from '../ui/use-now.ts';
import { goTo, useUi } from './ui-store.ts';

/** Seconds until a guard fires, never below zero. */
export function secondsLeft(firesAt: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(firesAt) - now) / 1000));
}

/** Whether the host would still put the old state back. */
export function standing({ state }: GuardState): boolean {
  return state === 'armed' || state === 'proving' || state === 'proven';
}

/** Seconds that a guard has left; whole seconds begin before it was armed, so never more than it was given. */
export function guardLeft({ firesAt, seconds }: GuardState, now: number): number {
  return Math.min(seconds, secondsLeft(firesAt, now));
}

function GuardIndicator() {
  const guards = useMain((state) => state.guards);
  const armed = guards.filter((guard) => standing(guard));
  const now = useNow(armed.length > 0);
  const soonest = armed.toSorted((a, b) => a.firesAt.localeCompare(b.firesAt))[0];
  if (soonest === undefined) return null;
  return (
    <button type="button" className="chip chip-guard" onClick={() => goTo('apply')}>
      <Glyph name="shield" size={14} />
      Guard armed, {guardLeft(soonest, now)} s
    </button>
  );
}

function VaultIndicator() {
  const vault = useMain((state) => state.vault.state);
  const words = { none: 'No vault yet', locked: 'Vault locked', unlocked: 'Vault open' } as const;
  return (
    <button type="button" className="chip" onClick={() => goTo('secrets')}>
      <Glyph name={vault === 'unlocked' ? 'unlock' : 'lock'} size={14} />
      {words[vault]}
    </button>
  );
}

function ConnectedHosts() {
  const hosts = useMain((state) => state.hosts);
  const connected = hosts.filter((host) => host.connection === 'connected').length;
  return (
    <button type="button" className="chip" onClick={() => goTo('hosts')}>
      <span className={connected > 0 ? 'dot dot-on' : 'dot'} aria-hidden="true" />
      {connected} of {hosts.length} {hosts.length === 1 ? 'host' : 'hosts'} connected
    </button>
  );
}

export function TopBar({ theme }: { readonly theme: 'light' | 'dark' }) {
  const client = useClient();
  const workspace = useMain((state) => state.workspace);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className="top-bar">
      <button
        type="button"
        className="top-bar-brand"
        aria-label="Bulwark, all workspaces"
        title="All workspaces"
        onClick={() => goTo('start')}
      >
        <AppMark size={22} />
        <span className="top-bar-name">Bulwark</span>
      </button>
      <div className="top-bar-workspace">
        {workspace === null ? (
          <span className="muted">No workspace open</span>
        ) : (
          <>
            <span className="top-bar-title" title={workspace.name}>
              {workspace.name}
            </span>
            <span className="tag">{deploymentShort[workspace.deployment]}</span>
          </>
        )}
      </div>
      <div className="top-bar-state">
        {workspace !== null && (
          <>
            <GuardIndicator />
            <ConnectedHosts />
            <VaultIndicator />
          </>
        )}
        <button
          type="button"
          className="chip"
          onClick={() => useUi.setState({ palette: true })}
          aria-haspopup="dialog"
        >
          <Glyph name="search" size={14} />
          Actions <kbd>Ctrl K</kbd>
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`Switch to ${other} theme`}
          title={`Switch to ${other} theme`}
          onClick={() => void client.app.setTheme({ theme: other })}
        >
          <Glyph name={theme === 'dark' ? 'sun' : 'moon'} />
        </button>
      </div>
    </header>
  );
}
