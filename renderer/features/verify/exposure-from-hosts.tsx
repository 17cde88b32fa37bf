/** What the other hosts see of each port, before and after: one line for all that see the same. */
import { Caption, Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { HostState } from '../../../shared/contract/state.ts';
import type { Exposure } from '../../../shared/domain/finding.ts';
import { exposureTones, sentenceOf } from './exposure-drawing.tsx';

interface Line {
  readonly host: string;
  readonly port: number;
  readonly from: readonly string[];
  readonly before: Exposure | undefined;
  readonly after: Exposure | undefined;
}

const wordsOf = (one: Exposure | undefined) => (one === undefined ? 'Not looked at' : sentenceOf(one));

/** Lines that say the same of the same port are one; hosts in the order of the workspace, ports ascending. */
export function linesOf(hosts: readonly HostState[]): readonly Line[] {
  return hosts.flatMap(({ host, baseline, latest }) => {
    const before = (baseline?.exposure ?? []).filter(({ from }) => from !== undefined);
    const after = (latest?.exposure ?? []).filter(({ from }) => from !== undefined);
    const lines = new Map<string, Line>();
    for (const { port, from = '' } of [...after, ...before].toSorted((one, other) => one.port - other.port)) {
      const same = (one: Exposure) => one.port === port && one.from === from;
      const [was, is] = [before.find(same), after.find(same)];
      const key = JSON.stringify([port, wordsOf(was), wordsOf(is)]);
      const earlier = lines.get(key)?.from ?? [];
      if (!earlier.includes(from))
        lines.set(key, { host: host.name, port, from: [...earlier, from], before: was, after: is });
    }
    return [...lines.values()];
  });
}

function Seen({ exposure }: { readonly exposure: Exposure | undefined }) {
  if (exposure === undefined) return <span className="muted">Not looked at</span>;
  const tone = exposure.answersStranger === 'yes' ? 'critical' : exposureTones[exposure.state];
  return (
    <span className={`tone-${tone}`} title={exposure.detail}>
      {sentenceOf(exposure)}
    </span>
  );
}

export function ExposureFromHosts({ hosts }: { readonly hosts: readonly HostState[] }) {
  const lines = linesOf(hosts);
  if (lines.length === 0) return undefined;
  return (
    <>
      <h3>From the other hosts</h3>
      <Table role="table" variant="compact" gridBreakPoint="">
        <Caption className="sr-only">What the other hosts see of each port, before and after</Caption>
        <Thead>
          <Tr>
            <Th scope="col">Host</Th>
            <Th scope="col">Port</Th>
            <Th scope="col">Seen from</Th>
            <Th scope="col">Before</Th>
            <Th scope="col">After</Th>
          </Tr>
        </Thead>
        <Tbody>
          {lines.map(({ host, port, from, before, after }) => (
            <Tr key={`${host}:${port}:${from.join()}`}>
              <Th scope="row">{host}</Th>
              <Td className="mono">{port}</Td>
              <Td>{from.join(', ')}</Td>
              <Td>
                <Seen exposure={before} />
              </Td>
              <Td>
                <Seen exposure={after} />
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}
