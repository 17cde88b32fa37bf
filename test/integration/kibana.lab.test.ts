/**
 * Hosts with the files of Kibana as its packages lay them out: found, judged, put right by the proposals of the controls,
 * looked at by other tools, and put back. No Kibana runs here: its program is a stand-in that sleeps, and the keystore is
 * opened by a program of this test that knows the documented format only.
 */
import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kibanaReading } from '../../electron/service/kibana-peers.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import type { Choices } from '../../shared/controls/define-control.ts';
import type { Change } from '../../shared/domain/change.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import { encryptionKeys, type KibanaPeer } from '../../shared/domain/kibana.ts';
import { fileMode } from '../../shared/engine/changes/file-mode/file-mode.ts';
import { kibanaSetting } from '../../shared/engine/changes/kibana-setting/kibana-setting.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import { arrangeHost } from '../../shared/engine/plan.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { type Applied, applyTwice, type TestContext, undo, value } from '../support/change-harness.ts';
import { known } from '../support/facts.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { type Look, look } from '../support/lab-look.ts';

const yml = '/etc/kibana/kibana.yml';
const keystore = '/etc/kibana/kibana.keystore';
const files = [
  '/etc/kibana',
  yml,
  keystore,
  '/etc/kibana/ca.pem',
  '/etc/kibana/kibana.key',
  '/etc/kibana/kibana.crt',
];
const password = 'Canary-kibana-9a:#"ü';
const key = 'an old key of this Kibana, 40 letters ok';

/** As the packages ship it, with what an operator in a hurry writes. */
const settings = (more: string) => `# For more configuration options see the configuration guide for Kibana in
# https://www.elastic.co/guide/index.html

# =================== System: Kibana Server ===================
# Kibana is served by a back end server. This setting specifies the port to use.
#server.port: 5601
server.host: "0.0.0.0"
server.ssl.certificate: /etc/kibana/kibana.crt
server.ssl.key: /etc/kibana/kibana.key

# =================== System: Elasticsearch ===================
elasticsearch.hosts: ["https://10.1.0.11:9200", "https://10.1.0.12:9200"]
elasticsearch.username: "kibana_system"
elasticsearch.ssl.certificateAuthorities: [ "/etc/kibana/ca.pem" ]
elasticsearch:
  ssl:
    verificationMode: none # TODO
${more}
logging.root.level: info
pid.file: /run/kibana/kibana.pid
`;
const prepare = `set -e
groupadd -r kibana; useradd -r -g kibana -s /bin/false -d /usr/share/kibana kibana
mkdir -p /etc/kibana /usr/share/kibana/bin /var/lib/kibana /var/log/kibana
printf '{\\n  "name": "kibana",\\n  "version": "8.19.21",\\n  "private": true\\n}\\n' > /usr/share/kibana/package.json
printf '#!/bin/sh\\nexec sleep infinity\\n' > /usr/share/kibana/bin/kibana; chmod 755 /usr/share/kibana/bin/kibana
cat > ${yml}
printf 'authority\\n' > /etc/kibana/ca.pem; printf 'certificate\\n' > /etc/kibana/kibana.crt; printf 'key\\n' > /etc/kibana/kibana.key
chown -R root:kibana /etc/kibana; chmod 2755 /etc/kibana; chmod 664 ${yml}; chmod 644 /etc/kibana/*.pem /etc/kibana/kibana.key /etc/kibana/kibana.crt
chown kibana:kibana /var/lib/kibana /var/log/kibana; chmod 2750 /var/lib/kibana
printf '[Unit]\\nDescription=Kibana\\n[Service]\\nType=simple\\nUser=kibana\\nGroup=kibana\\nEnvironment=KBN_HOME=/usr/share/kibana\\nEnvironment=KBN_PATH_CONF=/etc/kibana\\nEnvironmentFile=-/etc/default/kibana\\nExecStart=/usr/share/kibana/bin/kibana\\n' > /etc/systemd/system/kibana.service
systemctl daemon-reload; systemctl start kibana`;

/** By the documented layout, with none of the product's code. */
function opened(base64: string): Readonly<Record<string, unknown>> {
  const bytes = Buffer.from(Buffer.from(base64, 'base64').toString('latin1').slice(2), 'base64');
  const secret = pbkdf2Sync('', bytes.subarray(0, 64), 10_000, 32, 'sha512');
  const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(64, 76));
  decipher.setAuthTag(bytes.subarray(76, 92));
  const text = Buffer.concat([decipher.update(bytes.subarray(92)), decipher.final()]).toString();
  return JSON.parse(text) as Record<string, unknown>;
}

const ofKibana = catalog.filter(
  (control) => control.evaluate({ kibana: known(null) }).outcome === 'not-applicable',
);

type Done = { readonly change: Change; readonly applied: Applied };

async function apply(change: Change, context: TestContext): Promise<Done> {
  if (change.kind === 'kibana-setting')
    return { change, applied: await applyTwice(kibanaSetting, change, context) };
  if (change.kind === 'file-mode') return { change, applied: await applyTwice(fileMode, change, context) };
  if (change.kind !== 'service-restart') throw new Error(`not expected here: ${change.kind}`);
  const before = value(await serviceRestart.capture(change, context));
  return { change, applied: { before, mark: value(await serviceRestart.apply(change, before, context)) } };
}

async function takeBack({ change, applied }: Done, context: TestContext): Promise<void> {
  if (change.kind === 'kibana-setting') value(await undo(kibanaSetting, change, applied, context));
  if (change.kind === 'file-mode') value(await undo(fileMode, change, applied, context));
}

class KibanaHost {
  readonly bench: LabBench;
  readonly context: TestContext;
  peers: readonly KibanaPeer[] = [];
  seen: Look | undefined;

  constructor(bench: LabBench, first?: TestContext) {
    this.bench = bench;
    const own = bench.context('kibana');
    this.context = first === undefined ? own : { ...own, secrets: first.secrets };
  }

  async facts(): Promise<Facts> {
    this.seen = await look(this.bench.host);
    return { ...this.seen.gathered.facts, 'kibana-peers': known(this.peers) };
  }

  /** As other hosts of the workspace see it. */
  async peer(host: string): Promise<KibanaPeer> {
    const kibana = knownValue((await this.facts()).kibana);
    const [settings, stored] = kibana ? [knownValue(kibana.settings), knownValue(kibana.keystore)] : [];
    return { host, state: 'read', keys: [...(settings?.keys ?? []), ...(stored?.keys ?? [])] };
  }

  async outcomes(): Promise<Readonly<Record<string, string>>> {
    const facts = await this.facts();
    return Object.fromEntries(ofKibana.map((control) => [control.words.id, control.evaluate(facts).outcome]));
  }

  async fix(choices: Choices = {}): Promise<readonly Done[]> {
    const facts = await this.facts();
    const requests = ofKibana
      .filter((control) => control.evaluate(facts).outcome === 'fail')
      .flatMap((control) => {
        const proposal = control.propose(facts, choices);
        const { id } = control.words;
        const of = { findingId: id, hostId: 'h', controlId: id };
        return proposal.type === 'changes' ? [{ ...of, changes: proposal.changes }] : [];
      });
    const done: Done[] = [];
    for (const { change } of value(arrangeHost(requests))) done.push(await apply(change, this.context));
    return done;
  }

  print = () => this.bench.print(...files);
  entries = async () => opened(await this.bench.see(`base64 -w0 ${keystore}`));
}

let lab: Lab;
let one: KibanaHost;
let two: KibanaHost;
const was: string[] = [];
const done: (readonly Done[])[] = [];

async function up(name: string, more: string, first?: KibanaHost): Promise<KibanaHost> {
  const bench = await labBench(await lab.up('bare', { name }));
  const out = await bench.host.run(prepare, { stdin: settings(more) });
  if (out.code !== 0) throw new Error(out.stderr);
  return new KibanaHost(bench, first?.context);
}

beforeAll(async () => {
  lab = await openLab();
  one = await up(
    'kibana-1',
    `elasticsearch.password: '${password}'\nxpack.encryptedSavedObjects.encryptionKey: "${key}"`,
  );
  two = await up('kibana-2', `elasticsearch.password: '${password}'`, one);
});
afterAll(async () => {
  await Promise.allSettled([one?.bench.session.close(), two?.bench.session.close()]);
  await lab?.down();
});

describe('Kibana on two hosts', () => {
  it('is found in one exec, and judged as it is', async () => {
    one.peers = [await two.peer('kibana-2')];
    two.peers = [await one.peer('kibana-1')];
    expect(await one.outcomes()).toEqual({
      'kibana-service-account': 'pass',
      'kibana-keystore': 'fail',
      'kibana-config-permissions': 'fail',
      'kibana-service-user': 'pass',
      'kibana-es-verification': 'fail',
      'kibana-tls': 'fail',
      'saved-objects-key': 'fail',
      'security-cookie-key': 'fail',
      'reporting-key': 'fail',
      'session-idle-timeout': 'fail',
      'session-lifespan': 'pass',
    });
    expect(one.seen?.cost).toMatchObject({ connections: 1, execs: 1 });
    const { facts } = one.seen?.gathered ?? {};
    expect(knownValue(facts?.kibana)).toMatchObject({
      layout: 'package',
      version: '8.19.21',
      home: '/usr/share/kibana',
      pathConf: '/etc/kibana',
      unit: 'kibana.service',
      running: true,
    });
    const text = JSON.stringify([facts, one.seen?.scan]);
    for (const secret of ['Canary-kibana', key]) expect(text).not.toContain(secret);
  });

  it('is put right by what the controls propose; the second time there is nothing to do', async () => {
    was.push(await one.print(), await two.print());
    done.push(await one.fix());
    expect(done[0]?.map(({ change }) => change.kind)).toEqual([
      'file-mode',
      'kibana-setting',
      'service-restart',
    ]);
    one.peers = [];
    expect(new Set(Object.values(await one.outcomes()))).toEqual(new Set(['pass']));
    expect(await one.fix()).toEqual([]);
  });

  it('has the same keys on the second host, out of the vault', async () => {
    two.peers = [await one.peer('kibana-1')];
    done.push(await two.fix());
    expect(new Set(Object.values(await two.outcomes()))).toEqual(new Set(['pass']));
    one.peers = [await two.peer('kibana-2')];
    expect(new Set(Object.values(await one.outcomes()))).toEqual(new Set(['pass']));
    expect(await two.fix()).toEqual([]);
    const [left, right] = [await one.entries(), await two.entries()];
    expect(left['xpack.encryptedSavedObjects.encryptionKey']).toBe(key);
    for (const name of encryptionKeys) expect(right[name]).toBe(left[name]);
    expect(left['elasticsearch.password']).toBe(password);
  });

  it('is seen the same by other tools, and runs', async () => {
    for (const { bench } of [one, two]) {
      expect(await bench.see('grep -rlE "Canary-kibana|an old key" /etc/kibana || true')).toBe('');
      expect(
        await bench.see(`stat -c '%U:%G %a' /etc/kibana ${yml} ${keystore} /etc/kibana/kibana.key`),
      ).toBe('root:kibana 2750\nroot:kibana 660\nroot:kibana 660\nroot:kibana 640\n');
      const text = await bench.see(`cat ${yml}`);
      expect(text).toContain('# Kibana is served by a back end server.');
      expect(text).toContain('verificationMode: full # TODO');
      expect(text).toMatch(/^server\.ssl\.enabled: true$/m);
      expect(text).toMatch(/^xpack\.security\.session\.idleTimeout: "?8h"?$/m);
      expect((await bench.see('systemctl is-active kibana')).trim()).toBe('active');
      expect(await bench.see('ls -A /etc/kibana | grep bulwark || true')).toBe('');
    }
  });

  it('goes back to the same bytes, owners and modes, and the vault keeps the keys', async () => {
    for (const [index, host] of [one, two].entries()) {
      for (const step of [...(done[index] ?? [])].reverse()) await takeBack(step, host.context);
      expect(await host.print()).toBe(was[index]);
    }
    const kept = value(await one.context.secrets.list()).map(({ ref }) => ref);
    expect(kept.sort()).toEqual(encryptionKeys.map((name) => `shared/kibana/${name}`).sort());
    expect(kibanaReading.print(key)).not.toContain(key);
  });
});
