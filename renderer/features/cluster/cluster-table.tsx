/** The twin of the picture: the same in rows, with what has no room there. */
import type { ServedCertificate, TopologyCluster, TopologyNode } from '../../../shared/domain/topology.ts';
import { exposureWords } from '../../copy/words.ts';
import { Caption, Table, Tbody, Td, Th, Thead, Tr } from '../../ui/patternfly.ts';
import {
  certificateOf,
  dataOf,
  rolesOf,
  securityTones,
  securityWords,
  speechOf,
  speechTones,
  speechWords,
  standingWords,
} from './cluster-words.ts';

function Port({
  node,
  layer,
  now,
}: {
  readonly node: TopologyNode;
  readonly layer: ServedCertificate['layer'];
  readonly now: number;
}) {
  const address = layer === 'http' ? node.http : node.transport;
  const speech = speechOf(node, layer);
  const certificate = certificateOf(node, layer, now);
  const outside = node.outside.find((port) => port.layer === layer);
  return (
    <Td>
      <span className={`tone-${speechTones[speech]}`}>{speechWords[speech]}</span>
      {certificate !== undefined && (
        <span className={`small tone-${certificate.tone}`}>{`, ${certificate.text}`}</span>
      )}
      {address !== undefined && <span className="small muted block mono">{address}</span>}
      <span className="small muted block">
        {outside === undefined
          ? 'Not looked at from outside'
          : `From outside: ${exposureWords[outside.state]}${outside.answersStranger === 'yes' ? ', answers anybody' : ''}`}
      </span>
    </Td>
  );
}

export function ClusterTable({
  cluster,
  now,
}: {
  readonly cluster: TopologyCluster;
  /** Milliseconds since 1970. */
  readonly now: number;
}) {
  return (
    <Table role="table" variant="compact" gridBreakPoint="">
      <Caption className="sr-only">{`Nodes of ${cluster.name === '' ? 'this cluster' : cluster.name}`}</Caption>
      <Thead>
        <Tr>
          {['Node', 'Roles and data', 'Security', 'HTTP', 'Transport'].map((column) => (
            <Th key={column} scope="col">
              {column}
            </Th>
          ))}
        </Tr>
      </Thead>
      <Tbody>
        {cluster.nodes.map((node) => (
          <Tr key={node.key}>
            <Th scope="row">
              {node.name}
              {node.master === true && <span className="small">{' (elected master)'}</span>}
              <span className="small muted block">
                {[node.version, node.hostName].filter(Boolean).join(' on ') || 'Version not known'}
              </span>
              {node.standing !== 'read' && (
                <span className="small block">
                  {[standingWords[node.standing], node.note].filter((text) => text !== '').join('. ')}
                </span>
              )}
            </Th>
            <Td>
              {rolesOf(node)}
              <span className="small muted block">{dataOf(node)}</span>
            </Td>
            <Td>
              <span className={`tone-${securityTones[node.security]}`}>{securityWords[node.security]}</span>
              {node.running === false && <span className="small muted block">Does not run</span>}
            </Td>
            <Port node={node} layer="http" now={now} />
            <Port node={node} layer="transport" now={now} />
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
