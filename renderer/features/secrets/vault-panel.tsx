/** The vault: made once, unlocked once a session. The passphrase leaves this form at once and is not kept in the window. */
import { type SubmitEvent, useState } from 'react';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Glyph } from '../../ui/marks.tsx';
import { Panel } from '../../ui/page.tsx';
import { Button, FormGroup, TextInput } from '../../ui/patternfly.ts';
import { type NewPassphrase, PassphraseFields, passphraseProblem } from './passphrase-fields.tsx';
import { VaultDrawer, type VaultTask } from './vault-drawer.tsx';

const none: NewPassphrase = { first: '', again: '' };

function CreateVault() {
  const client = useClient();
  const create = useCall(client.vault.create);
  const [passphrase, setPassphrase] = useState(none);
  const [problem, setProblem] = useState('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const found = passphraseProblem(passphrase);
    setProblem(found);
    if (found !== '') return;
    const made = passphrase.first;
    setPassphrase(none);
    await create.run({ passphrase: made });
  };
  return (
    <form className="form-stack narrow" onSubmit={(event) => void submit(event)}>
      <p>
        The vault is one encrypted file on this computer. It keeps generated passwords, what was on a host
        before a change, and the key that signs reports.
      </p>
      <PassphraseFields value={passphrase} onChange={setPassphrase} />
      {problem !== '' && (
        <p className="hint hint-error" role="alert">
          {problem}
        </p>
      )}
      {create.error !== undefined && <ErrorPanel error={create.error} />}
      <Button variant="primary" type="submit" isDisabled={create.pending} isLoading={create.pending}>
        Create the vault
      </Button>
    </form>
  );
}

function UnlockVault() {
  const client = useClient();
  const unlock = useCall(client.vault.unlock);
  const minutes = useMain((app) => app.app.autoLockMinutes);
  const [passphrase, setPassphrase] = useState('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (passphrase === '') return;
    setPassphrase('');
    await unlock.run({ passphrase });
  };
  return (
    <form className="form-stack narrow" onSubmit={(event) => void submit(event)}>
      <p>It stays open until you lock it, close Bulwark, or leave it unused for {minutes} minutes.</p>
      <FormGroup label="Passphrase" fieldId="vault-passphrase">
        <TextInput
          id="vault-passphrase"
          type="password"
          autoComplete="current-password"
          value={passphrase}
          onChange={(_event, value) => setPassphrase(value)}
        />
      </FormGroup>
      {unlock.error !== undefined && <ErrorPanel error={unlock.error} />}
      <Button variant="primary" type="submit" isDisabled={unlock.pending} isLoading={unlock.pending}>
        Unlock the vault
      </Button>
    </form>
  );
}

export function VaultPanel() {
  const client = useClient();
  const state = useMain((app) => app.vault.state);
  const lock = useCall(client.vault.lock);
  const [task, setTask] = useState<VaultTask>();
  if (state === 'none') {
    return (
      <Panel id="vault" title="Create the vault">
        <CreateVault />
      </Panel>
    );
  }
  if (state === 'locked') {
    return (
      <Panel id="vault" title="Unlock the vault">
        <UnlockVault />
      </Panel>
    );
  }
  return (
    <div className="vault-open">
      <Glyph name="unlock" size={20} />
      <div>
        <p className="strong">The vault is open</p>
        <p className="small muted">
          One encrypted file on this computer. Only the passphrase opens it; nobody can recover it.
        </p>
      </div>
      <Button variant="link" onClick={() => setTask('passphrase')}>
        Change the passphrase
      </Button>
      <Button variant="link" onClick={() => setTask('copy')}>
        Copy for a custodian
      </Button>
      <Button variant="secondary" isDisabled={lock.pending} onClick={() => void lock.run({})}>
        Lock the vault
      </Button>
      {task !== undefined && <VaultDrawer task={task} onClose={() => setTask(undefined)} />}
    </div>
  );
}
