/** What only the window knows: where the operator looks, what is unfolded. Never holds anything secret. */
import { create } from 'zustand';
import type { Area } from '../../shared/domain/control.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import type { Severity } from '../../shared/domain/severity.ts';

export type Screen =
  | 'start'
  | 'deployment'
  | 'hosts'
  | 'assess'
  | 'review'
  | 'secrets'
  | 'apply'
  | 'verify'
  | 'report'
  | 'cluster'
  | 'history'
  | 'settings';

export interface Notice {
  readonly id: number;
  readonly tone: 'success' | 'info' | 'warning';
  readonly text: string;
}

export interface ReviewFilters {
  readonly outcomes: readonly Outcome[];
  readonly severities: readonly Severity[];
  readonly areas: readonly Area[];
  readonly host: string;
  readonly fixable: boolean;
  readonly words: string;
}

export const allFindings: ReviewFilters = {
  outcomes: [],
  severities: [],
  areas: [],
  host: '',
  fixable: false,
  words: '',
};

interface UiState {
  readonly screen: Screen;
  readonly notices: readonly Notice[];
  readonly palette: boolean;
  readonly shortcuts: boolean;
  /** The drawer of the step Hosts: a new host, the import, or the host with that id. */
  readonly hostDrawer: 'closed' | 'new' | 'ssh-config' | 'inventory' | { readonly hostId: string };
  /** Host whose Elasticsearch login is being looked at; empty when none. */
  readonly nodeLoginHost: string;
  readonly filters: ReviewFilters;
  readonly control: string;
  readonly findingHost: string;
  readonly historyHost: string;
  /** Failed operations that the operator has put away. */
  readonly putAway: readonly string[];
}

export const useUi = create<UiState>(() => ({
  screen: 'start',
  notices: [],
  palette: false,
  shortcuts: false,
  hostDrawer: 'closed',
  nodeLoginHost: '',
  filters: allFindings,
  control: '',
  findingHost: '',
  historyHost: '',
  putAway: [],
}));

export function goTo(screen: Screen): void {
  useUi.setState({ screen });
}

/** Opens a finding in the step Review; the filters give way. */
export function openFinding(controlId: string, hostId: string): void {
  useUi.setState({ screen: 'review', filters: allFindings, control: controlId, findingHost: hostId });
}

let noticeNumber = 0;

export function notify(tone: Notice['tone'], text: string): void {
  noticeNumber += 1;
  const notice = { id: noticeNumber, tone, text };
  useUi.setState((ui) => ({ notices: [...ui.notices.slice(-2), notice] }));
}

// A notice speaks of the screen on which it came up; over the next one it only hides something.
useUi.subscribe((now, before) => {
  if (now.screen !== before.screen && now.notices.length > 0) useUi.setState({ notices: [] });
});

export function dismissNotice(id: number): void {
  useUi.setState((ui) => ({ notices: ui.notices.filter((notice) => notice.id !== id) }));
}
