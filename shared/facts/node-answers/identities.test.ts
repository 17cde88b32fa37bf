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

  it('tells what roles of its own grant too much, and all names', () =>
    expect(
      told({
        roles: ok({
          superuser,
          mine: { cluster: ['all'] },
          logs: { cluster: ['monitor'], indices: [{ names: ['logs-*'], privileges: ['all'] }] },
        }),
      }).roles,
    ).toEqual({
      count: 2,
      broad: [{ name: 'mine', grants: ['cluster: all'], superuser: true }],
      names: ['superuser', 'mine', 'logs'],
    }));

  it.each([
    [{ field: { username: '*' } }, true],
    [{ any: [{ field: { username: 'ada' } }, { field: { dn: ['*'] } }] }, true],
    [{ all: [{ field: { username: '*' } }, { field: { groups: 'admins' } }] }, false],
    [{ except: { field: { username: 'eve' } } }, true],
    [{ except: { field: { username: '*' } } }, false],
    [{ field: { 'realm.name': 'saml1' } }, true],
    [{ all: [{ field: { 'realm.name': 'saml1' } }, { field: { groups: 'admins' } }] }, false],
    [{ all: [] }, false],
    [{ something: 'new' }, false],
    [{ field: { username: 'ada' } }, false],
  ])('a mapping by %j lets in everybody: %s', (rules, everybody) =>
    expect(told({ mappings: ok({ m: { enabled: true, roles: ['viewer'], rules } }) }).mappings).toEqual([
      { name: 'm', enabled: true, roles: ['viewer'], byTemplate: false, everybody },
    ]),
  );

  it('says that a mapping works out its roles by itself', () =>
    expect(
      told({ mappings: ok({ m: { enabled: true, role_templates: [{ template: '{}' }], rules: {} } }) })
        .mappings?.[0],
    ).toMatchObject({ roles: [], byTemplate: true }));

  it.each([
    [{}, [{ superuser }], true],
    [{}, [{ viewer: { cluster: ['monitor'] } }], false],
    [{}, undefined, undefined],
    [{ r: { cluster: ['all'] } }, [{ superuser }], true],
    [{ r: { cluster: ['monitor'] } }, [{ superuser }], false],
    [undefined, undefined, undefined],
  ])('a key with %j of an owner with %j may do everything: %s', (own, limits, everything) =>
    expect(
      told({
        apiKeys: ok({
          api_keys: [{ id: 'i', invalidated: false, role_descriptors: own, limited_by: limits }],
        }),
      }).apiKeys?.[0]?.everything,
    ).toBe(everything),
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
      { name: 'all', owner: 'ada', expires: false, unlimited: true, everything: undefined },
      { name: 'some', owner: 'ada', expires: true, unlimited: false, everything: false },
      { name: 'old version', owner: 'ada', expires: false, unlimited: undefined, everything: undefined },
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
