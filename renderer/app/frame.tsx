/** The window around a screen: rail, top bar, banners, the screen, the status line. */
import type { ComponentType } from 'react';
import { useEffect, useRef } from 'react';
import { ApplyScreen } from '../features/apply/apply-screen.tsx';
import { AssessScreen } from '../features/assess/assess-screen.tsx';
import { ClusterScreen } from '../features/cluster/cluster-screen.tsx';
import { DeploymentScreen } from '../features/deployment/deployment-screen.tsx';
import { HistoryScreen } from '../features/history/history-screen.tsx';
import { HostsScreen } from '../features/hosts/hosts-screen.tsx';
import { NodeLoginDrawer } from '../features/node-login/node-login-drawer.tsx';
import { Questions } from '../features/questions/questions.tsx';
import { ReportScreen } from '../features/report/report-screen.tsx';
import { ReviewScreen } from '../features/review/review-screen.tsx';
import { SecretsScreen } from '../features/secrets/secrets-screen.tsx';
import { SettingsScreen } from '../features/settings/settings-screen.tsx';
import { StartScreen } from '../features/start/start-screen.tsx';
import { VerifyScreen } from '../features/verify/verify-screen.tsx';
import { Announcer } from './announcer.tsx';
import { Banners } from './banners.tsx';
import { CommandPalette } from './command-palette.tsx';
import { useShortcuts } from './keyboard.ts';
import { Notices } from './notices.tsx';
import { Rail } from './rail.tsx';
import { ScreenBoundary } from './screen-boundary.tsx';
import { ShortcutList } from './shortcut-list.tsx';
import { StatusLine } from './status-line.tsx';
import { TopBar } from './top-bar.tsx';
import { type Screen, useUi } from './ui-store.ts';

const screens: Readonly<Record<Screen, ComponentType>> = {
  start: StartScreen,
  deployment: DeploymentScreen,
  hosts: HostsScreen,
  assess: AssessScreen,
  review: ReviewScreen,
  secrets: SecretsScreen,
  apply: ApplyScreen,
  verify: VerifyScreen,
  report: ReportScreen,
  cluster: ClusterScreen,
  history: HistoryScreen,
  settings: SettingsScreen,
};

export function Frame({ theme }: { readonly theme: 'light' | 'dark' }) {
  const screen = useUi((ui) => ui.screen);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useShortcuts();
  useEffect(() => {
    if (main.current !== null) main.current.scrollTop = 0;
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [screen]);
  const Shown = screens[screen];
  return (
    <div className="frame">
      <TopBar theme={theme} />
      <Rail />
      <div className="frame-centre">
        <Banners />
        <main ref={main} tabIndex={-1} className="frame-main" aria-label="Content">
          <ScreenBoundary key={screen}>
            <Shown />
          </ScreenBoundary>
        </main>
      </div>
      <StatusLine />
      <Notices />
      <NodeLoginDrawer />
      <Questions />
      <CommandPalette theme={theme} />
      <ShortcutList />
      <Announcer />
    </div>
  );
}
