/**
 * Open nodes with data are secured with certificates of an own authority, seen so by other tools, with the same documents;
 * taken back to the same bytes and the open node with its documents; and, where asked for, secured once more.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { esOwnCertificates } from '../../shared/engine/changes/es-own-certificates/es-own-certificates.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, type TestContext, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { elasticRef, installOn, leftovers, status, tree } from './es-installs.ts';

// Starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 1_800_000 });

interface Case {
  readonly scenario: ScenarioName;
  readonly form: 'pkcs12' | 'pem';
  readonly keyType: 'p-256' | 'rsa-3072';
  /** Files of certificates that were there before and stay. */
  readonly left?: readonly string[];
}

const usual: readonly Case[] = [{ scenario: 'open-with-data', form: 'pkcs12', keyType: 'p-256' }];
/** Both layouts, all three major versions, both forms and both kinds of key. */
const further: readonly Case[] = [
  { scenario: 'package-open', form: 'pem', keyType: 'rsa-3072' },
  { scenario: 'package-open-9', form: 'pkcs12', keyType: 'p-256' },
  { scenario: 'open-fresh-7', form: 'pkcs12', keyType: 'rsa-3072' },
  { scenario: 'conf-elsewhere', form: 'pem', keyType: 'p-256' },
  { scenario: 'auto-then-off', form: 'pkcs12', keyType: 'p-256', left: ['http.p12', 'transport.p12'] },
];
const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    `Not run, to save ten minutes: ${further.map((one) => one.scenario).join(', ')}, and securing a second time. BULWARK_LAB_SCENARIOS=every runs them too; BULWARK_LAB_SCENARIO=NAME one of them.`,
  );
}

function securing({ scenario, form, keyType }: Case): ChangeOf<'es-own-certificates'> {
  return {
    kind: 'es-own-certificates',
    install: installOn(scenario),
    elasticPasswordRef: elasticRef,
    httpCaRef: 'es/lab/http-ca',
    nodeKeyRef: 'es/lab/node-key',
    storePasswordRef: 'es/lab/node-store',
    authorityRef: 'pki/authority',
    keyType,
    form,
    names: ['search.example', 'localhost', '127.0.0.1', '::1'],
    days: 730,
  };
}

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

const chosen = [...usual, ...further].filter(
  ({ scenario }) => scenario === process.env['BULWARK_LAB_SCENARIO'],
);
describe.each(chosen.length > 0 ? chosen : every ? [...usual, ...further] : usual)(
  'an open node with data: $scenario, $form, $keyType',
  (one) => {
    let bench: LabBench;
    const change = securing(one);
    const { install } = change;
    const ca = `${install.pathConf}/certs/http_ca.crt`;
    const plain = 'http://127.0.0.1:9200';
    const count = '/_cat/indices/sales,notes?h=index,docs.count&s=index&expand_wildcards=all';

    /** What curl on the host gets; the password is on its standard input only. */
    const ask = async (url: string, more = '', password?: string) =>
      (
        await bench.host.run(
          `curl -s --cacert ${ca} --config - --max-time 20 ${more} -- '${url}' | sed 's/  */ /g'`,
          { stdin: password === undefined ? '' : `user = "elastic:${password}"\n` },
        )
      ).stdout.trim();

    beforeAll(async () => {
      bench = await labBench(await lab.up(one.scenario, { name: `own-${one.scenario}` }));
      for (const [index, documents] of [
        ['sales', 200],
        ['notes', 3],
      ] as const) {
        const lines = Array.from(
          { length: documents },
          (_, id) => `{"index":{"_id":"${id}"}}\n{"n":${id}}\n`,
        ).join('');
        await bench.host.run(
          `curl -s -H 'content-type: application/x-ndjson' --data-binary @- '${plain}/${index}/_bulk?refresh=true' >/dev/null`,
          { stdin: lines },
        );
      }
    });
    afterAll(async () => {
      await bench?.session.close();
      await bench?.host.down();
    });

    async function expectSecured(password: string, documents: string): Promise<void> {
      await expect
        .poll(() => status(bench, 'https://127.0.0.1:9200/_cluster/health'), {
          timeout: 180_000,
          interval: 2000,
        })
        .toBe('401');
      expect(await status(bench, `${plain}/_cluster/health`)).toBe('000');
      for (const port of [9200, 9300]) {
        const chain = await bench.see(
          `openssl s_client -connect 127.0.0.1:${port} -CAfile ${ca} -verify_return_error -verify_hostname search.example </dev/null 2>/dev/null || true`,
        );
        expect(chain).toContain('Verify return code: 0 (ok)');
        expect(chain).toMatch(/issuer=.*Elasticsearch authority/);
      }
      await expect
        .poll(() => ask(`https://127.0.0.1:9200${count}`, '', password), { timeout: 120_000, interval: 2000 })
        .toBe(documents);
    }

    it('is secured with the same documents, and taken back', async () => {
      const before = await bench.see(tree(install.pathConf));
      const documents = await ask(`${plain}${count}`);
      expect(documents).toBe('notes 3\nsales 200');
      const context = bench.context('lab-own');

      const applied = await applyTwice(esOwnCertificates, change, context);

      const password = value(await context.secrets.get(elasticRef)).reveal();
      await expectSecured(password, documents);
      expect(context.notes.join('\n')).toMatch(/All documents are there: \d+ documents in \d+ ind/);
      const authority = value(await context.secrets.get('pki/authority')).reveal();
      expect(authority).toMatch(/^-----BEGIN PRIVATE KEY-----[\s\S]*-----BEGIN CERTIFICATE-----/);
      const owner = (await bench.see(`stat -c %U ${install.pathConf}`)).trim();
      const group = install.layout === 'package' ? 'root:elasticsearch' : `${owner}:${owner}`;
      const files =
        change.form === 'pem' ? ['http_ca.crt', 'node.crt', 'node.key'] : ['http_ca.crt', 'node.p12'];
      expect(
        await bench.see(
          `cd ${install.pathConf} && stat -c '%n %U:%G %a' certs certs/* elasticsearch.keystore`,
        ),
      ).toBe(
        [
          `certs ${group} 750`,
          ...[...files, ...(one.left ?? [])]
            .toSorted()
            .map((name) => `certs/${name} ${group} ${name === 'node.key' ? '640' : '660'}`),
          `elasticsearch.keystore ${group} 660\n`,
        ].join('\n'),
      );
      const names = await bench.see(
        `cd / && setpriv --reuid=${owner} --regid=$(id -gn ${owner}) --init-groups env -i PATH=/usr/bin:/bin ES_PATH_CONF=${install.pathConf} ${install.home}/bin/elasticsearch-keystore list`,
      );
      expect(names).not.toContain('bootstrap.password');
      expect(names.includes('secure_password')).toBe(change.form === 'pkcs12');
      if (change.form === 'pkcs12') {
        const store = value(await context.secrets.get('es/lab/node-store')).reveal();
        const listed = await bench.host.run(
          `${install.home}/jdk/bin/keytool -list -keystore ${install.pathConf}/certs/node.p12 2>/dev/null || keytool -list -keystore ${install.pathConf}/certs/node.p12 2>&1`,
          { stdin: `${store}\n` },
        );
        expect(listed.stdout).toContain('PrivateKeyEntry');
        expect(listed.stdout).toContain('trustedCertEntry');
      }
      const authorityKey = authority.split('\n')[2] ?? 'no key';
      for (const secret of [password, authorityKey])
        expect(
          await bench.see(
            `grep -rlF -- '${secret}' /etc /var/log /run /tmp /var/lib/bulwark ${install.home}/logs ${install.pathConf} 2>/dev/null || true`,
          ),
        ).toBe('');
      await bench.see('systemctl restart elasticsearch');
      await expectSecured(password, documents);
      const added = await ask(
        'https://127.0.0.1:9200/notes/_doc/later?refresh=true',
        `-X PUT -H 'content-type: application/json' -d '{"n":4}'`,
        password,
      );
      expect(added).toContain('"created"');

      value(await undo(esOwnCertificates, change, applied, context));
      expect(await bench.see(tree(install.pathConf))).toBe(before);
      expect(await ask(`${plain}${count}`)).toBe('notes 4\nsales 200');
      expect(await bench.see(leftovers)).toBe('');
      for (const ref of [elasticRef, 'es/lab/node-key', 'es/lab/node-store', 'es/lab/http-ca'])
        expect((await context.secrets.get(ref)).ok).toBe(false);
      expect((await context.secrets.get('pki/authority')).ok).toBe(true);

      if (every) await secureAgain(context, { before, password, authority });
    });

    /** The node still knows the password of before; the new one must be the one that is valid. */
    async function secureAgain(
      context: TestContext,
      first: { readonly before: string; readonly password: string; readonly authority: string },
    ): Promise<void> {
      const again = await applyTwice(esOwnCertificates, change, context);
      const second = value(await context.secrets.get(elasticRef)).reveal();
      expect(second).not.toBe(first.password);
      await expectSecured(second, 'notes 4\nsales 200');
      expect(value(await context.secrets.get('pki/authority')).reveal()).toBe(first.authority);
      expect(await ask('https://127.0.0.1:9200/_security/_authenticate', '', first.password)).toContain(
        'security_exception',
      );
      value(await undo(esOwnCertificates, change, again, context));
      expect(await bench.see(tree(install.pathConf))).toBe(first.before);
      expect(await bench.see(leftovers)).toBe('');
    }
  },
);
