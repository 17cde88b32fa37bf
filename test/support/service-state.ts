/** States and ports of the service for its unit tests. */
import type { AppState, HostState } from '../../shared/contract/state.ts';
import type { Log } from '../../shared/engine/ports.ts';

export const emptyState: Omit<AppState, 'sequence'> = {
  app: { version: '0', theme: 'system', guardSeconds: 60, autoLockMinutes: 15, developmentRuntime: false },
  recents: [],
  workspace: null,
  vault: { state: 'none', secrets: [] },
  catalog: [],
  hosts: [],
  basket: [],
  waivers: [],
  plan: null,
  steps: [],
  guards: [],
  operations: [],
  questions: [],
  report: null,
  verification: null,
};

export function hostState(id: string): HostState {
  return {
    host: {
      id,
      name: id,
      address: '192.0.2.1',
      port: 22,
      user: 'op',
      roles: [],
      login: { method: 'password' },
      sudo: 'password',
    },
    key: { state: 'not-seen' },
    connection: 'never',
    operatingSystem: '',
    elasticsearch: '',
    assess: { state: 'none', doing: '', areas: [] },
    history: [],
    notes: [],
    guardsFound: [],
    interrupted: [],
  };
}

export function collectingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    write: (level, message, fields) => lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
  };
}
