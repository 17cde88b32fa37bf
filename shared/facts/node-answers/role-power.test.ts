import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerOf, roleSchema } from './role-power.ts';

const power = (definition: unknown) => powerOf(roleSchema.parse(definition));
const indices = (names: string | readonly string[], privileges: readonly string[], restricted = false) => ({
  indices: [{ names, privileges, allow_restricted_indices: restricted }],
});

describe('powerOf', () => {
  it.each([
    ['cluster: all', { cluster: ['monitor', 'all'] }],
    ['cluster: ALL', { cluster: ['ALL'] }],
    ['cluster: manage_security', { cluster: ['manage_security'] }],
    ['cluster: *', { cluster: ['*'] }],
    ['cluster: cluster:*', { cluster: ['cluster:*'] }],
    ['cluster: cluster:admin/xpack/security/*', { cluster: ['cluster:admin/xpack/security/*'] }],
    [
      'cluster: cluster:admin/xpack/security/user/change_password',
      { cluster: ['cluster:admin/xpack/security/user/change_password'] },
    ],
    ['restricted indices *: all', indices(['*'], ['all'], true)],
    ['restricted indices .security*: write', indices('.security*', ['write'], true)],
    ['run_as: *', { run_as: ['*'] }],
    ['run_as: /elas.*/', { run_as: ['ada', '/elas.*/'] }],
    [String.raw`restricted indices /\.security.*/: all`, indices(String.raw`/\.security.*/`, ['all'], true)],
    ['run_as: el*', { run_as: ['ada', 'el*'] }],
  ])('%s makes a superuser', (grant, definition) =>
    expect(power(definition)).toEqual({ grants: [grant], superuser: true }),
  );

  it.each([
    ['cluster: manage_api_key', { cluster: ['manage_api_key'] }],
    ['indices *: all', indices(['logs', '*'], ['all'])],
    ['indices /.*/: read, write', indices('/.*/', ['read', 'write'])],
    ['indices **: read', indices(['**'], ['read', 'monitor'])],
    ['restricted indices .security*: read', indices(['.security*'], ['read'], true)],
    ['restricted indices .kibana*: all', indices(['.kibana*'], ['all'], true)],
    ['remote indices *: read', { remote_indices: [{ names: ['*'], privileges: ['read'] }] }],
    ['applications *: all', { applications: [{ application: '*', privileges: ['all'] }] }],
  ])('%s is much and makes none', (grant, definition) =>
    expect(power(definition)).toEqual({ grants: [grant], superuser: false }),
  );

  it.each([
    [{}],
    [{ cluster: ['monitor', 'read_security', 'cluster:admin/xpack/security/user/get'] }],
    [indices(['*'], ['monitor', 'view_index_metadata'], true)],
    [indices(['logs-*', '*-logs', '/logs-.*/'], ['all'])],
    [{ run_as: ['ada', 'elastics', 'e?astics'] }],
    [{ applications: [{ application: 'kibana-.kibana', privileges: ['all'] }] }],
  ])('leaves %j alone', (definition) => expect(power(definition)).toEqual({ grants: [], superuser: false }));

  it('takes in no word with control characters', () =>
    expect(roleSchema.safeParse({ cluster: ['all\u001b[2J'] }).success).toBe(false));

  it('answers at once, whatever the pattern', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom('*', '?', 'a', 'e', ':'), { maxLength: 400 }), (parts) => {
        const begun = performance.now();
        power({ run_as: [parts.join('') || 'x'], cluster: [`cluster:${parts.join('')}`] });
        expect(performance.now() - begun).toBeLessThan(250);
      }),
    ));
});
