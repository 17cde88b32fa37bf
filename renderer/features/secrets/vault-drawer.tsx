/** A new passphrase for the vault, or a copy of it under the passphrase of a second custodian. Neither is kept in the window. */
import { type SubmitEvent, useState } from 'react';
import { notify } from '../../app/ui-store.ts';
import { useCall, useClient } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button, FormGroup, TextInput } from '../../ui/patternfly.ts';
import { SideDrawer } from '../../ui/side-drawer.tsx';
import { type NewPassphrase, PassphraseFields, passphraseProblem } from './passphrase-fields.tsx';

export type VaultTask = 'passphrase' | 'copy';

const none: NewPassphrase = { first: '', again: '' };

const words: Readonly<
  Record<
    VaultTask,
    { readonly title: string; readonly description: string; readonly own: string; readonly action: string }
  >
> = {
  passphrase: {
    title: 'Change the passphrase',
    description:
      'Everything in the vault is encrypted anew. Copies and backups made earlier still open with the old passphrase: destroy them if it became known.',
    own: 'Passphrase until now',
    action: 'Change the passphrase',
  },
  copy: {
    title: 'Copy for a second custodian',
    description:
      'A second person gets a copy of the vault and opens it with a passphrase that you do not know. Let them type it here. The copy holds what the vault holds now; make a new one after passwords have changed.',
    own: 'Your passphrase',
    action: 'Choose where to write it',
  },
};

export function VaultDrawer({ task, onClose }: { readonly task: VaultTask; readonly onClose: () => void }) {
  const client = useClient();
  const change = useCall(client.vault.changePassphrase);
  const copy = useCall(client.vault.copyForCustodian);
  const [own, setOwn] = useState('');
  const [wanted, setWanted] = useState(none);
  const [problem, setProblem] = useState('');
  const { title, description, own: ownLabel, action } = words[task];
  const error = change.error ?? copy.error;
  const pending = change.pending || copy.pending;

  const problemNow = (): string => {
    if (own === '') return `Type ${ownLabel.toLowerCase()} first.`;
    if (wanted.first === own) return 'The two passphrases must not be the same.';
    return passphraseProblem(wanted);
  };

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const found = problemNow();
    setProblem(found);
    if (found !== '') return;
    const given = { passphrase: own, next: wanted.first };
    setOwn('');
    setWanted(none);
    if (task === 'passphrase') {
      if ((await change.run({ passphrase: given.passphrase, wanted: given.next })) === undefined) return;
      notify('success', 'The vault has its new passphrase.');
      onClose();
      return;
    }
    const written = await copy.run({ passphrase: given.passphrase, theirs: given.next });
    if (written === undefined || written.path === null) return;
    notify('success', `The copy lies in ${written.path}.`);
    onClose();
  };

  return (
    <SideDrawer
      title={title}
      description={description}
      onClose={onClose}
      footer={
        <>
          <Button variant="primary" type="submit" form="vault-task" isDisabled={pending} isLoading={pending}>
            {action}
          </Button>
          <Button variant="link" onClick={onClose}>
            Cancel
          </Button>
        </>
      }
    >
      <form id="vault-task" className="form-stack" onSubmit={(event) => void submit(event)}>
        <FormGroup label={ownLabel} fieldId="own-passphrase">
          <TextInput
            id="own-passphrase"
            type="password"
            autoComplete="current-password"
            value={own}
            onChange={(_event, value) => setOwn(value)}
          />
        </FormGroup>
        <PassphraseFields
          value={wanted}
          onChange={setWanted}
          owner={task === 'copy' ? 'custodian' : 'operator'}
        />
        {problem !== '' && (
          <p className="hint hint-error" role="alert">
            {problem}
          </p>
        )}
        {error !== undefined && <ErrorPanel error={error} />}
      </form>
    </SideDrawer>
  );
}
