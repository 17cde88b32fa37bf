import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { workspaceState } from '../../../test/e2e/fake-main/states/build.ts';
import {
  clusterMany,
  clusterOdd,
  clusterOpen,
  clusterSecured,
} from '../../../test/e2e/fake-main/states/clusters.ts';
import { draw } from '../../../test/support/draw.tsx';
import { useUi } from '../../app/ui-store.ts';
import { ClusterScreen } from './cluster-screen.tsx';
import { certificateOf, rolesOf } from './cluster-words.ts';

function answer(): string {
  return screen.getByTestId('answer').textContent;
}

describe('the cluster screen', () => {
  it('says before the first assessment how to come by a picture', async () => {
    await draw(workspaceState(), <ClusterScreen />);
    expect(answer()).toBe('No node has been read yet');
    await userEvent.click(screen.getByRole('button', { name: 'Go to Assess' }));
    expect(useUi.getState().screen).toBe('assess');
  });

  it('tells an open cluster as picture and as table', async () => {
    await draw(clusterOpen, <ClusterScreen />);
    expect(answer()).toBe('One cluster of 3 nodes, security off on every one');
    expect(screen.getByRole('img')).toHaveAccessibleName(
      /elected master is node-1.*speak to other nodes in clear.*answer anybody/,
    );
    const rows = within(screen.getByRole('table', { name: 'Nodes of orders' })).getAllByRole('row');
    expect(rows).toHaveLength(4);
    expect(rows[1]).toHaveTextContent(
      /node-1 \(elected master\).*Security off.*10\.1\.0\.11:9200.*answers anybody/,
    );
  });

  it('counts the days of the certificates that are served', async () => {
    await draw(clusterSecured, <ClusterScreen />);
    expect(answer()).toBe('One cluster of 3 nodes, and a certificate has expired');
    expect(screen.getByRole('table', { name: 'Nodes of orders' })).toHaveTextContent(
      /824 days left.*21 days left.*certificate expired/,
    );
    const list = screen.getByRole('table', { name: 'Certificates of all hosts, by days left' });
    expect(list).toHaveTextContent(/expired \d+ days? ago.*21 days.*824 days/);
  });

  it('names the odd nodes, what is not known, and hosts beside the cluster', async () => {
    await draw(clusterOdd, <ClusterScreen />);
    expect(answer()).toMatch(/its nodes disagree in 3 things/);
    const notes = screen.getByRole('list', { name: 'What stands out' });
    expect(notes).toHaveTextContent(/node-2 has security off/);
    expect(notes).toHaveTextContent(/node-3 was not read/);
    expect(screen.getByText('kibana-1 has no Elasticsearch.')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Go to Review' })).toBeInTheDocument();
  });

  it('draws some of many nodes and lists all of them', async () => {
    await draw(clusterMany, <ClusterScreen />);
    expect(screen.getByText('18 more nodes in the table.')).toBeInTheDocument();
    expect(within(screen.getByRole('table', { name: /^Nodes of/ })).getAllByRole('row')).toHaveLength(31);
  });
});

describe('words', () => {
  const node = clusterSecured.topology?.clusters[0]?.nodes[0];
  if (!node) throw new Error('no node');
  it.each([
    [undefined, 'Roles not known'],
    [[], 'coordinating only'],
    [['data_hot', 'data_content'], 'data'],
    [['master', 'voting_only'], 'master-eligible, voting only'],
    [['ml', 'transform'], 'ml, transform'],
  ])('roles %j: %s', (roles, words) => {
    const { roles: _, ...rest } = node;
    expect(rolesOf(roles === undefined ? rest : { ...rest, roles })).toBe(words);
  });
  it('no certificate was seen: nothing is said', () => {
    expect(certificateOf({ ...node, certificates: [] }, 'http', 0)).toBeUndefined();
  });
});
