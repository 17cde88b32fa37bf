/** A fresh node joins a secured cluster by enrollment, is seen there by another tool, and leaves it again as what it was. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../shared/domain/secret.ts';
import { esEnrollment } from '../../shared/engine/changes/es-enrollment/es-enrollment.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, type TestContext, undo, value } from '../support/change-harness.ts';
import { takesKeyOffMember } from './es-authority-key.ts';
import { type Pair, pairToJoin } from './es-cluster-to-join.ts';
import { leftovers, status, tree } from './es-installs.ts';

// Keys are made and nodes started on a machine that does other work too.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
const cases: readonly (readonly [ScenarioName, ScenarioName])[] = [
  ['open-fresh', 'open-fresh'],
  ['open-fresh-9', 'package-open-9'],
];
if (!every) {
  console.log(
    'Not run, to save some minutes: a node that joins a cluster, and leaves it. BULWARK_LAB_SCENARIOS=every runs it.',
  );
}

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

describe.skipIf(!every).each(cases)('%s joins %s', (fresh, first) => {
  let pair: Pair;
  let context: TestContext;
  let before: string;
  beforeAll(async () => {
    pair = await pairToJoin(lab, fresh, first);
    context = pair.bench.context('lab-join');
    await pair.teach(context);
    before = await pair.bench.see(tree(pair.change.install.pathConf));
  });
  afterAll(async () => {
    await pair?.bench.session.close();
    await pair?.bench.host.down();
    await pair?.secured.down();
  });

  /** Refused before anything, and nothing is changed by it. */
  async function refusedBecause(reason: RegExp, change: typeof pair.change): Promise<void> {
    const looked = await esEnrollment.inspect(change, context);
    expect(looked.ok ? '' : looked.error.message).toMatch(reason);
    expect(looked).toMatchObject({ ok: false, error: { hostState: 'unchanged' } });
    expect(await pair.bench.see(tree(pair.change.install.pathConf))).toBe(before);
  }

  it('refuses before anything where the token or the node that it leads to is not right', async () => {
    const made = JSON.parse(
      await pair.ask(
        '/_security/api_key',
        `-H 'content-type: application/json' -d '{"name":"t","role_descriptors":{"e":{"cluster":["cluster:admin/xpack/security/enroll/node"]}}}'`,
      ),
    ) as { readonly id: string; readonly api_key: string };
    const { address } = pair.secured;
    const print = await pair.secured.run(
      `openssl x509 -in ${pair.securedConf}/certs/http_ca.crt -noout -fingerprint -sha256`,
    );
    const fgr = print.stdout.replace(/.*=|:|\n/g, '').toLowerCase();
    const token = async (more: Readonly<Record<string, unknown>>) => {
      const body = {
        ver: '8.14.0',
        adr: [`${address}:9200`],
        fgr,
        key: `${made.id}:${made.api_key}`,
        ...more,
      };
      await context.secrets.put(
        'es/token',
        new Secret(Buffer.from(JSON.stringify(body)).toString('base64')),
        'token',
      );
      return { ...pair.change, tokenRef: 'es/token' };
    };
    const right = await token({});
    expect((await esEnrollment.inspect(right, context)).ok).toBe(true);
    await refusedBecause(/another certificate authority/, await token({ fgr: 'a'.repeat(64) }));
    await refusedBecause(/Nothing answers over TLS/, await token({ adr: [`${address}:9299`] }));
    await refusedBecause(/has expired/, await token({ key: `${made.id}:${'x'.repeat(22)}` }));
    await context.secrets.put('es/token', new Secret('garbage'), 'token');
    await refusedBecause(/not an enrollment token/, right);
    await refusedBecause(/Nothing answers over TLS/, {
      ...pair.change,
      issuer: { ...pair.change.issuer, port: 9299 },
    });
    const ca = value(await context.secrets.get('es/first/http-ca'));
    const other = await pair.secured.run(
      'openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=other -days 2 2>/dev/null',
    );
    await context.secrets.put('es/first/http-ca', new Secret(other.stdout), 'authority');
    await refusedBecause(/does not show the certificate authority/, pair.change);
    await context.secrets.put('es/first/http-ca', ca, 'authority');
  });

  it('joins, is listed by the other node, and leaves as what it was', async () => {
    const { bench, change, ask } = pair;
    const { install } = change;
    await bench.see(`cat > /root/watch.sh <<'END'
while [ ! -e /root/watch.stop ]; do
  grep -alF eyJ2ZXIi /proc/[0-9]*/cmdline /proc/[0-9]*/environ /tmp/hsperfdata_*/* 2>/dev/null
done > /root/watch.out
END
systemd-run --quiet --unit=watch sh /root/watch.sh`);

    const applied = await applyTwice(esEnrollment, change, context);

    await bench.see('touch /root/watch.stop');
    expect(await bench.see('cat /root/watch.out')).toBe('');
    const nodes = await ask('/_cat/nodes?h=name,version&s=name');
    expect(nodes.trim().split('\n')).toHaveLength(2);
    expect(nodes).toMatch(new RegExp(`^node-2 +${install.version}`, 'm'));
    expect(await ask('/_cat/health?h=status,node.total')).toMatch(/^(green|yellow) +2/);
    expect(await ask('/_security/api_key?active_only=true&name=enrollment_token_API_key_bulwark*')).toBe(
      '{"api_keys":[]}',
    );
    expect(await status(bench, 'http://127.0.0.1:9200/')).toBe('000');
    expect(await status(bench, 'https://127.0.0.1:9200/_security/_authenticate')).toBe('401');
    const password = value(await context.secrets.get(change.elasticPasswordRef)).reveal();
    expect(await status(bench, 'https://127.0.0.1:9200/_security/_authenticate', password)).toBe('200');
    expect(
      await bench.see(`cd ${install.pathConf} && stat -c '%n %U:%G %a' certs certs/* elasticsearch.keystore`),
    ).toBe(
      ['certs', 'certs/http.p12', 'certs/http_ca.crt', 'certs/transport.p12', 'elasticsearch.keystore']
        .map((name) => `${name} ${install.user}:${install.group} ${name === 'certs' ? '750' : '660'}\n`)
        .join(''),
    );

    expect(await bench.see(`grep enrollment ${install.pathConf}/elasticsearch.yml`)).toMatch(
      /enabled: false$/m,
    );
    await takesKeyOffMember(bench, install, context);

    await ask(
      '/kept?wait_for_active_shards=2',
      `-X PUT -H 'content-type: application/json' -d '{"settings":{"number_of_shards":3,"number_of_replicas":1}}'`,
    );
    for (const id of ['1', '2', '3', '4', '5']) {
      await ask(
        `/kept/_doc/${id}?refresh=true`,
        `-X PUT -H 'content-type: application/json' -d '{"n":${id}}'`,
      );
    }
    expect(await ask('/_cat/shards/kept?h=node')).toContain('node-2');

    await staysWithTheOnlyCopy();
    value(await undo(esEnrollment, change, applied, context));

    expect(await bench.see(tree(install.pathConf))).toBe(before);
    expect(await status(bench, 'http://127.0.0.1:9200/_cluster/health')).toBe('200');
    expect(await bench.see(leftovers)).toBe('');
    expect((await ask('/_cat/nodes?h=name')).trim().split('\n')).toHaveLength(1);
    expect(await ask('/_cat/health?h=status')).toMatch(/green|yellow/);
    expect(await ask('/kept/_count?filter_path=count')).toBe('{"count":5}');
    expect(await ask('/_cluster/settings')).toBe('{"persistent":{},"transient":{}}');
    expect(
      await ask(
        '/_cluster/state/metadata?filter_path=metadata.cluster_coordination.voting_config_exclusions',
      ),
    ).not.toContain('node_id');
    value(await undo(esEnrollment, change, applied, context));
    expect(await bench.see(tree(install.pathConf))).toBe(before);

    async function staysWithTheOnlyCopy(): Promise<void> {
      await ask(
        '/alone',
        `-X PUT -H 'content-type: application/json' -d '{"settings":{"number_of_replicas":0,"index.routing.allocation.require._name":"node-2"}}'`,
      );
      const refused = await undo(esEnrollment, change, applied, context);
      expect(refused).toMatchObject({ ok: false, error: { hostState: 'unchanged' } });
      expect(refused.ok ? '' : refused.error.message).toMatch(/on this node only.*alone/);
      expect(await ask('/_cluster/settings')).toBe('{"persistent":{},"transient":{}}');
      expect(await ask('/_cat/nodes?h=name')).toContain('node-2');
      await ask('/alone', '-X DELETE');
    }
  });
});
