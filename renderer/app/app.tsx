/** Decides between waiting, failure and the window itself. */
import { useEffect } from 'react';
import { useMain, useMirrored, useReload } from '../bridge/context.tsx';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { AppMark } from '../ui/marks.tsx';
import { Frame } from './frame.tsx';
import { useTheme } from './theme.ts';
import { goTo, useUi } from './ui-store.ts';

function Standalone({ children }: { readonly children: React.ReactNode }) {
  return (
    <main className="standalone">
      <AppMark size={40} />
      {children}
    </main>
  );
}

/** The page was opened by something that is not Bulwark. */
export function NoBridge() {
  return (
    <Standalone>
      <h1>This page belongs to Bulwark</h1>
      <p>It only works in Bulwark's own window. Nothing was changed.</p>
    </Standalone>
  );
}

function Ready() {
  const theme = useMain((state) => state.app.theme);
  const workspace = useMain((state) => state.workspace?.id);
  const screen = useUi((ui) => ui.screen);
  const shown = useTheme(theme);
  const withoutWorkspace = screen === 'start' || screen === 'settings' || screen === 'report';
  useEffect(() => {
    if (workspace === undefined && !withoutWorkspace) goTo('start');
  }, [workspace, withoutWorkspace]);
  if (workspace === undefined && !withoutWorkspace) return null;
  return <Frame theme={shown} />;
}

export function App() {
  const mirrored = useMirrored();
  const reload = useReload();
  if (mirrored.status === 'failed') {
    return (
      <Standalone>
        <h1>Bulwark could not be read</h1>
        <ErrorPanel error={mirrored.error} onRetry={() => void reload()} />
      </Standalone>
    );
  }
  if (mirrored.status === 'loading') {
    return (
      <Standalone>
        <p role="status">Opening…</p>
      </Standalone>
    );
  }
  return <Ready />;
}
