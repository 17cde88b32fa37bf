import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostState } from '../../shared/contract/state.ts';
import builtinPasswords from '../../shared/controls/auth/builtin-passwords/control.ts';
import consistentSecurity from '../../shared/controls/cluster/consistent-security/control.ts';
import type { Scan } from '../../shared/domain/finding.ts';
import { type HostNode, topologySchema } from '../../shared/domain/topology.ts';
import { findingOf } from '../../shared/engine/scan.ts';
import { factsOf, open } from '../../test/support/facts.ts';
import { collectingLog, emptyState, hostState } from '../../test/support/service-state.ts';
import { clusterView, hostNode } from '../../test/support/topology.ts';
import { createStateStore } from './state-store.ts';
import { judgeClusterAgain, topologySlice } from './topology.ts';
import { makeWorkspaceFolders, readScan, workspacePaths } from './workspace-files.ts';

const at = '2026-01-01T00:00:00.000Z';

function scanOf(hostId: string, node: HostNode, outcome: 'pass' | 'unknown'): Scan {
  const finding = findingOf(consistentSecurity, {}, hostId, at);
  return {
    id: `scan-${hostId}`,
    hostId,
    startedAt: at,
    finishedAt: at,
    findings: [{ ...finding, outcome }],
    exposure: [],
    node,
    factsDigest: '',
    subject: { hostname: '', operatingSystem: '', elasticsearch: '', hostKey: '' },
    cost: { connections: 0, execs: 0, roundTrips: 0, tunnels: 0, bytesIn: 0, milliseconds: 0 },
  };
}

function stateOf(
  n: number,
  changes: Partial<HostNode> = {},
  outcome: 'pass' | 'unknown' = 'pass',
): HostState {
  const state = hostState(`host-${n}`);
  return {
    ...state,
    host: { ...state.host, address: `10.1.0.1${n}` },
    latest: scanOf(`host-${n}`, hostNode(n, changes), outcome),
  };
}

let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'topology-'));
  await makeWorkspaceFolders(workspacePaths(root));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The verdicts shown and those on disk, by host. */
async function judged(hosts: readonly HostState[]) {
  const store = createStateStore(emptyState, () => undefined);
  store.setHosts(hosts);
  const paths = workspacePaths(root);
  await judgeClusterAgain({ store }, { paths });
  const shown = store.get().hosts.map(({ latest }) => latest?.findings[0]?.outcome);
  const kept = await Promise.all(
    hosts.map(async ({ host }) => (await readScan(paths, host.id, 'latest'))?.findings[0]?.outcome),
  );
  return { shown, kept };
}

describe('when a host was read or could not be', () => {
  it('every host is judged again, whichever was kept last, and what is shown is on disk', async () => {
    const hosts = [stateOf(1), stateOf(2, {}, 'unknown'), stateOf(3, { security: 'off' })];
    expect(await judged(hosts)).toEqual({
      shown: ['pass', 'pass', 'fail'],
      kept: ['pass', 'pass', 'fail'],
    });
  });

  it('nobody passes against what a host said before its last assessment failed', async () => {
    const silent = stateOf(3);
    const failed = { ...silent, assess: { ...silent.assess, state: 'failed', doing: 'No route.' } } as const;
    expect((await judged([stateOf(1), stateOf(2), failed])).kept).toEqual(['unknown', 'unknown', 'unknown']);
  });
});

it('says of a fix judged again how much it disturbs, with all that is fixed in the same step', async () => {
  const state = stateOf(1, { security: 'off' });
  const finding = findingOf(builtinPasswords, {}, 'host-1', at);
  const store = createStateStore(emptyState, () => undefined);
  store.setHosts([
    {
      ...state,
      latest: { ...scanOf('host-1', hostNode(1, { security: 'off' }), 'pass'), findings: [finding] },
    },
  ]);
  await judgeClusterAgain({ store }, { paths: workspacePaths(root) }, () => factsOf(open));
  const [again] = store.get().hosts[0]?.latest?.findings ?? [];
  expect(again?.outcome).toBe('fail');
  expect(again?.remedy).toMatchObject({ type: 'changes', blast: 'full', outageSeconds: 60 });
});

describe('the picture for the window', () => {
  it('is made anew only when a scan, an error or a host changed', () => {
    const slice = topologySlice(collectingLog());
    const hosts = [stateOf(1), stateOf(2), stateOf(3)];
    expect(slice(hosts).topology?.clusters).toHaveLength(1);
    expect(slice(hosts.map((state) => ({ ...state, notes: [] })))).toEqual({});
  });

  it('is dropped and logged when it has no agreed form, and the hosts stand there as not read', () => {
    const log = collectingLog();
    const strange = stateOf(5, { version: 'v'.repeat(61), cluster: clusterView([]) });
    const topology = topologySlice(log)([stateOf(1), strange]).topology;
    expect(topologySchema.safeParse(topology).success).toBe(true);
    expect(topology?.clusters).toEqual([]);
    expect(topology?.others.map(({ hostId, standing }) => [hostId, standing])).toEqual([
      ['host-1', 'not-read'],
      ['host-5', 'not-read'],
    ]);
    expect(log.lines.join()).toMatch(/the picture of the clusters was dropped/);
  });
});
