/** What can be done to a secured cluster as a whole: it is planned and shown first. */
import type { TopologyCluster } from '../../../shared/domain/topology.ts';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button } from '../../ui/patternfly.ts';

/** Hosts whose nodes serve certificates; empty where one of the nodes is out of reach or speaks in clear. */
export function securedHosts({ nodes }: TopologyCluster): readonly string[] {
  const hosts = nodes.flatMap(({ hostId, standing, security, certificates }) =>
    hostId !== undefined && standing === 'read' && security === 'on' && certificates.length > 0
      ? [hostId]
      : [],
  );
  return hosts.length === nodes.length ? hosts : [];
}

export function ClusterWork({ cluster }: { readonly cluster: TopologyCluster }) {
  const client = useClient();
  const renew = useCall(client.plan.renew);
  const replace = useCall(client.plan.replaceAuthority);
  const open = useMain((state) => state.vault.state) === 'unlocked';
  const hostIds = securedHosts(cluster);
  if (hostIds.length === 0) return null;
  const planRenewal = async (): Promise<void> => {
    if ((await renew.run({ hostIds: [...hostIds] })) !== undefined) goTo('apply');
  };
  const planReplacement = async (): Promise<void> => {
    if ((await replace.run({ hostIds: [...hostIds] })) !== undefined) goTo('apply');
  };
  const error = renew.error ?? replace.error;
  return (
    <div className="cluster-work">
      <Button variant="secondary" isDisabled={!open || renew.pending} onClick={() => void planRenewal()}>
        Renew certificates…
      </Button>
      <Button
        variant="secondary"
        isDisabled={!open || replace.pending}
        onClick={() => void planReplacement()}
      >
        Replace the authority…
      </Button>
      <span className="small muted">
        {open
          ? 'Makes a plan and shows it. Nodes take new certificates without a restart.'
          : 'The authority lies in the vault: open it first.'}
      </span>
      {error !== undefined && <ErrorPanel error={error} />}
    </div>
  );
}
