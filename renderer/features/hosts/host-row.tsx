/** One host in the table: how it is reached and how it stands right now. */
import type { HostState } from '../../../shared/contract/state.ts';
import { useUi } from '../../app/ui-store.ts';
import { useCall, useClient } from '../../bridge/context.tsx';
import { loginWords, roleWords } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button, Td, Th, Tr } from '../../ui/patternfly.ts';
import { dayAndTime, exactTime } from '../../ui/time.ts';

const connectionWords: Readonly<Record<HostState['connection'], string>> = {
  never: 'Not connected yet',
  connecting: 'Connecting…',
  connected: 'Connected',
  disconnected: 'Disconnected',
  failed: 'Failed',
};

const keyWords: Readonly<Record<HostState['key']['state'], string>> = {
  'not-seen': 'Not seen yet',
  trusted: 'Trusted',
  changed: 'Changed',
};

const sudoShort = {
  none: 'no sudo',
  passwordless: 'sudo without password',
  password: 'sudo with password',
} as const;

export function HostRow({ state, columns }: { readonly state: HostState; readonly columns: number }) {
  const client = useClient();
  const { host, connection } = state;
  const connect = useCall(client.hosts.connect);
  const disconnect = useCall(client.hosts.disconnect);
  const error = connect.error ?? disconnect.error ?? (connection === 'failed' ? state.error : undefined);
  const busy = connection === 'connecting' || connect.pending;
  return (
    <>
      <Tr className={`host-row host-${connection}`}>
        <Th scope="row" title={host.name}>
          {host.name}
        </Th>
        <Td>
          <span className="mono">
            {host.user}@{host.address}
            {host.port === 22 ? '' : `:${host.port}`}
          </span>
          <span className="small muted block">
            {loginWords[host.login.method]}, {sudoShort[host.sudo]}
          </span>
        </Td>
        <Td>
          <span className={`connection connection-${connection}`}>
            <span className="dot" aria-hidden="true" />
            <span>{connectionWords[connection]}</span>
          </span>
        </Td>
        <Td>
          <span className={state.key.state === 'changed' ? 'tone-critical strong' : ''}>
            {keyWords[state.key.state]}
          </span>
          {state.key.key !== undefined && (
            <span className="small muted block mono" title={state.key.key.fingerprint}>
              {state.key.key.fingerprint.replace('SHA256:', '').slice(0, 12)}…
            </span>
          )}
        </Td>
        <Td>
          {state.elasticsearch === '' ? <span className="muted">not read yet</span> : state.elasticsearch}
          <span className="small muted block">
            {[...host.roles.map((role) => roleWords[role]), state.operatingSystem].filter(Boolean).join(', ')}
          </span>
        </Td>
        <Td>
          {state.lastSeen === undefined ? (
            <span className="muted">never</span>
          ) : (
            <time dateTime={state.lastSeen} title={exactTime(state.lastSeen)}>
              {dayAndTime(state.lastSeen)}
            </time>
          )}
        </Td>
        <Td className="row-actions">
          {connection === 'connected' ? (
            <Button
              variant="secondary"
              size="sm"
              aria-label={`Disconnect ${host.name}`}
              onClick={() => void disconnect.run({ hostId: host.id })}
            >
              Disconnect
            </Button>
          ) : (
            <Button
              variant="secondary"
              size="sm"
              aria-label={`${busy ? 'Connecting…' : 'Connect'} ${host.name}`}
              isDisabled={busy}
              onClick={() => void connect.run({ hostId: host.id })}
            >
              {busy ? 'Connecting…' : 'Connect'}
            </Button>
          )}
          <Button
            variant="link"
            size="sm"
            aria-label={`Edit ${host.name}`}
            onClick={() => useUi.setState({ hostDrawer: { hostId: host.id } })}
          >
            Edit
          </Button>
        </Td>
      </Tr>
      {error !== undefined && (
        <Tr className="host-error">
          <Td colSpan={columns}>
            <ErrorPanel
              error={error}
              onRetry={error.retryable ? () => void connect.run({ hostId: host.id }) : undefined}
            />
          </Td>
        </Tr>
      )}
    </>
  );
}
