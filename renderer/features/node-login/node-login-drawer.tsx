/** With whom Bulwark logs in to a host's Elasticsearch: give a login, forget it, or let Bulwark make one that may only read. */
import { type SubmitEvent, useState } from 'react';
import type { HostState } from '../../../shared/contract/state.ts';
import { goTo, useUi } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { nodeLoginSentences } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button, FormGroup, TextInput } from '../../ui/patternfly.ts';
import { SideDrawer } from '../../ui/side-drawer.tsx';

export function openNodeLogin(hostId: string): void {
  useUi.setState({ nodeLoginHost: hostId });
}

function close(): void {
  useUi.setState({ nodeLoginHost: '' });
}

function VaultFirst({ exists }: { readonly exists: boolean }) {
  return (
    <div className="form-stack">
      <p>
        A login is kept in the vault of this workspace, encrypted, and nowhere else.{' '}
        {exists ? 'The vault is locked.' : 'This workspace has no vault yet.'}
      </p>
      <Button
        variant="primary"
        onClick={() => {
          close();
          goTo('secrets');
        }}
      >
        {exists ? 'Unlock the vault' : 'Create the vault'}
      </Button>
    </div>
  );
}

function GiveLogin({ hostId, given }: { readonly hostId: string; readonly given: boolean }) {
  const client = useClient();
  const give = useCall(client.hosts.setNodeLogin);
  const forget = useCall(client.hosts.forgetNodeLogin);
  const [user, setUser] = useState('');
  const [missing, setMissing] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const name = user.trim();
    setMissing(name === '');
    // The question for the password follows; two dialogs at once would be one too many.
    if (name !== '' && (await give.run({ hostId, user: name })) !== undefined) close();
  };
  const error = give.error ?? forget.error;
  return (
    <section aria-labelledby="give-login" className="node-login-part">
      <h2 id="give-login">{given ? 'Your login' : 'Give a login'}</h2>
      <form className="form-stack" onSubmit={(event) => void submit(event)}>
        <FormGroup label="User in Elasticsearch" fieldId="node-user">
          <TextInput
            id="node-user"
            value={user}
            placeholder="elastic"
            spellCheck={false}
            autoComplete="off"
            validated={missing ? 'error' : 'default'}
            aria-describedby="node-user-hint"
            onChange={(_event, value) => setUser(value)}
          />
          <p className={missing ? 'hint hint-error' : 'hint'} id="node-user-hint">
            {missing
              ? 'Say which user.'
              : 'The password is asked for next. Bulwark logs in with both, and keeps them only when Elasticsearch accepts them.'}
          </p>
        </FormGroup>
        {error !== undefined && <ErrorPanel error={error} />}
        <div className="button-row">
          <Button variant={given ? 'secondary' : 'primary'} type="submit" isDisabled={give.pending}>
            {given ? 'Give another login' : 'Give this login'}
          </Button>
          {given && (
            <Button variant="link" isDisabled={forget.pending} onClick={() => void forget.run({ hostId })}>
              Forget the login
            </Button>
          )}
        </div>
      </form>
    </section>
  );
}

function Reader({ hostId, login }: { readonly hostId: string; readonly login: HostState['nodeLogin'] }) {
  const client = useClient();
  const create = useCall(client.hosts.createReader);
  const remove = useCall(client.hosts.removeReader);
  const made = login === 'reader';
  const possible = login === 'given' || login === 'bulwark';
  const start = async (): Promise<void> => {
    const started = await (made ? remove : create).run({ hostId });
    if (started !== undefined) close();
  };
  const error = create.error ?? remove.error;
  return (
    <section aria-labelledby="node-reader" className="node-login-part">
      <h2 id="node-reader">A login that may only read</h2>
      {made ? (
        <p>
          Bulwark will delete the user and the role <code className="mono">bulwark_reader</code> in the
          cluster, logged in as an administrator, and forget the password. Other hosts of the same cluster
          lose it too.
        </p>
      ) : (
        <>
          <p>
            Bulwark will make a role and a user <code className="mono">bulwark_reader</code> in the cluster,
            with a generated password that is kept in the vault. They may read the state of the cluster, its
            users and its snapshots, and change nothing. Assessments use them instead of an administrator.
          </p>
          <p className="small muted">
            Privileges: monitor, read_security, monitor_snapshot. It is written into the journal of this host,
            and can be removed here.
          </p>
        </>
      )}
      {!made && !possible && (
        <p className="hint">Give the login of an administrator first; Bulwark needs it to make the reader.</p>
      )}
      {error !== undefined && <ErrorPanel error={error} />}
      <Button
        variant="secondary"
        isDisabled={create.pending || remove.pending || !(made || possible)}
        onClick={() => void start()}
      >
        {made ? 'Remove the reader' : 'Create the reader'}
      </Button>
    </section>
  );
}

export function NodeLoginDrawer() {
  const hostId = useUi((ui) => ui.nodeLoginHost);
  const state = useMain((app) => app.hosts.find((one) => one.host.id === hostId));
  const vault = useMain((app) => app.vault);
  if (state === undefined) return null;
  const given = vault.secrets.some(({ ref }) => ref === `es/${hostId}/login`);
  const login = state.nodeLogin ?? 'none';
  return (
    <SideDrawer
      title={`Elasticsearch login for ${state.host.name}`}
      description="It goes through the SSH connection, and only to a node that proves to be this host’s own."
      onClose={close}
      footer={
        <Button variant="link" onClick={close}>
          Close
        </Button>
      }
    >
      {vault.state === 'unlocked' ? (
        <div className="form-stack">
          <p>{nodeLoginSentences[login]}</p>
          <GiveLogin hostId={hostId} given={given} />
          <Reader hostId={hostId} login={login} />
        </div>
      ) : (
        <VaultFirst exists={vault.state === 'locked'} />
      )}
    </SideDrawer>
  );
}
