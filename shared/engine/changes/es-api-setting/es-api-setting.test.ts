import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyTwice,
  type TestContext,
  testContext,
  undo,
  value,
} from '../../../../test/support/change-harness.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import { type ChangeOf, changeSchema } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { NodeRequest, NodeResponse } from '../../ports.ts';
import { esApiSetting } from './es-api-setting.ts';

type Change = ChangeOf<'es-api-setting'>;
type Layer = Record<string, unknown>;

const install: Change['install'] = {
  layout: 'archive',
  version: '8.19.21',
  home: '/opt/es',
  pathConf: '/opt/es/config',
  pathData: ['/opt/es/data'],
  pathLogs: '/opt/es/logs',
  user: 'es',
  group: 'es',
  httpPort: 9200,
  transportPort: 9300,
};
const destructive = 'action.destructive_requires_name';
const change: Change = {
  kind: 'es-api-setting',
  install,
  settings: [
    { key: destructive, value: true },
    { key: 'cluster.routing.allocation.enable', value: null },
  ],
};

function response(status: number, body: unknown): Result<NodeResponse> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return succeed({ status, headers: {}, body: new TextEncoder().encode(text) });
}

/** What a cluster keeps of its settings; refuses what it was not taught. */
class Cluster {
  uuid = 'aaaaaaaaaaaaaaaaaaaaaa';
  persistent: Layer = { 'cluster.routing.allocation.enable': 'primaries', 'x.kept': '1' };
  transient: Layer = {};
  readonly defaults: Layer = { [destructive]: 'false', 'cluster.routing.allocation.enable': 'all' };
  /** Undefined: security is off. */
  password: string | undefined;
  /** How often a right password is refused first. */
  recovering = 0;
  privileged = true;
  licence = 'basic';
  /** Takes the next update and gives this in place of its answer. */
  lost: Result<NodeResponse> | undefined;
  /** Answers the next update with this and does not take it. */
  refusal: Result<NodeResponse> | undefined;
  settingsAnswer: Result<NodeResponse> | undefined;

  answer = (request: NodeRequest): Result<NodeResponse> => {
    const [path = ''] = request.path.split('?');
    if (request.tls !== false)
      return fail(appError('COMMAND_FAILED', 'No TLS.', 'None.', { detail: 'tls-refused: plain' }));
    if (path === '/_cluster/health') return response(this.password === undefined ? 200 : 401, {});
    const { credential } = request;
    const right = credential?.type === 'basic' && credential.password.reveal() === this.password;
    if (right && this.recovering > 0) {
      this.recovering -= 1;
      return response(401, { error: { reason: 'unable to authenticate user' } });
    }
    if (this.password !== undefined && !right) return response(401, {});
    if (path === '/_security/_authenticate')
      return this.password === undefined
        ? response(405, { error: 'Incorrect HTTP method', status: 405 })
        : response(200, { username: credential?.type === 'basic' ? credential.user : '' });
    if (path === '/_security/user/_has_privileges')
      return response(200, { has_all_requested: this.privileged });
    if (path === '/_cluster/state/version') return response(200, { cluster_uuid: this.uuid });
    if (path === '/_license') return response(200, { license: { type: this.licence, status: 'active' } });
    if (path === '/_cluster/settings' && request.method === 'GET') {
      const { persistent, transient, defaults } = this;
      return this.settingsAnswer ?? response(200, { persistent, transient, defaults });
    }
    if (path === '/_cluster/settings' && request.method === 'PUT') return this.#update(request);
    throw new Error(`not taught: ${request.method} ${request.path}`);
  };

  #update(request: NodeRequest): Result<NodeResponse> {
    const { refusal, lost } = this;
    this.refusal = undefined;
    this.lost = undefined;
    if (refusal !== undefined) return refusal;
    const body = JSON.parse(String(request.body)) as Record<'persistent' | 'transient', Layer | undefined>;
    for (const layer of ['persistent', 'transient'] as const) {
      for (const [key, wanted] of Object.entries(body[layer] ?? {})) {
        const { [key]: _gone, ...rest } = this[layer];
        this[layer] =
          wanted === null ? rest : { ...rest, [key]: typeof wanted === 'boolean' ? String(wanted) : wanted };
      }
    }
    return lost ?? response(200, { acknowledged: true, persistent: {}, transient: {} });
  }
}

let host: NodeHost;
let cluster: Cluster;
let context: TestContext;
beforeEach(() => {
  host = new NodeHost();
  cluster = new Cluster();
  host.answer = cluster.answer;
  context = testContext(host);
});
afterEach(() => host.remove());

const apply = async (wanted: Change = change) => {
  const before = value(await esApiSetting.capture(wanted, context));
  return esApiSetting.apply(wanted, before, context);
};
const dropped = (hostState: 'unknown' | 'unchanged') =>
  fail(appError('COMMAND_FAILED', 'The answer broke off.', 'Try again.', { hostState }));
const puts = () => host.sent.filter((request) => request.method === 'PUT').length;

describe('cluster settings', () => {
  it('are set, found in place, and put back as they were', async () => {
    cluster.transient = { [destructive]: 'false' };
    const { persistent, transient } = cluster;
    const applied = await applyTwice(esApiSetting, change, context);
    expect(cluster.persistent).toEqual({ 'x.kept': '1', [destructive]: 'true' });
    expect(cluster.transient).toEqual({});
    expect(puts()).toBe(1);
    value(await undo(esApiSetting, change, applied, context));
    expect(cluster).toMatchObject({ persistent, transient });
    value(await undo(esApiSetting, change, { ...applied, mark: undefined }, context));
    expect(puts()).toBe(2);
  });

  it('are not put back over what somebody else set since', async () => {
    const applied = await applyTwice(esApiSetting, change, context);
    cluster.persistent = { ...cluster.persistent, [destructive]: 'false' };
    const drifted = await undo(esApiSetting, change, applied, context);
    expect(drifted).toMatchObject({ error: { code: 'DRIFT' } });
    expect(cluster.persistent).not.toHaveProperty('cluster.routing.allocation.enable');
    value(await undo(esApiSetting, change, applied, context, true));
    expect(cluster.persistent).toEqual({ 'cluster.routing.allocation.enable': 'primaries', 'x.kept': '1' });
    cluster.uuid = 'bbbbbbbbbbbbbbbbbbbbbb';
    expect(await undo(esApiSetting, change, applied, context, true)).toMatchObject({
      error: { code: 'DRIFT' },
    });
  });

  it('are known to be set when only the answer got lost', async () => {
    cluster.lost = dropped('unknown');
    expect(await apply()).toMatchObject({ ok: true });
    expect(cluster.persistent[destructive]).toBe('true');
  });

  it('are known to be as before when the request did not arrive', async () => {
    cluster.refusal = dropped('unknown');
    expect(await apply()).toMatchObject({ error: { code: 'COMMAND_FAILED', hostState: 'unchanged' } });
    cluster.refusal = response(503, { error: { type: 'master_not_discovered_exception', reason: 'x' } });
    expect(await apply()).toMatchObject({ error: { code: 'ES_NOT_READY', hostState: 'unchanged' } });
    cluster.refusal = response(400, { error: { reason: 'persistent setting [k], not recognized' } });
    expect(await apply()).toMatchObject({
      error: {
        code: 'PRECONDITION_FAILED',
        hostState: 'unchanged',
        detail: 'persistent setting [k], not recognized',
      },
    });
    cluster.refusal = response(200, { acknowledged: false });
    expect(await apply()).toMatchObject({ error: { code: 'ES_NOT_READY', hostState: 'unchanged' } });
  });

  it('are not known when nobody answers any more', async () => {
    const before = value(await esApiSetting.capture(change, context));
    const { answer } = cluster;
    host.answer = (request) => {
      if (request.method !== 'PUT') return answer(request);
      host.answer = () => dropped('unknown') as Result<NodeResponse>;
      return dropped('unknown') as Result<NodeResponse>;
    };
    expect(await esApiSetting.apply(change, before, context)).toMatchObject({
      error: { code: 'COMMAND_FAILED', hostState: 'unknown' },
    });
  });

  it.each<[string, Result<NodeResponse>]>([
    ['binary', response(200, '\0\x01\xff')],
    ['another shape', response(200, [1, 2])],
    ['lists for layers', response(200, { persistent: [], transient: 'x', defaults: {} })],
    ['nothing', response(200, '')],
  ])('are unknown when the node answers %s', async (_, answer) => {
    cluster.settingsAnswer = answer;
    expect(await esApiSetting.inspect(change, context)).toMatchObject({ error: { code: 'PROBE_MALFORMED' } });
    cluster.settingsAnswer = fail(appError('OUTPUT_TOO_LARGE', 'Too much.', 'Ask for less.'));
    expect(await esApiSetting.inspect(change, context)).toMatchObject({
      error: { code: 'OUTPUT_TOO_LARGE' },
    });
    expect(puts()).toBe(0);
  });

  it('wait for a node that is down, has no master, or refuses', async () => {
    cluster.uuid = '_na_';
    expect(await esApiSetting.inspect(change, context)).toMatchObject({ error: { code: 'ES_NOT_READY' } });
    host.answer = undefined;
    expect(await esApiSetting.inspect(change, context)).toMatchObject({ error: { code: 'ES_NOT_READY' } });
  });
});

describe('the login', () => {
  const give = (user: string, password: string) =>
    context.secrets.put('es/local/login', new Secret(JSON.stringify({ user, password })), 'login');

  it('is the operator’s, and may be refused for a while after a start', async () => {
    cluster.password = 'Canary-login-1';
    expect(await esApiSetting.inspect(change, context)).toMatchObject({ error: { code: 'SECRET_MISSING' } });
    await give('ada', 'Canary-login-1');
    cluster.recovering = 5;
    expect(await esApiSetting.inspect(change, context)).toMatchObject({ ok: true });
  });

  it('is wrong after half a minute, or not allowed', async () => {
    cluster.password = 'Canary-login-1';
    await give('ada', 'Canary-wrong');
    const wrong = await esApiSetting.inspect(change, context);
    expect(wrong).toMatchObject({ error: { code: 'ES_AUTH_FAILED', hostState: 'unchanged' } });
    await give('ada', 'Canary-login-1');
    cluster.privileged = false;
    const weak = await esApiSetting.inspect(change, context);
    expect(weak).toMatchObject({ error: { code: 'ES_AUTH_FAILED' } });
    expect(JSON.stringify([wrong, weak])).not.toContain('Canary');
  });
});

describe('what is not written', () => {
  it('is what the licence does not run, and what looks like a secret', async () => {
    const filter: Change = {
      ...change,
      settings: [{ key: 'xpack.security.http.filter.deny', value: ['_all'] }],
    };
    expect(await esApiSetting.inspect(filter, context)).toMatchObject({
      error: { code: 'PRECONDITION_FAILED' },
    });
    expect(await apply(filter)).toMatchObject({ error: { code: 'PRECONDITION_FAILED' } });
    cluster.licence = 'platinum';
    expect(await esApiSetting.inspect(filter, context)).toMatchObject({ ok: true });
    const secret: Change = { ...change, settings: [{ key: 'a.bind_password', value: 'x' }] };
    expect(await esApiSetting.inspect(secret, context)).toMatchObject({
      error: { code: 'PRECONDITION_FAILED' },
    });
    expect(puts()).toBe(0);
  });

  it('does not pass the schema with odd names', () => {
    const named = (key: string, wanted: unknown = 'x') =>
      changeSchema.safeParse({ ...change, settings: [{ key, value: wanted }] }).success;
    expect(named('action.destructive_requires_name')).toBe(true);
    for (const key of ['', 'a', 'a.*', 'a..b', '../b', 'a b.c', '*', 'a.b\n', '__proto__', 'A.b'])
      expect(named(key)).toBe(false);
    expect(named('a.b', 'two\nlines')).toBe(false);
    expect(named('a.b', { deep: 1 })).toBe(false);
    const twice = [change.settings[0], change.settings[0]];
    expect(changeSchema.safeParse({ ...change, settings: twice }).success).toBe(false);
  });
});
