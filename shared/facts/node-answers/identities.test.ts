import { describe, expect, it } from 'vitest';
import { identitiesOf } from './identities.ts';

const ok = (body: unknown) => ({ status: 200, body: JSON.stringify(body) });
const nothing = {
  users: undefined,
  roles: undefined,
  mappings: undefined,
  apiKeys: undefined,
  storedElastic: undefined,
};
const now = Date.parse('2026-01-02T03:04:05.000Z');
const told = (more: Partial<Parameters<typeof identitiesOf>[0]>) =>
  identitiesOf({ ...nothing, ...more }, now);
const elastic = {
  username: 'elastic',
  roles: ['superuser'],
  metadata: { _reserved: true },
  enabled: true,
};
const superuser = { cluster: ['all'], indices: [], metadata: { _reserved: true } };

describe('identitiesOf', () => {
  it('knows nothing that was not told', () => {
    expect(told({})).toEqual({
      users: undefined,
      roles: undefined,
      mappings: undefined,
      apiKeys: undefined,
      elasticStored: undefined,
    });
    for (const answer of [{ status: 403, body: '{}' }, { status: 200, body: '<html>' }, ok({}), ok([])])
      expect(told({ users: answer, roles: answer, storedElastic: answer })).toMatchObject({
        users: undefined,
        roles: undefined,
        elasticStored: undefined,
      });
  });

  it('names users with their roles', () => {
    const ada = { roles: ['viewer'], metadata: null, enabled: false };
    expect(told({ users: ok({ elastic, ada }) }).users).toEqual([
      { name: 'elastic', enabled: true, reserved: true, roles: ['superuser'] },
      { name: 'ada', enabled: false, reserved: false, roles: ['viewer'] },
    ]);
  });

  it.each([
    ['cluster: all', { cluster: ['all'] }, true],
    ['cluster: manage_security', { cluster: ['monitor', 'manage_security'] }, true],
    ['indices *: all', { indices: [{ names: ['logs', '*'], privileges: ['all'] }] }, false],
    ['indices /.*/: write', { indices: [{ names: '/.*/', privileges: ['read', 'write'] }] }, false],
    [
      'restricted indices .security*: all',
      { indices: [{ names: ['.security*'], privileges: ['all'], allow_restricted_indices: true }] },
      false,
    ],
    ['run_as: *', { run_as: ['*'] }, false],
    [
      'applications *: *',
      { applications: [{ application: '*', privileges: ['*'], resources: ['*'] }] },
      false,
    ],
  ] as const)('finds %s', (grant, role, makesSuperuser) =>
    expect(told({ roles: ok({ superuser, mine: role }) }).roles).toEqual({
      count: 1,
      broad: [{ name: 'mine', grants: [grant], superuser: makesSuperuser }],
    }),
  );

  it('leaves narrow roles and built-in ones alone', () =>
    expect(
      told({
        roles: ok({
          superuser,
          reader: { cluster: ['monitor'], indices: [{ names: ['*'], privileges: ['read'] }] },
        }),
      }).roles,
    ).toEqual({ count: 1, broad: [] }));

  it.each([
    [{ field: { username: '*' } }, true],
    [{ any: [{ field: { username: 'ada' } }, { field: { dn: ['*'] } }] }, true],
    [{ all: [{ field: { username: '*' } }, { field: { groups: 'admins' } }] }, false],
    [{ except: { field: { username: 'eve' } } }, false],
    [{ field: { username: 'ada' } }, false],
  ])('a mapping by %j lets in everybody: %s', (rules, everybody) =>
    expect(told({ mappings: ok({ m: { enabled: true, roles: ['viewer'], rules } }) }).mappings).toEqual([
      { name: 'm', enabled: true, roles: ['viewer'], everybody },
    ]),
  );

  it('counts keys that are valid now, and says which have all rights of their owner', () => {
    const key = { id: 'i', username: 'ada', invalidated: false };
    expect(
      told({
        apiKeys: ok({
          api_keys: [
            { ...key, name: 'all', role_descriptors: {} },
            { ...key, name: 'some', role_descriptors: { r: {} }, expiration: now + 1 },
            { ...key, name: 'old version' },
            { ...key, name: 'expired', expiration: now - 1 },
            { ...key, name: 'gone', invalidated: true },
          ],
        }),
      }).apiKeys,
    ).toEqual([
      { name: 'all', owner: 'ada', expires: false, unlimited: true },
      { name: 'some', owner: 'ada', expires: true, unlimited: false },
      { name: 'old version', owner: 'ada', expires: false, unlimited: undefined },
    ]);
    expect(
      told({ apiKeys: { status: 400, body: '{"error":{"disabled.feature":"api_keys"},"status":400}' } })
        .apiKeys,
    ).toEqual([]);
  });

  it('tells whether elastic has a password of its own, and keeps nothing of it', () => {
    const found = (password: string) => ok({ found: true, _source: { password } });
    const stored = told({ storedElastic: found('$2a$10$Canary') });
    expect(stored.elasticStored).toBe(true);
    expect(JSON.stringify(stored)).not.toContain('Canary');
    // Switched off and on again before it ever had one.
    expect(told({ storedElastic: found('') }).elasticStored).toBe(false);
    expect(told({ storedElastic: { status: 404, body: '{"found":false}' } }).elasticStored).toBe(false);
    expect(
      told({ storedElastic: { status: 404, body: '{"error":{"type":"index_not_found_exception"}}' } })
        .elasticStored,
    ).toBe(false);
    expect(told({ storedElastic: { status: 404, body: '{}' } }).elasticStored).toBeUndefined();
  });
});
