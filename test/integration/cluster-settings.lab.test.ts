/** Persistent cluster settings on real nodes: a secured 8.19 and an open 9.4; curl on the host looks past the product. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { esApiSetting } from '../../shared/engine/changes/es-api-setting/es-api-setting.ts';
import { esPassword } from '../../shared/engine/changes/es-password/es-password.ts';
import { elasticRef } from '../../shared/engine/elasticsearch/node.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, type TestContext, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { installOn } from './es-installs.ts';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

type Change = ChangeOf<'es-api-setting'>;
type Setting = Change['settings'][number];

const timeout = 'search.default_search_timeout';
const excluded = 'cluster.routing.allocation.exclude._name';
const wished: readonly Setting[] = [
  { key: 'action.destructive_requires_name', value: true },
  { key: timeout, value: '30s' },
  { key: excluded, value: null },
  { key: 'cluster.routing.allocation.awareness.attributes', value: ['rack', 'zone'] },
];

function changing(scenario: ScenarioName, ...settings: readonly Setting[]): Change {
  return { kind: 'es-api-setting', install: installOn(scenario), settings: [...settings] };
}

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.down());

/** What curl on the host gets or does; the login goes by standard input. */
async function curl(bench: LabBench, login: string, request: string): Promise<string> {
  const config = login === '' ? '' : `user = "${login}"\n`;
  const out = await bench.host.run(
    `curl -sk --config - -H 'content-type: application/json' --max-time 30 ${request}`,
    { stdin: config },
  );
  return out.stdout;
}

/** Set, found in place, seen by curl, not put back over somebody else's value, put back to what both layers had. */
async function setsAndUndoes(bench: LabBench, scenario: ScenarioName, url: string, login: string) {
  const read = () => curl(bench, login, `'${url}/_cluster/settings?flat_settings=true'`);
  const put = (body: object) =>
    curl(bench, login, `-X PUT '${url}/_cluster/settings' -d '${JSON.stringify(body)}'`);
  await put({ persistent: { [timeout]: '7s', [excluded]: 'node-9' }, transient: { [timeout]: '5s' } });
  const was = await read();
  expect(was).toContain('"transient":{"search.default_search_timeout":"5s"}');
  const context = bench.context('settings', {});
  const change = changing(scenario, ...wished);
  return { read, put, was, context, change };
}

describe('an open node of 9.4', () => {
  it('takes settings without a login and gets back what it had', async () => {
    const bench = await labBench(await lab.up('open-fresh-9', { name: 'settings-9' }));
    const { read, was, change, context } = await setsAndUndoes(
      bench,
      'open-fresh-9',
      'http://127.0.0.1:9200',
      '',
    );
    const applied = await applyTwice(esApiSetting, change, context);
    expect(JSON.parse(await read())).toEqual({
      persistent: {
        'action.destructive_requires_name': 'true',
        [timeout]: '30s',
        'cluster.routing.allocation.awareness.attributes': ['rack', 'zone'],
      },
      transient: {},
    });
    value(await undo(esApiSetting, change, applied, context));
    expect(JSON.parse(await read())).toEqual(JSON.parse(was));
    await bench.session.close();
    await bench.host.down();
  });
});

describe('a secured node of 8.19', () => {
  const url = 'https://127.0.0.1:9200';
  let bench: LabBench;
  let context: TestContext;
  let login: string;

  beforeAll(async () => {
    bench = await labBench(await lab.up('package-default', { name: 'settings-8' }));
    context = bench.context('settings-8');
    const password: ChangeOf<'es-password'> = {
      kind: 'es-password',
      install: installOn('package-default'),
      users: [{ name: 'elastic', ref: elasticRef(bench.session.hostId), length: 24 }],
    };
    const before = value(await esPassword.capture(password, context));
    value(await esPassword.apply(password, before, context));
    login = `elastic:${value(await context.secrets.get(elasticRef(bench.session.hostId))).reveal()}`;
  });
  afterAll(async () => {
    await bench.session.close();
    await bench.host.down();
  });

  const changes = (...settings: readonly Setting[]) => changing('package-default', ...settings);
  const operator = (user: string, password: string) =>
    context.secrets.put(
      `es/${bench.session.hostId}/login`,
      new Secret(JSON.stringify({ user, password })),
      'login',
    );

  it('takes settings by the login in the vault, and gets back what it had', async () => {
    const { read, put, was, change } = await setsAndUndoes(bench, 'package-default', url, login);
    const applied = await applyTwice(esApiSetting, change, context);
    expect(await read()).toContain(`"${timeout}":"30s"`);
    await put({ persistent: { [timeout]: '9s' } });
    const theirs = await read();
    expect(await undo(esApiSetting, change, applied, context)).toMatchObject({ error: { code: 'DRIFT' } });
    expect(await read()).toBe(theirs);
    await put({ persistent: { [timeout]: '30s' } });
    value(await undo(esApiSetting, change, { ...applied, mark: undefined }, context));
    expect(JSON.parse(await read())).toEqual(JSON.parse(was));
    expect(JSON.stringify(applied)).not.toContain(login.slice(8));
  });

  it('refuses what it does not know or only reads at a start, and nothing is changed', async () => {
    const read = () => curl(bench, login, `'${url}/_cluster/settings?flat_settings=true'`);
    const was = await read();
    for (const [key, why] of [
      ['cluster.nosuch_setting', 'not recognized'],
      ['http.port', 'not dynamically updateable'],
    ] as const) {
      // One good setting beside the bad one: it must not be taken either.
      const change = changes({ key, value: '1' }, { key: timeout, value: '99s' });
      const before = value(await esApiSetting.capture(change, context));
      const applied = await esApiSetting.apply(change, before, context);
      expect(applied).toMatchObject({ error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } });
      expect(JSON.stringify(applied)).toContain(why);
    }
    const filter = changes({ key: 'xpack.security.http.filter.deny', value: ['_all'] });
    expect(await esApiSetting.inspect(filter, context)).toMatchObject({
      error: { code: 'PRECONDITION_FAILED' },
    });
    expect(await read()).toBe(was);
  });

  it('tells a wrong login from one that may not', async () => {
    const change = changes({ key: timeout, value: '30s' });
    const only = bench.context('other');
    const give = (user: string, password: string) =>
      only.secrets.put(
        `es/${bench.session.hostId}/login`,
        new Secret(JSON.stringify({ user, password })),
        'login',
      );
    expect(await esApiSetting.inspect(change, only)).toMatchObject({ error: { code: 'SECRET_MISSING' } });
    await give('elastic', 'Canary-wrong-1');
    const wrong = await esApiSetting.inspect(change, only);
    expect(wrong).toMatchObject({ error: { code: 'ES_AUTH_FAILED', hostState: 'unchanged' } });
    await curl(bench, login, `-X PUT ${url}/_security/role/look -d '{"cluster":["monitor"]}'`);
    await curl(
      bench,
      login,
      `-X PUT ${url}/_security/user/looker -d '{"password":"Canary-looker-1","roles":["look"]}'`,
    );
    await give('looker', 'Canary-looker-1');
    const weak = await esApiSetting.inspect(change, only);
    expect(weak).toMatchObject({
      error: { code: 'ES_AUTH_FAILED', message: expect.stringContaining('may not') as string },
    });
    expect(JSON.stringify([wrong, weak])).not.toContain('Canary');
  });

  it('that starts or is stopped is not ready, and no login is called wrong', async () => {
    const change = changes({ key: timeout, value: '31s' });
    await operator('elastic', login.slice(8));
    await bench.see('systemctl restart --no-block elasticsearch');
    const codes = new Set<string>();
    await expect
      .poll(
        async () => {
          const looked = await esApiSetting.inspect(change, context);
          codes.add(looked.ok ? 'ok' : looked.error.code);
          return looked.ok && (await bench.see('systemctl is-active elasticsearch || true')).trim();
        },
        { timeout: 300_000, interval: 300 },
      )
      .toBe('active');
    expect([...codes].filter((code) => code !== 'ok' && code !== 'ES_NOT_READY')).toEqual([]);
    const before = value(await esApiSetting.capture(change, context));
    await bench.see('systemctl stop elasticsearch');
    const stopped = { error: { code: 'ES_NOT_READY', hostState: 'unchanged' } };
    expect(await esApiSetting.apply(change, before, context)).toMatchObject(stopped);
    expect(await undo(esApiSetting, change, { before, mark: undefined }, context)).toMatchObject(stopped);
  });
});
