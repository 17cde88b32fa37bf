/** The five deployment types as cards; one is chosen. */
import { type DeploymentType, deploymentTypes } from '../../../shared/domain/deployment.ts';
import { deploymentWords } from '../../copy/words.ts';

const lines: Readonly<Record<DeploymentType, string>> = {
  'self-managed': 'You run the hosts, the nodes and the network.',
  ece: 'You run the hosts, an orchestrator runs the nodes.',
  eck: 'You run Kubernetes, an operator runs the nodes.',
  'cloud-hosted': 'Elastic runs hosts and nodes in a cloud.',
  serverless: 'Elastic runs everything; you use projects.',
};

export const deploymentSentences: Readonly<Record<DeploymentType, string>> = {
  'self-managed':
    'Bulwark will look at the hosts over SSH, the network, TLS, passwords and keystores, and can fix most of what it finds. Of Kibana it reads the files, not a running server.',
  ece: 'Bulwark will look at the hosts and the network over SSH. What the orchestrator itself manages is shown, and stays with the orchestrator.',
  eck: 'Bulwark will look at hosts that it can reach over SSH. Security of the nodes is set in Kubernetes resources, which this version does not read.',
  'cloud-hosted':
    'Elastic looks after hosts, TLS and encryption. There is no host to connect to, so this version of Bulwark has nothing to assess here.',
  serverless:
    'Elastic looks after almost everything. There is no host to connect to, so this version of Bulwark has nothing to assess here.',
};

export function DeploymentCards({
  value,
  onChange,
}: {
  readonly value: DeploymentType;
  readonly onChange: (deployment: DeploymentType) => void;
}) {
  return (
    <fieldset className="cards">
      <legend className="sr-only">Deployment type</legend>
      {deploymentTypes.map((type) => (
        <label key={type} className="card">
          <input
            type="radio"
            name="deployment"
            value={type}
            checked={value === type}
            aria-label={deploymentWords[type]}
            aria-describedby={`deployment-${type}`}
            onChange={() => onChange(type)}
          />
          <span className="card-title">{deploymentWords[type]}</span>
          <span className="card-line" id={`deployment-${type}`}>
            {lines[type]}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
