/**
 * Kibana's settings and keystore on real hosts in the layout of its packages. No Kibana runs here: the files are looked at by
 * other tools, and the keystore is opened by a program of this test that knows the documented format only.
 */
import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { kibanaSetting } from '../../shared/engine/changes/kibana-setting/kibana-setting.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import { type Lab, openLab, type ScenarioName } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { label, noteFiles, showNotes } from '../support/host-attributes.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

type Change = ChangeOf<'kibana-setting'>;

const ymlPath = '/etc/kibana/kibana.yml';
const keystorePath = '/etc/kibana/kibana.keystore';
const password = 'Canary-kibana-5e:"ü';
const encryption = 'xpack.encryptedSavedObjects.encryptionKey';
const prepare = `set -e
groupadd -r kibana; useradd -r -g kibana -s /usr/sbin/nologin kibana
mkdir /etc/kibana; cat > ${ymlPath}
chown -R root:kibana /etc/kibana; chmod 2750 /etc/kibana; chmod 660 ${ymlPath}
printf '[Service]\\nUser=kibana\\nExecStart=/bin/sleep infinity\\n' > /etc/systemd/system/kibana.service
systemctl daemon-reload; systemctl start kibana`;
const yml = `# ours\nserver.host: 0.0.0.0\nelasticsearch:\n  username: kibana_system\n  password: '${password}' # move me`;

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

/** By the documented layout, with none of the product's code. */
function opened(base64: string): unknown {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const bytes = Buffer.from(text.slice(2), 'base64');
  const key = pbkdf2Sync('', bytes.subarray(0, 64), 10_000, 32, 'sha512');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(64, 76));
  decipher.setAuthTag(bytes.subarray(76, 92));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(92)), decipher.final()]).toString());
}

describe.each<ScenarioName>(['bare', 'busybox'])('Kibana’s files on %s', (scenario) => {
  let bench: LabBench;
  beforeAll(async () => {
    bench = await labBench(await lab.up(scenario, { name: `kibana-${scenario}` }));
    const out = await bench.host.run(prepare, { stdin: yml });
    if (out.code !== 0) throw new Error(out.stderr);
  });
  afterAll(() => bench?.session.close());

  const plain = () => bench.print('/etc/kibana', ymlPath, keystorePath);
  const look = async () => `${await plain()}${await bench.see(showNotes('/etc/kibana'))}`;
  const leftovers = () =>
    bench.see('ls -A /etc/kibana /run /var/tmp 2>/dev/null | grep bulwark- | grep -v lock || true');

  async function change(more: Partial<Change> = {}): Promise<Change> {
    const expects = (await bench.see(`sha256sum < ${ymlPath}`)).slice(0, 64);
    return {
      kind: 'kibana-setting',
      pathConf: '/etc/kibana',
      home: '/usr/share/kibana',
      unit: 'kibana.service',
      edits: [
        { op: 'set', key: 'server.host', value: '127.0.0.1' },
        { op: 'remove', key: 'elasticsearch.password' },
      ],
      expects,
      keystore: {
        set: [
          {
            name: 'elasticsearch.password',
            value: { from: 'yaml-setting', path: ymlPath, key: 'elasticsearch.password' },
          },
          { name: encryption, value: { from: 'generate', ref: 'kibana/key', length: 32 } },
        ],
        remove: [],
      },
      ...more,
    };
  }

  it('are changed together and go back to the same bytes, owner and mode', async () => {
    const context = bench.context('kibana');
    const wanted = await change();
    await bench.see(noteFiles('/etc/kibana'));
    const was = await look();
    expect(was).toContain(`${ymlPath} security.selinux ${label}`);
    const words = value(await kibanaSetting.inspect(wanted, context)).words.join();
    expect(words).toContain('is not in /usr/share/kibana/bin');
    const applied = await applyTwice(kibanaSetting, wanted, context);
    expect(await look()).toContain(`${keystorePath} root:kibana 660`);
    expect(await bench.see(`cat ${ymlPath}`)).toContain('# ours\nserver.host: 127.0.0.1\n');
    expect(opened(await bench.see(`base64 -w0 ${keystorePath}`))).toEqual({
      'elasticsearch.password': password,
      [encryption]: value(await context.secrets.get('kibana/key')).reveal(),
    });
    expect(await bench.see('grep -rl Canary-kibana /etc/kibana || true')).toBe('');
    const restart: ChangeOf<'service-restart'> = {
      kind: 'service-restart',
      unit: 'kibana.service',
      rehearse: false,
    };
    const pid = () => bench.see('systemctl show -p MainPID --value kibana');
    const old = await pid();
    const empty = value(await serviceRestart.capture(restart, context));
    value(await serviceRestart.apply(restart, empty, context));
    expect(await pid()).not.toBe(old);
    value(await undo(kibanaSetting, wanted, applied, context));
    expect(await look()).toBe(was);
    value(await undo(kibanaSetting, wanted, { ...applied, mark: undefined }, context));
    expect([await look(), await leftovers()]).toEqual([was, '']);
  });

  it('keep what was in the keystore, and are not put back over somebody else’s', async () => {
    const context = bench.context('kibana-kept');
    const sealed = context.kibanaKeystore.seal(new Secret('{"kept":"x","gone":1}'));
    await bench.see(
      `echo ${Buffer.from(sealed).toString('base64')} | base64 -d > ${keystorePath}; chown root:kibana ${keystorePath}; chmod 640 ${keystorePath}; ${noteFiles('/etc/kibana')}`,
    );
    const was = await look();
    const base = await change();
    const wanted = await change({ keystore: { ...base.keystore, remove: ['gone'] } });
    const applied = await applyTwice(kibanaSetting, wanted, context);
    expect(await look()).toContain(`${keystorePath} root:kibana 640`);
    await bench.see(`printf x >> ${ymlPath}`);
    const theirs = await look();
    expect(await undo(kibanaSetting, wanted, applied, context)).toMatchObject({ error: { code: 'DRIFT' } });
    expect(await look()).toBe(theirs);
    await bench.see(`truncate -s -1 ${ymlPath}`);
    value(await undo(kibanaSetting, wanted, applied, context));
    expect([await look(), await leftovers()]).toEqual([was, '']);
  });

  it('stay as they are when the disk is full, when one is a link, and when the keystore has a password', async () => {
    const context = bench.context('kibana-full');
    const broken = [
      [
        'mount -t tmpfs -o size=16k,mode=2750 tmpfs /etc/kibana && cp -p /srv/kibana/* /etc/kibana/ && head -c 4096 /dev/zero > /etc/kibana/filler',
        'umount /etc/kibana',
        'DISK_FULL',
      ],
      [
        `mv ${keystorePath} /srv/real && ln -s /srv/real ${keystorePath}`,
        `mv -f /srv/real ${keystorePath}`,
        'FILE_NOT_REGULAR',
      ],
      [
        `cp -p ${keystorePath} /srv/real && sed -i 's/^1:..../1:AAAA/' ${keystorePath}`,
        `mv -f /srv/real ${keystorePath}`,
        'PRECONDITION_FAILED',
      ],
    ] as const;
    await bench.see('mkdir /srv/kibana && cp -p /etc/kibana/* /srv/kibana/');
    const at = await plain();
    for (const [breaking, mending, code] of broken) {
      await bench.see(breaking);
      const was = await plain();
      const wanted = await change();
      const captured = await kibanaSetting.capture(wanted, context);
      const before = captured.ok ? captured.value : new Uint8Array();
      const applied = await kibanaSetting.apply(wanted, before, context);
      expect(applied).toMatchObject({ error: { code, hostState: 'unchanged' } });
      expect(await plain()).toBe(was);
      await bench.see(mending);
    }
    expect([await plain(), await leftovers()]).toEqual([at, '']);
  });
});
