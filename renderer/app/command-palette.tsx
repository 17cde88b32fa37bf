/** Every action of the app by its name. */
import { useId, useMemo, useState } from 'react';
import { useClient, useMain } from '../bridge/context.tsx';
import { Modal, ModalBody, ModalVariant } from '../ui/patternfly.ts';
import { findingRows, latestFindings } from './posture.ts';
import { stepLabels } from './steps.ts';
import { goTo, openFinding, type Screen, useUi } from './ui-store.ts';

interface Action {
  readonly name: string;
  readonly group: string;
  readonly run: () => void;
}

function useActions(theme: 'light' | 'dark'): readonly Action[] {
  const client = useClient();
  const workspace = useMain((state) => state.workspace);
  const hosts = useMain((state) => state.hosts);
  return useMemo(() => {
    const other = theme === 'dark' ? 'light' : 'dark';
    const always: readonly Action[] = [
      {
        group: 'App',
        name: `Switch to ${other} theme`,
        run: () => void client.app.setTheme({ theme: other }),
      },
      { group: 'App', name: 'Show the keys', run: () => useUi.setState({ shortcuts: true }) },
      { group: 'Go to', name: 'Settings', run: () => goTo('settings') },
      { group: 'Report', name: 'Verify a report', run: () => void client.report.verify({}) },
    ];
    if (workspace === null) return [{ group: 'Go to', name: 'Start', run: () => goTo('start') }, ...always];
    const connected = hosts.filter((host) => host.connection === 'connected');
    return [
      ...Object.entries(stepLabels).map(([screen, label]) => ({
        group: 'Go to',
        name: label,
        run: () => goTo(screen as Screen),
      })),
      { group: 'Go to', name: 'Cluster', run: () => goTo('cluster') },
      { group: 'Go to', name: 'History', run: () => goTo('history') },
      {
        group: 'Hosts',
        name: 'Add a host',
        run: () => useUi.setState({ screen: 'hosts', hostDrawer: 'new' }),
      },
      {
        group: 'Hosts',
        name: 'Import from SSH configuration',
        run: () => useUi.setState({ screen: 'hosts', hostDrawer: 'ssh-config' }),
      },
      {
        group: 'Hosts',
        name: 'Import an inventory',
        run: () => useUi.setState({ screen: 'hosts', hostDrawer: 'inventory' }),
      },
      ...hosts
        .filter((host) => host.connection !== 'connected' && host.connection !== 'connecting')
        .map((host) => ({
          group: 'Hosts',
          name: `Connect ${host.host.name}`,
          run: () => void client.hosts.connect({ hostId: host.host.id }),
        })),
      ...(connected.length === 0
        ? []
        : [
            {
              group: 'Assess',
              name: 'Assess every connected host',
              run: () => {
                goTo('assess');
                void client.assess.start({ hostIds: connected.map((host) => host.host.id) });
              },
            },
          ]),
      ...findingRows(latestFindings(hosts)).map((row) => ({
        group: 'Finding',
        name: row.title,
        run: () => openFinding(row.controlId, row.worst.hostId),
      })),
      { group: 'Vault', name: 'Lock the vault', run: () => void client.vault.lock({}) },
      { group: 'App', name: 'Close the workspace', run: () => void client.workspace.close({}) },
      ...always,
    ];
  }, [client, workspace, hosts, theme]);
}

function startsWith(action: Action, words: string): boolean {
  return action.name.toLowerCase().startsWith(words.toLowerCase());
}

function Finder({ theme }: { readonly theme: 'light' | 'dark' }) {
  const actions = useActions(theme);
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = actions
    .filter((action) => {
      const text = `${action.group} ${action.name}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .toSorted((a, b) => Number(startsWith(b, words)) - Number(startsWith(a, words)))
    .slice(0, 12);
  const chosen = Math.min(at, found.length - 1);
  const close = (): void => useUi.setState({ palette: false });
  const run = (action: Action | undefined): void => {
    if (action === undefined) return;
    close();
    action.run();
  };
  return (
    <div className="palette">
      <input
        type="text"
        role="combobox"
        aria-label="Find an action"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found.length === 0 ? undefined : `${list}-${chosen}`}
        placeholder="Find an action, a step, a finding"
        ref={(field) => field?.focus()}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
          else if (event.key === 'Enter') run(found[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <div className="palette-list" role="listbox" id={list} aria-label="Actions">
        {found.map((action, index) => (
          <div
            key={`${action.group} ${action.name}`}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className="palette-option"
            onPointerMove={() => setAt(index)}
            onClick={() => run(action)}
            onKeyDown={(event) => event.key === 'Enter' && run(action)}
          >
            <span>{action.name}</span>
            <span className="muted">{action.group}</span>
          </div>
        ))}
        {found.length === 0 && <p className="palette-none muted">No action has this name.</p>}
      </div>
    </div>
  );
}

export function CommandPalette({ theme }: { readonly theme: 'light' | 'dark' }) {
  const open = useUi((ui) => ui.palette);
  return (
    <Modal
      variant={ModalVariant.small}
      className="palette-box"
      position="top"
      isOpen={open}
      onClose={() => useUi.setState({ palette: false })}
      aria-label="Actions"
    >
      <ModalBody>{open && <Finder theme={theme} />}</ModalBody>
    </Modal>
  );
}
