import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostState } from '../../shared/contract/state.ts';
import savedObjectsKey from '../../shared/controls/kibana/saved-objects-key/control.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import type { Scan } from '../../shared/domain/finding.ts';
import { findingOf } from '../../shared/engine/scan.ts';
import { known } from '../../test/support/facts.ts';
import {
  allKeys,
  key,
  keystoreOf,
  kibanaFacts,
  notRead,
  secretEntry,
  ymlOf,
} from '../../test/support/kibana.ts';
import { emptyState, hostState } from '../../test/support/service-state.ts';
import { judgeKibanaAgain, kibanaPeers, kibanaReading } from './kibana-peers.ts';
import { createStateStore } from './state-store.ts';
import { makeWorkspaceFolders, readScan, workspacePaths } from './workspace-files.ts';

const at = '2026-01-01T00:00:00.000Z';
const nobody: Facts = { kibana: known(null) };
const other = kibanaFacts({
  keystore: keystoreOf([], [key('xpack.encryptedSavedObjects.encryptionKey', { print: 'another' })]),
});

function scanOf(hostId: string, facts: Facts): Scan {
  return {
    id: `scan-${hostId}`,
    hostId,
    startedAt: at,
    finishedAt: at,
    findings: [findingOf(savedObjectsKey, { 'kibana-peers': known([]), ...facts }, hostId, at)],
    exposure: [],
    factsDigest: '',
    subject: { hostname: '', operatingSystem: '', elasticsearch: '', hostKey: '' },
    cost: { connections: 0, execs: 0, roundTrips: 0, tunnels: 0, bytesIn: 0, milliseconds: 0 },
  };
}

function stateOf(id: string, facts: Facts | undefined): HostState {
  const state = hostState(id);
  return facts === undefined ? state : { ...state, latest: scanOf(id, facts) };
}

let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'kibana-'));
  await makeWorkspaceFolders(workspacePaths(root));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('Kibana on the other hosts', () => {
  const states = (facts: Facts | undefined) => [stateOf('a', kibanaFacts()), stateOf('b', facts)];
  const seen = (facts: Facts | undefined, remembered = facts) =>
    kibanaPeers(states(facts), 'a', (id) => (id === 'b' ? remembered : undefined))[0];

  it('is read, not there, or not read', () => {
    expect(seen(kibanaFacts())).toMatchObject({ state: 'read', keys: allKeys });
    expect(seen(nobody)).toMatchObject({ state: 'none' });
    expect(seen({ kibana: notRead })).toMatchObject({ state: 'not-read' });
    expect(seen(kibanaFacts({ keystore: notRead }))).toMatchObject({ state: 'not-read' });
    expect(seen(undefined)).toMatchObject({ state: 'not-read' });
  });

  it('is not read where a key comes from what is not read', () => {
    const name = 'xpack.encryptedSavedObjects.encryptionKey';
    const none = { keystore: keystoreOf([]) };
    for (const hidden of [
      { ...none, settings: ymlOf({ [name]: '${KBN_KEY}' }) },
      { ...none, settings: ymlOf({ [name]: '[secret]' }) },
      { ...none, settings: ymlOf({ [name]: '[secret]' }, { keys: [key(name)], duplicates: [name] }) },
      {
        settings: ymlOf({ [name]: '[secret]' }, { keys: [key(name)] }),
        keystore: keystoreOf([secretEntry(name)]),
      },
      { overrides: [`--${name}`] },
      { overrides: ['-c'] },
    ])
      expect(seen(kibanaFacts(hidden))).toEqual({ host: 'b', state: 'not-read', keys: [] });
    expect(seen(kibanaFacts({ ...none, settings: ymlOf({ [name]: '' }) }))).toMatchObject({ state: 'read' });
    expect(seen(kibanaFacts({ settings: ymlOf({ [name]: '${KBN_KEY}' }) }))).toMatchObject({
      state: 'read',
      keys: allKeys,
    });
  });

  it('is told after a restart of the app only where there was none', () => {
    expect(kibanaPeers(states(nobody), 'a', () => undefined)).toMatchObject([{ state: 'none' }]);
    expect(kibanaPeers(states(kibanaFacts()), 'a', () => undefined)).toMatchObject([{ state: 'not-read' }]);
  });

  it('changes the verdict on those that were judged before it, in the state and on disk', async () => {
    const facts = new Map([
      ['a', kibanaFacts()],
      ['b', other],
      ['c', nobody],
    ]);
    const store = createStateStore(emptyState, () => undefined);
    store.setHosts([...facts].map(([id, one]) => stateOf(id, one)));
    const outcomes = () => store.get().hosts.map(({ latest }) => latest?.findings[0]?.outcome);
    const paths = workspacePaths(root);
    expect(outcomes()).toEqual(['pass', 'pass', 'not-applicable']);
    await judgeKibanaAgain({ store }, { paths }, (id) => facts.get(id));
    expect(outcomes()).toEqual(['fail', 'fail', 'not-applicable']);
    expect((await readScan(paths, 'a', 'latest'))?.findings[0]?.outcome).toBe('fail');
  });
});

it('a print is the same for the same key, and does not show it', () => {
  const print = kibanaReading.print('k'.repeat(32));
  expect(print).toBe(kibanaReading.print('k'.repeat(32)));
  expect(print).not.toBe(kibanaReading.print('j'.repeat(32)));
  expect(print).toMatch(/^[0-9a-f]{64}$/);
});
