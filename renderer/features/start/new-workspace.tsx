/** Name, deployment type and vault passphrase: all that a workspace needs before the first host. */
import { type SubmitEvent, useState } from 'react';
import type { DeploymentType } from '../../../shared/domain/deployment.ts';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Button, Form, FormGroup, TextInput } from '../../ui/patternfly.ts';
import { DeploymentCards, deploymentSentences } from '../deployment/deployment-cards.tsx';
import { FeatureMatrix } from '../deployment/feature-matrix.tsx';
import { type NewPassphrase, PassphraseFields, passphraseProblem } from '../secrets/passphrase-fields.tsx';

const none: NewPassphrase = { first: '', again: '' };

export function NewWorkspace({ onBack }: { readonly onBack: () => void }) {
  const client = useClient();
  const create = useCall(client.workspace.create);
  const createVault = useCall(client.vault.create);
  const [name, setName] = useState('');
  const [deployment, setDeployment] = useState<DeploymentType>('self-managed');
  const [passphrase, setPassphrase] = useState(none);
  const [problem, setProblem] = useState('');

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const missing = name.trim() === '' ? 'Give the workspace a name.' : passphraseProblem(passphrase);
    setProblem(missing);
    if (missing !== '') return;
    const made = await create.run({ name: name.trim(), deployment });
    if (made === undefined) return;
    const vault = await createVault.run({ passphrase: passphrase.first });
    setPassphrase(none);
    goTo(vault === undefined ? 'secrets' : 'hosts');
  }

  const error = create.error ?? createVault.error;
  const busy = create.pending || createVault.pending;
  return (
    <Form className="plain-form" onSubmit={(event) => void submit(event)}>
      <Page
        title="New workspace"
        answer="What do you want to harden?"
        lead={
          <p>
            A workspace keeps one deployment together: its hosts, assessments, the journal of every change,
            and an encrypted vault. It stays on this computer.
          </p>
        }
        action={
          <div className="button-row">
            <Button variant="link" onClick={onBack}>
              Back
            </Button>
            <Button variant="primary" type="submit" isDisabled={busy} isLoading={busy}>
              Create workspace
            </Button>
          </div>
        }
        blast="Nothing is touched yet."
      >
        {error !== undefined && <ErrorPanel error={error} />}
        {problem !== '' && (
          <p className="hint hint-error" role="alert">
            {problem}
          </p>
        )}
        <div className="columns">
          <Panel id="new-name" title="Name">
            <FormGroup label="Name of the workspace" fieldId="workspace-name">
              <TextInput
                id="workspace-name"
                value={name}
                maxLength={80}
                placeholder="Production search"
                onChange={(_event, value) => setName(value)}
              />
              <p className="hint">It stands on the report.</p>
            </FormGroup>
          </Panel>
          <Panel id="new-vault" title="Vault">
            <div className="form-stack">
              <PassphraseFields value={passphrase} onChange={setPassphrase} />
            </div>
          </Panel>
        </div>
        <Panel id="new-deployment" title="Deployment">
          <DeploymentCards value={deployment} onChange={setDeployment} />
          <p className="prose">{deploymentSentences[deployment]}</p>
          <FeatureMatrix chosen={deployment} />
        </Panel>
      </Page>
    </Form>
  );
}
