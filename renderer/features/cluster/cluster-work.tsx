/** What can be done to a secured cluster as a whole: it is planned and shown first. */
import type { TopologyCluster } from '../../../shared/domain/topology.ts';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button } from '../../ui/patternfly.ts';

/** Hosts whose nodes serve certificates; empty where one of the nodes is out of reach or speaks in clear. */
export function securedHosts({ nodes }: TopologyCluster): readonly string[] {
  const hosts = nodes.flatMap(({ hostId, standing, certificates }) =>
    hostId !== undefined && standing === 'read' && certificates.length > 0 ? [hostId] : [],
  );
  return hosts.length === nodes.length ? hosts : [];
}

export function ClusterWork({ cluster }: { readonly cluster: TopologyCluster }) {
  const client = useClient();
  const renew = useCall(client.plan.renew);
  const open = useMain((state) => state.vault.state) === 'unlocked';
  const hostIds = securedHosts(cluster);
  if (hostIds.length === 0) return null;
  const planRenewal = async (): Promise<void> => {
    if ((await renew.run({ hostIds: [...hostIds] })) !== undefined) goTo('apply');
  };
  return (
    <div className="cluster-work">
      <Button variant="secondary" isDisabled={!open || renew.pending} onClick={() => void planRenewal()}>
        Renew certificates…
      </Button>
      <span className="small muted">
        {open
          ? 'Makes a plan and shows it. Nodes take new certificates without a restart.'
          : 'The authority lies in the vault: open it first.'}
      </span>
      {renew.error !== undefined && <ErrorPanel error={renew.error} />}
    </div>
  );
}
