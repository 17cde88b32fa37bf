import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostState } from '../../shared/contract/state.ts';
import type { Exposure, Scan } from '../../shared/domain/finding.ts';
import { fail } from '../../shared/domain/result.ts';
import { answer, failure, peer, refusal, taughtReader } from '../../test/support/node-reader.ts';
import { emptyState, hostState } from '../../test/support/service-state.ts';
import { lookFromOtherHosts } from './looking-from-hosts.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { createStateStore } from './state-store.ts';
import { makeWorkspaceFolders, readScan, workspacePaths } from './workspace-files.ts';

const at = '2026-01-01T00:00:00.000Z';
const port = (number: number): Exposure => ({
  address: '192.0.2.1',
  port: number,
  state: 'tls',
  answersStranger: 'no',
  detail: '',
  at,
});

function scanOf(hostId: string, exposure: readonly Exposure[] = [port(9200), port(9300)]): Scan {
  return {
    id: `scan-${hostId}-1`,
    hostId,
    startedAt: at,
    finishedAt: at,
    findings: [],
    exposure: [...exposure],
    factsDigest: '',
    subject: { hostname: hostId, operatingSystem: '', elasticsearch: '', hostKey: '' },
    cost: { connections: 0, execs: 0, roundTrips: 0, tunnels: 0, bytesIn: 0, milliseconds: 0 },
  };
}

const read = (id: string, scan = scanOf(id)): HostState => ({
  ...hostState(id),
  latest: scan,
  baseline: scan,
  assess: { state: 'done', doing: '', areas: [] },
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'looking-from-hosts-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function looked(
  hosts: readonly HostState[],
  justRead: readonly string[],
  more: { signal?: AbortSignal } = {},
) {
  const paths = workspacePaths(root);
  await makeWorkspaceFolders(paths);
  const store = createStateStore(emptyState, () => undefined);
  store.setHosts(hosts);
  const opened: string[] = [];
  const workspace = {
    paths,
    connections: {
      isHeld: (id: string) => id === 'held',
      withSession: (id: string, _signal: unknown, work: (session: unknown) => Promise<unknown>) => {
        opened.push(id);
        if (id === 'gone') return Promise.resolve(fail(failure('SSH_CONNECTION_LOST')));
        return work(
          taughtReader({
            'observed 9200 /': answer(401, '{}', peer),
            'observed 9300 /': refusal('port-closed: Connection refused'),
          }),
        );
      },
    },
  } as unknown as OpenWorkspace;
  const doing: string[] = [];
  const handle = {
    signal: more.signal ?? new AbortController().signal,
    doing: (text: string) => doing.push(text),
  } as unknown as Parameters<typeof lookFromOtherHosts>[3];
  await lookFromOtherHosts({ store }, workspace, justRead, handle);
  const exposureOf = (id: string) =>
    store.get().hosts.find(({ host }) => host.id === id)?.latest?.exposure ?? [];
  return { exposureOf, opened, paths, store, doing };
}

const told = (exposure: readonly Exposure[]) =>
  exposure
    .filter(({ from }) => from !== undefined)
    .map(({ from, port: at, state }) => `${from} ${at} ${state}`);

describe('the view from the other hosts', () => {
  it('is taken from every host that was read or is connected, never from the host itself', async () => {
    const { exposureOf, opened, paths } = await looked(
      [read('a'), read('b'), hostState('held'), hostState('elsewhere')],
      ['a', 'b'],
    );
    expect(opened.toSorted()).toEqual(['a', 'b', 'held']);
    expect(told(exposureOf('a'))).toEqual([
      'b 9200 tls',
      'held 9200 tls',
      'b 9300 closed',
      'held 9300 closed',
    ]);
    expect(told(exposureOf('b'))).toEqual([
      'a 9200 tls',
      'held 9200 tls',
      'a 9300 closed',
      'held 9300 closed',
    ]);
    for (const which of ['latest', 'baseline'] as const)
      expect(told((await readScan(paths, 'a', which))?.exposure ?? [])).toHaveLength(4);
  });

  it('replaces an earlier one and leaves what the operator’s machine saw', async () => {
    const old = scanOf('a', [port(9200), { ...port(9200), from: 'long ago' }]);
    const { exposureOf } = await looked([read('a', old), read('b')], ['a', 'b']);
    expect(exposureOf('a')).toHaveLength(2);
    expect(exposureOf('a')[0]).toEqual(port(9200));
    expect(told(exposureOf('a'))).toEqual(['b 9200 tls']);
  });

  it('costs nothing where there is one host, or nothing to look at', async () => {
    expect((await looked([read('a')], ['a'])).opened).toEqual([]);
    expect((await looked([read('a', scanOf('a', [])), hostState('held')], ['a'])).opened).toEqual([]);
  });

  it('goes on without a host that is gone', async () => {
    const { exposureOf } = await looked([read('a'), read('gone'), hostState('held')], ['a', 'gone']);
    expect(told(exposureOf('a'))).toEqual(['held 9200 tls', 'held 9300 closed']);
  });

  it('leaves everything as it was when it is cancelled', async () => {
    const { exposureOf } = await looked([read('a'), read('b')], ['a', 'b'], { signal: AbortSignal.abort() });
    expect(told(exposureOf('a'))).toEqual([]);
  });
});
