/** Every certificate that a node of this workspace serves, the first to end on top. */
import type { ServedCertificate, TopologyNode } from '../../../shared/domain/topology.ts';
import { Panel } from '../../ui/page.tsx';
import { Caption, Table, Tbody, Td, Th, Thead, Tr } from '../../ui/patternfly.ts';
import { daysLeft, daysWords } from './cluster-words.ts';

interface Served {
  readonly node: TopologyNode;
  readonly certificate: ServedCertificate;
  readonly days: number;
}

export function servedByDays(nodes: readonly TopologyNode[], now: number): readonly Served[] {
  return nodes
    .flatMap((node) =>
      node.certificates.map((certificate) => ({ node, certificate, days: daysLeft(certificate, now) })),
    )
    .toSorted((a, b) => a.days - b.days);
}

export function CertificateList({
  nodes,
  now,
}: {
  readonly nodes: readonly TopologyNode[];
  /** Milliseconds since 1970. */
  readonly now: number;
}) {
  const served = servedByDays(nodes, now);
  if (served.length === 0) return null;
  return (
    <Panel id="certificates-by-days" title="Certificates, by days left">
      <Table role="table" variant="compact" gridBreakPoint="">
        <Caption className="sr-only">Certificates of all hosts, by days left</Caption>
        <Thead>
          <Tr>
            {['Days left', 'Node', 'Port', 'Certificate', 'Ends'].map((column) => (
              <Th key={column} scope="col">
                {column}
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {served.map(({ node, certificate, days }) => {
            const { text, tone } = daysWords(days);
            return (
              <Tr key={`${node.key} ${certificate.layer}`}>
                <Th scope="row">
                  <span className={`tone-${tone}`}>{text}</span>
                </Th>
                <Td>{node.name}</Td>
                <Td>{certificate.layer === 'http' ? 'HTTP' : 'Transport'}</Td>
                <Td>
                  {certificate.subject}
                  {certificate.issuer !== undefined && (
                    <span className="small muted block">{`Issued by ${certificate.issuer}`}</span>
                  )}
                </Td>
                <Td>{certificate.notAfter.slice(0, 10)}</Td>
              </Tr>
            );
          })}
        </Tbody>
      </Table>
    </Panel>
  );
}
