/** Step 1: what kind of deployment it is, and so what Bulwark will look at. */
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { deploymentWords } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { DeploymentCards, deploymentSentences } from './deployment-cards.tsx';
import { FeatureMatrix } from './feature-matrix.tsx';

export function DeploymentScreen() {
  const client = useClient();
  const workspace = useMain((state) => state.workspace);
  const choose = useCall(client.workspace.setDeployment);
  if (workspace === null) return null;
  return (
    <Page
      title="Deployment"
      step="Step 1 of 8"
      answer={`${workspace.name} is ${workspace.deployment === 'self-managed' ? 'self-managed' : `on ${deploymentWords[workspace.deployment]}`}`}
      lead={<p>{deploymentSentences[workspace.deployment]}</p>}
      action={
        <Button variant="primary" onClick={() => goTo('hosts')}>
          Continue to hosts
        </Button>
      }
      blast="Nothing is touched yet."
    >
      {choose.error !== undefined && <ErrorPanel error={choose.error} onDismiss={choose.dismiss} />}
      <DeploymentCards
        value={workspace.deployment}
        onChange={(deployment) => void choose.run({ deployment })}
      />
      <Panel id="matrix" title="Who looks after which security feature">
        <FeatureMatrix chosen={workspace.deployment} />
      </Panel>
    </Page>
  );
}
