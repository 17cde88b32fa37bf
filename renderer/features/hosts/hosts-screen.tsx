/** Step 2: the hosts, and whether Bulwark reaches them. */
import { useState } from 'react';
import type { HostState } from '../../../shared/contract/state.ts';
import { goTo, useUi } from '../../app/ui-store.ts';
import { useClient, useMain } from '../../bridge/context.tsx';
import { count, names } from '../../copy/words.ts';
import { Glyph } from '../../ui/marks.tsx';
import { OperationError } from '../../ui/operation-error.tsx';
import { EmptyState, Page } from '../../ui/page.tsx';
import { Button, Caption, Table, Tbody, Th, Thead, Tr } from '../../ui/patternfly.ts';
import { LookDrawing } from '../start/drawings.tsx';
import { HostDrawer } from './host-drawer.tsx';
import { HostRow } from './host-row.tsx';
import { ImportDrawer } from './import-drawer.tsx';

const columns = ['Name', 'Login', 'Connection', 'Host key', 'Found', 'Last seen'] as const;

function answerOf(hosts: readonly HostState[]): string {
  if (hosts.length === 0) return 'Which machines should Bulwark look at?';
  const changed = hosts.filter((host) => host.key.state === 'changed');
  if (changed.length > 0)
    return `${names(changed.map((host) => host.host.name))} ${changed.length === 1 ? 'shows' : 'show'} a different host key`;
  const failed = hosts.filter((host) => host.connection === 'failed');
  const connected = hosts.filter((host) => host.connection === 'connected').length;
  if (failed.length > 0)
    return `${connected} of ${count(hosts.length, 'host')} connected, ${names(failed.map((host) => host.host.name))} cannot be reached`;
  if (connected === hosts.length)
    return hosts.length === 1
      ? 'The host is connected'
      : hosts.length === 2
        ? 'Both hosts are connected'
        : `All ${hosts.length} hosts are connected`;
  if (connected === 0)
    return hosts.length === 1
      ? 'The host is not connected yet'
      : `None of ${hosts.length} hosts is connected yet`;
  return `${connected} of ${count(hosts.length, 'host')} connected`;
}

function openNew(): void {
  useUi.setState({ hostDrawer: 'new' });
}

function ImportButtons() {
  return (
    <>
      <Button variant="secondary" onClick={() => useUi.setState({ hostDrawer: 'ssh-config' })}>
        Import from SSH configuration
      </Button>
      <Button variant="secondary" onClick={() => useUi.setState({ hostDrawer: 'inventory' })}>
        Import an inventory
      </Button>
    </>
  );
}

function HostTable({ hosts }: { readonly hosts: readonly HostState[] }) {
  const [words, setWords] = useState('');
  const shown = hosts.filter((host) =>
    `${host.host.name} ${host.host.address} ${host.elasticsearch}`
      .toLowerCase()
      .includes(words.toLowerCase()),
  );
  return (
    <>
      {hosts.length > 8 && (
        <input
          type="search"
          className="search"
          aria-label="Search hosts"
          placeholder="Search hosts"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      )}
      <div className="table-scroll sheet" role="group" aria-label="Scrolls sideways" tabIndex={0}>
        <Table role="table" variant="compact" gridBreakPoint="" className="hosts-table">
          <Caption className="sr-only">Hosts</Caption>
          <Thead>
            <Tr>
              {columns.map((column) => (
                <Th key={column} scope="col">
                  {column}
                </Th>
              ))}
              <Th scope="col">
                <span className="sr-only">Actions</span>
              </Th>
            </Tr>
          </Thead>
          <Tbody>
            {shown.map((host) => (
              <HostRow key={host.host.id} state={host} columns={columns.length + 1} />
            ))}
          </Tbody>
        </Table>
      </div>
    </>
  );
}

export function HostsScreen() {
  const client = useClient();
  const hosts = useMain((state) => state.hosts);
  const drawer = useUi((ui) => ui.hostDrawer);
  const connected = hosts.filter((host) => host.connection === 'connected').length;
  const away = hosts.filter((host) => host.connection !== 'connected' && host.connection !== 'connecting');
  const editing =
    typeof drawer === 'object' ? hosts.find((host) => host.host.id === drawer.hostId)?.host : undefined;
  const connectAll = (): void => {
    for (const host of away) void client.hosts.connect({ hostId: host.host.id });
  };
  const primary =
    hosts.length === 0 ? (
      <Button variant="primary" icon={<Glyph name="plus" />} onClick={openNew}>
        Add a host
      </Button>
    ) : connected > 0 ? (
      <Button variant="primary" onClick={() => goTo('assess')}>
        Continue to assessment
      </Button>
    ) : (
      <Button variant="primary" isDisabled={away.length === 0} onClick={connectAll}>
        {away.length === 0 ? 'Connecting…' : `Connect ${count(away.length, 'host')}`}
      </Button>
    );
  return (
    <Page
      title="Hosts"
      step="Step 2 of 8"
      answer={answerOf(hosts)}
      action={primary}
      blast={
        connected > 0 || hosts.length === 0
          ? 'Nothing is touched yet.'
          : 'Opens one SSH connection each; changes nothing.'
      }
    >
      <OperationError kinds={['node-login']} />
      {hosts.length === 0 ? (
        <EmptyState
          drawing={<LookDrawing />}
          title="No host yet"
          action={
            <div className="button-row">
              <ImportButtons />
            </div>
          }
        >
          Bulwark needs one SSH login per host, and sudo there to read what only root may read. It installs
          nothing.
        </EmptyState>
      ) : (
        <>
          <div className="toolbar">
            <Button variant="secondary" icon={<Glyph name="plus" />} onClick={openNew}>
              Add a host
            </Button>
            <ImportButtons />
            {connected > 0 && away.length > 1 && (
              <Button variant="secondary" onClick={connectAll}>
                Connect {away.length} more
              </Button>
            )}
          </div>
          <HostTable hosts={hosts} />
        </>
      )}
      {drawer === 'new' && <HostDrawer />}
      {(drawer === 'ssh-config' || drawer === 'inventory') && <ImportDrawer key={drawer} source={drawer} />}
      {editing !== undefined && <HostDrawer key={editing.id} host={editing} />}
    </Page>
  );
}
