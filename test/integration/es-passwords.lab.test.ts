/** Passwords of built-in users and keystore entries on real nodes, and a restart that is tried before it is made. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { esAutoConfiguration } from '../../shared/engine/changes/es-auto-configuration/es-auto-configuration.ts';
import { esFileUsers } from '../../shared/engine/changes/es-file-users/es-file-users.ts';
import { esPassword } from '../../shared/engine/changes/es-password/es-password.ts';
import { keystoreEntry } from '../../shared/engine/changes/keystore-entry/keystore-entry.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { elasticRef, installOn, securing, status, tree } from './es-installs.ts';

// Key generation and starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 900_000 });

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

async function on(scenario: ScenarioName, test: (bench: LabBench) => Promise<void>): Promise<void> {
  const bench = await labBench(await lab.up(scenario, { name: `pw-${scenario}` }));
  try {
    await test(bench);
  } finally {
    await bench.session.close();
    await bench.host.down();
  }
}

function passwords(scenario: ScenarioName): ChangeOf<'es-password'> {
  return {
    kind: 'es-password',
    install: installOn(scenario),
    users: [
      { name: 'elastic', ref: elasticRef, length: 24 },
      { name: 'kibana_system', ref: 'es/lab/kibana_system', length: 32 },
    ],
  };
}

const users = (conf: string) =>
  `cat ${conf}/users ${conf}/users_roles; stat -c '%U:%G %a' ${conf}/users ${conf}/users_roles`;

describe('passwords', () => {
  // The seed of the keystore is the only password such a node knows.
  it('of a half-secured node over plain HTTP, by its own seed', () =>
    on('half-secured', async (bench) => {
      const change = passwords('half-secured');
      const context = bench.context('pw-half');
      const applied = await applyTwice(esPassword, change, context);
      const password = value(await context.secrets.get(elasticRef)).reveal();
      expect(await status(bench, 'http://127.0.0.1:9200/_security/_authenticate', password)).toBe('200');
      expect(await undo(esPassword, change, applied, context)).toMatchObject({
        ok: false,
        error: { code: 'NOT_REVERSIBLE', hostState: 'unchanged' },
      });
      // A node with data is left alone and says why.
      expect(await esAutoConfiguration.inspect(securing('half-secured'), context)).toMatchObject({
        ok: false,
        error: { code: 'ES_HAS_DATA' },
      });
    }));

  it('of a secured node whose password nobody has, by the vendor’s tool; an interrupted run is confirmed', () =>
    on('package-default', async (bench) => {
      const change = passwords('package-default');
      const context = bench.context('pw-package');
      const { pathConf } = change.install;
      const before = await bench.see(users(pathConf));
      await applyTwice(esPassword, change, context);
      const first = value(await context.secrets.get(elasticRef)).reveal();
      expect(await bench.see(users(pathConf))).toBe(before);
      expect(await status(bench, 'https://127.0.0.1:9200/_security/_authenticate', first)).toBe('200');

      // A run that was interrupted after the node had taken the password: the next one finds and confirms it.
      value(
        await context.secrets.put(
          `${elasticRef}/next`,
          value(await context.secrets.get(elasticRef)),
          'interrupted',
        ),
      );
      value(await context.secrets.remove(elasticRef));
      const again = { ...change, users: change.users.slice(0, 1) };
      const image = value(await esPassword.capture(again, context));
      const mark = value(await esPassword.apply(again, image, context));
      value(await esPassword.verify(again, mark, context));
      expect(value(await context.secrets.get(elasticRef)).reveal()).toBe(first);

      // Rotated: the new one is accepted and the earlier one refused; taken back it is the other way round.
      const url = 'https://127.0.0.1:9200/_security/_authenticate';
      const rotation = { ...change, users: change.users.map((user) => ({ ...user, rotate: 'lab-1' })) };
      const rotated = await applyTwice(esPassword, rotation, context);
      const second = value(await context.secrets.get(elasticRef)).reveal();
      expect(second).not.toBe(first);
      expect([await status(bench, url, second), await status(bench, url, first)]).toEqual(['200', '401']);
      value(await undo(esPassword, rotation, rotated, context));
      expect([await status(bench, url, second), await status(bench, url, first)]).toEqual(['401', '200']);
      expect(value(await context.secrets.get(elasticRef)).reveal()).toBe(first);

      // A superuser that a tool left behind logs in until it is removed, and again once that is taken back.
      const tool = 'autogenerated_aB3dE6gH';
      await bench.see(
        `printf 'made-up-77\\nmade-up-77\\n' | ES_PATH_CONF=${pathConf} ${change.install.home}/bin/elasticsearch-users useradd ${tool} -r superuser`,
      );
      const asTool = () =>
        bench.see(
          `printf 'user = "${tool}:made-up-77"' | curl -sk --config - --max-time 10 -o /dev/null -w '%{http_code}' ${url}`,
        );
      const soon = { timeout: 60_000, interval: 1000 };
      await expect.poll(asTool, soon).toBe('200');
      const with_ = await bench.see(users(pathConf));
      const removal: ChangeOf<'es-file-users'> = {
        kind: 'es-file-users',
        install: change.install,
        remove: [tool],
      };
      const removed = await applyTwice(esFileUsers, removal, context);
      await expect.poll(asTool, soon).toBe('401');
      value(await undo(esFileUsers, removal, removed, context));
      expect(await bench.see(users(pathConf))).toBe(with_);
      await expect.poll(asTool, soon).toBe('200');
    }));
});

describe('a node with data', () => {
  it('is not touched', () =>
    on('open-with-data', async (bench) => {
      const change = securing('open-with-data');
      const context = bench.context('has-data');
      const before = await bench.see(tree(change.install.pathConf));
      const refused = { ok: false, error: { code: 'ES_HAS_DATA', hostState: 'unchanged' } };
      expect(await esAutoConfiguration.inspect(change, context)).toMatchObject(refused);
      const image = value(await esAutoConfiguration.capture(change, context));
      expect(await esAutoConfiguration.apply(change, image, context)).toMatchObject(refused);
      expect(await bench.see(tree(change.install.pathConf))).toBe(before);
      expect((await context.secrets.list()).ok).toBe(true);

      const { install } = change;
      const entry: ChangeOf<'keystore-entry'> = {
        kind: 'keystore-entry',
        install,
        set: [
          {
            name: 'xpack.security.authc.realms.ldap.corp.secure_bind_password',
            value: {
              from: 'yaml-setting',
              path: `${install.pathConf}/elasticsearch.yml`,
              key: 'xpack.security.authc.realms.ldap.corp.bind_password',
            },
          },
        ],
        remove: [],
        ensure: true,
      };
      const keystore = () => bench.print(`${install.pathConf}/elasticsearch.keystore`);
      const was = await keystore();
      const applied = await applyTwice(keystoreEntry, entry, context);
      expect(await keystore()).toContain('deploy:deploy 660');
      value(await undo(keystoreEntry, entry, applied, context));
      expect(await keystore()).toBe(was);

      const restart: ChangeOf<'service-restart'> = {
        kind: 'service-restart',
        unit: 'elasticsearch.service',
        install,
        rehearse: true,
      };
      const pid = () => bench.see('systemctl show -p MainPID --value elasticsearch');
      const old = await pid();
      const empty = value(await serviceRestart.capture(restart, context));
      await bench.see(`echo 'node.attr.rack: [a' >> ${install.pathConf}/elasticsearch.yml`);
      expect(await serviceRestart.apply(restart, empty, context)).toMatchObject({
        ok: false,
        error: { code: 'ES_CONFIGURATION_REJECTED', hostState: 'unchanged' },
      });
      expect(await pid()).toBe(old);
      const broken = await serviceRestart.apply({ ...restart, rehearse: false }, empty, context);
      expect(broken).toMatchObject({ ok: false, error: { code: 'ES_DID_NOT_START', hostState: 'changed' } });
      await bench.see(`sed -i '$d' ${install.pathConf}/elasticsearch.yml`);
      value(await serviceRestart.revert(restart, empty, undefined, { ...context, force: false }));
      const mark = value(await serviceRestart.apply(restart, empty, context));
      value(await serviceRestart.verify(restart, mark, context));
      await expect
        .poll(() => bench.see('curl -s 127.0.0.1:9200/orders/_count'), { timeout: 60_000, interval: 1000 })
        .toContain('"count":200');
    }));
});
