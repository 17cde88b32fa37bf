/** Beside the path: which nodes form which cluster, how they are linked, and where they disagree. */
import type { Topology, TopologyCluster } from '../../../shared/domain/topology.ts';
import { goTo } from '../../app/ui-store.ts';
import { useMain } from '../../bridge/context.tsx';
import { count, names } from '../../copy/words.ts';
import { OutcomeMark } from '../../ui/marks.tsx';
import { EmptyState, Page, Panel } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { useNow } from '../../ui/use-now.ts';
import { LookDrawing } from '../start/drawings.tsx';
import { CertificateList } from './certificate-list.tsx';
import { ClusterPicture } from './cluster-picture.tsx';
import { ClusterTable } from './cluster-table.tsx';
import { answerOf } from './cluster-words.ts';
import { ClusterWork } from './cluster-work.tsx';

const nothing: Topology = { clusters: [], others: [] };

function Cluster({ cluster, now }: { readonly cluster: TopologyCluster; readonly now: number }) {
  const { disagreements, gaps } = cluster;
  const size = count(cluster.nodes.length, 'node');
  return (
    <Panel
      id={`cluster-${cluster.key.replaceAll(/[^A-Za-z0-9-]/g, '-')}`}
      title={cluster.name === '' ? 'A cluster without a known name' : cluster.name}
      aside={
        <span className="small muted">
          {cluster.status === undefined ? size : `${size}, health ${cluster.status}`}
        </span>
      }
    >
      {disagreements.length + gaps.length > 0 && (
        <ul className="cluster-notes" aria-label="What stands out">
          {disagreements.map((one) => (
            <li key={one.sentence}>
              <OutcomeMark outcome="fail" severity={one.unsafe ? 'high' : 'medium'} />
              <span>{one.sentence}</span>
            </li>
          ))}
          {gaps.map((gap) => (
            <li key={gap}>
              <OutcomeMark outcome="unknown" />
              <span>{gap}</span>
            </li>
          ))}
        </ul>
      )}
      <ClusterPicture cluster={cluster} now={now} />
      <ClusterTable cluster={cluster} now={now} />
      <ClusterWork cluster={cluster} />
    </Panel>
  );
}

export function ClusterScreen() {
  const topology = useMain((state) => state.topology) ?? nothing;
  const reading = useMain((state) => state.hosts).filter((host) => host.assess.state === 'running');
  const now = useNow(false);
  const odd = topology.clusters.some(({ disagreements }) => disagreements.length > 0);
  const unread = topology.others.filter(({ standing }) => standing === 'not-read');
  const plain = topology.others.filter(({ standing }) => standing === 'no-node');
  return (
    <Page
      title="Cluster"
      answer={answerOf(topology, now)}
      lead={
        reading.length > 0 ? (
          <p role="status">{`Reading ${names(reading.map(({ host }) => host.name))}; the picture grows as answers come.`}</p>
        ) : undefined
      }
      action={
        odd ? (
          <Button variant="primary" onClick={() => goTo('review')}>
            Go to Review
          </Button>
        ) : (
          <Button variant="primary" onClick={() => goTo('assess')}>
            Go to Assess
          </Button>
        )
      }
      blast={odd ? 'There is one finding for each odd node.' : 'Assessing changes nothing on the hosts.'}
    >
      {topology.clusters.length === 0 && (
        <EmptyState drawing={<LookDrawing />} title="No node has been read yet">
          Once a host is assessed, its node stands here, with the other nodes of its cluster and what links
          them.
        </EmptyState>
      )}
      {topology.clusters.map((cluster) => (
        <Cluster key={cluster.key} cluster={cluster} now={now} />
      ))}
      <CertificateList nodes={topology.clusters.flatMap(({ nodes }) => nodes)} now={now} />
      {unread.length + plain.length > 0 && (
        <Panel id="cluster-others" title="Other hosts">
          <ul className="cluster-notes">
            {unread.map(({ hostId, hostName, note }) => (
              <li key={hostId}>
                <OutcomeMark outcome="unknown" />
                <span>{`${hostName} was not read. ${note}`.trim()}</span>
              </li>
            ))}
            {plain.map(({ hostId, hostName }) => (
              <li key={hostId}>
                <OutcomeMark outcome="not-applicable" />
                <span>{`${hostName} has no Elasticsearch.`}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </Page>
  );
}
