import { describe, expect, it } from 'vitest';
import { FakeClock, MemorySecrets } from '../../../test/support/memory-ports.ts';
import { answer } from '../../../test/support/node-reader.ts';
import { Secret } from '../../domain/secret.ts';
import type { HostWriter, NodeCredential, NodeRequest } from '../ports.ts';
import {
  deleteReader,
  findReader,
  mayManageUsers,
  proveReader,
  type ReaderWork,
  readerName,
  writeReader,
} from './reader.ts';

const word = 'Canary-reader-5c';
const admin: NodeCredential = { type: 'basic', user: 'root', password: new Secret('Canary-admin-77') };

interface Cluster {
  readonly privileges: readonly string[];
  readonly users: Map<string, Record<string, unknown>>;
  readonly roles: Map<string, Record<string, unknown>>;
  readonly sent: NodeRequest[];
}

function bodyOf(request: NodeRequest): Record<string, unknown> {
  const text = request.body instanceof Secret ? request.body.reveal() : (request.body ?? '{}');
  return JSON.parse(text) as Record<string, unknown>;
}

/** What a cluster keeps of users and roles, and who may do what; it refuses paths that it does not know. */
function respond(cluster: Cluster, request: NodeRequest) {
  const { credential, method, path } = request;
  const user = credential?.type === 'basic' ? credential.user : '';
  const password = credential?.type === 'basic' ? credential.password.reveal() : '';
  const manages = user === 'root';
  if (!manages && cluster.users.get(user)?.['password'] !== password) return answer(401, {});
  if (path.endsWith('/_authenticate')) return answer(200, { username: user });
  if (path.endsWith('/_has_privileges')) return answer(200, { cluster: { manage_security: manages } });
  if (path.endsWith('/_builtin')) return answer(200, { cluster: cluster.privileges });
  const [, , kind = '', name = ''] = path.split('/');
  const store = kind === 'role' ? cluster.roles : cluster.users;
  if (method === 'GET') {
    const found = store.get(name);
    return found === undefined ? answer(404, {}) : answer(200, { [name]: found });
  }
  if (!manages) return answer(403, { error: { reason: 'is unauthorized' } });
  if (method === 'PUT') store.set(name, bodyOf(request));
  else if (method === 'DELETE') return answer(store.delete(name) ? 200 : 404, {});
  else throw new Error(`not taught: ${method} ${path}`);
  return answer(200, {});
}

function made(privileges: readonly string[] = ['monitor', 'read_security']) {
  const cluster: Cluster = { privileges, users: new Map(), roles: new Map(), sent: [] };
  const host = {
    hostId: 'a',
    request: (request: NodeRequest) => {
      cluster.sent.push(request);
      return Promise.resolve(respond(cluster, request));
    },
  } as unknown as HostWriter;
  const work: ReaderWork = {
    host,
    clock: new FakeClock(),
    secrets: new MemorySecrets(),
    door: { address: '127.0.0.1', port: 9200, tls: { caPem: 'PEM' } },
    administrator: admin,
  };
  return { cluster, work };
}

describe('the reader', () => {
  it('is made with rights to read, proven, and deleted without a trace', async () => {
    const { cluster, work } = made();
    expect(await findReader(work)).toEqual({ ok: true, value: { user: 'absent', role: 'absent' } });
    expect(await writeReader(work, new Secret(word))).toMatchObject({ ok: true });
    expect(cluster.roles.get(readerName)).toMatchObject({
      cluster: ['monitor', 'read_security', 'monitor_snapshot'],
    });
    expect(await proveReader(work, new Secret(word))).toMatchObject({ ok: true });
    expect(await findReader(work)).toEqual({ ok: true, value: { user: 'ours', role: 'ours' } });
    expect(await deleteReader(work)).toEqual({ ok: true, value: { left: [] } });
    expect(cluster.users.size + cluster.roles.size).toBe(0);
    expect(cluster.sent.every(({ tls }) => tls !== false && tls.caPem === 'PEM')).toBe(true);
    // Its password is nowhere that could be printed.
    expect(JSON.stringify(cluster.sent)).not.toContain(word);
  });

  it('gets raw actions where the privilege has no name yet', async () => {
    const { cluster, work } = made(['monitor', 'manage_security']);
    await writeReader(work, new Secret(word));
    const rights = cluster.roles.get(readerName)?.['cluster'];
    expect(rights).toContain('cluster:admin/xpack/security/user/get');
    expect(rights).not.toContain('read_security');
    expect(JSON.stringify(rights)).not.toMatch(/put|manage|all/);
  });

  it('of somebody else is seen as such and stays', async () => {
    const { cluster, work } = made();
    cluster.users.set(readerName, { roles: ['viewer'] });
    expect(await findReader(work)).toMatchObject({ value: { user: 'foreign', role: 'absent' } });
    expect(await deleteReader(work)).toEqual({ ok: true, value: { left: ['user'] } });
    expect(cluster.users.has(readerName)).toBe(true);
  });

  it('that may manage users is not what was made', async () => {
    const { cluster, work } = made();
    expect(await proveReader(work, new Secret(word))).toMatchObject({ error: { code: 'VERIFY_FAILED' } });
    await writeReader(work, new Secret(word));
    cluster.sent.length = 0;
    expect(await mayManageUsers(work, work.door, admin)).toEqual({ ok: true, value: true });
  });

  it('is not made by a login that may not', async () => {
    const { cluster, work } = made();
    cluster.users.set('monitor', { password: 'm' });
    const weak = { type: 'basic', user: 'monitor', password: new Secret('m') } as const;
    expect(await mayManageUsers(work, work.door, weak)).toEqual({ ok: true, value: false });
    expect(await writeReader({ ...work, administrator: weak }, new Secret(word))).toMatchObject({
      error: { code: 'ES_AUTH_FAILED' },
    });
    expect(cluster.roles.size).toBe(0);
  });
});
