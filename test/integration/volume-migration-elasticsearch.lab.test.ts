/** The data of a running Elasticsearch moves to an encrypted disk by the program itself; documents stay, also over a restart, a full disk and undo; old data goes on request. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Remedy } from '../../shared/domain/finding.ts';
import { type Lab, labPrerequisites, openLab } from '../lab/index.ts';
import { bulwark, type Ended } from '../support/bulwark-process.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { patientBench } from '../support/volume-bench.ts';

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 600_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok)
  process.stdout.write(
    `Elasticsearch's data: skipped: ${prerequisites.missing} It runs where a lab can: test/lab/README.md.\n`,
  );
const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    'Not run, to save minutes: data of a real Elasticsearch to an encrypted disk. BULWARK_LAB_SCENARIOS=every runs it.',
  );
}

const passphrase = 'canary-passphrase-7713\n';
const node = 'http://127.0.0.1:9200';
const index = `i=0
while [ $i -lt 2000 ]; do printf '{"index":{"_id":"%s"}}\\n{"n":%s,"text":"document %s"}\\n' $i $i $i; i=$((i + 1)); done > /root/bulk
curl -s -f -o /dev/null -H 'Content-Type: application/x-ndjson' --data-binary @/root/bulk '${node}/kept/_bulk?refresh=true'`;
/** Number and content of all documents, in their order. */
const documents = `curl -s -f '${node}/kept/_count?filter_path=count'; curl -s -f '${node}/kept/_search?size=5000&sort=n&filter_path=hits.hits._id,hits.hits._source' | sha256sum`;
const up = `for n in $(seq 200); do
  code=$(curl -s -o /dev/null -w '%{http_code}' '${node}/_cluster/health?wait_for_status=yellow&timeout=60s'); [ "$code" = 200 ] && break; sleep 1
done; echo "$code"`;
/** One more document, so that what came after the move is told from what was there before it. */
const later = `curl -s -f -o /dev/null -X PUT -H 'Content-Type: application/json' -d '{"n":5000,"text":"written on the volume"}' '${node}/kept/_doc/later?refresh=true'`;
/** What surrounds the data: tables, open volumes, units and folders of the program. */
const surroundings = `cat /etc/fstab /etc/crypttab 2>/dev/null; ls /dev/mapper; ls -A /etc/cryptsetup-keys.d /var/lib/bulwark 2>/dev/null; ls -A /opt/elasticsearch-*/; systemctl list-unit-files --no-legend 'bulwark*'; true`;

/** GNU cp finds 64 KiB left on the volume, also of what is reserved for root: it is full in the middle of the copy. */
const fill = `mkdir -p /usr/local/sbin; cat > /usr/local/sbin/cp <<'END'
#!/bin/sh
case "$*" in
  "-a -- "*/volume/new/)
    for last; do :; done
    free=$(df -Pk "$last" | tail -n 1 | { read -r _ _ _ free _; echo "$free"; })
    fallocate -l "$((free - 64))K" "$last/filler"
    cat /dev/zero > "$last/reserved" 2>/dev/null
    truncate -s -64K "$last/reserved"
    df -Pk "$last" > /root/filled
    ;;
esac
exec /usr/bin/cp "$@"
END
chmod 755 /usr/local/sbin/cp`;

interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly entries: number;
  readonly removed: boolean;
}

function expectCode(ended: Ended, code: number): void {
  if (ended.code !== code) throw new Error(`ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
}

describe.skipIf(!prerequisites.ok || !every)('Elasticsearch on an encrypted disk', () => {
  let lab: Lab;
  let bench: LabBench;
  let work: string;
  let at: readonly string[];
  let known: readonly string[];
  let before: string;
  let around: string;
  let data: string;
  let move: string;
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'volume-es-'));
    lab = await openLab({ log: (line) => console.error(line) });
    bench = await labBench(await lab.up('spare-disk', { name: 'volume-es' }));
    const { host } = bench;
    const created = await bulwark(
      ['init', '--name', 'lab', '--workspaces', work, '--vault-passphrase-stdin'],
      passphrase,
    );
    at = ['--workspace', created.stdout.trim(), '--json'];
    known = ['--known-hosts', host.knownHostsFile, '--vault-passphrase-stdin'];
    const login = `${host.user}@${host.address}:${host.port}`;
    const add = ['hosts', 'add', ...at, '--host', login, '--identity', host.identityFile, '--name', 'search'];
    expectCode(await bulwark(add), 0);
    data = `${(await bench.see('echo /opt/elasticsearch-*')).trim()}/data`;
    await bench.see(index);
    before = await bench.see(documents);
    if (!before.includes('{"count":2000}')) throw new Error(`not all documents are there: ${before}`);
    around = await bench.see(surroundings);
  });
  afterAll(async () => {
    rmSync(work, { recursive: true, force: true });
    await lab?.down();
  });

  const disk = ['--choice', 'dataDevice=/dev/ubdb', '--choice', 'dataUnlock=key-file'];
  async function planned(): Promise<{ readonly id: string; readonly digest: string }> {
    const ended = await bulwark(
      ['plan', ...at, ...known, '--control', 'es-data-encrypted', ...disk],
      passphrase,
    );
    expectCode(ended, 0);
    return (JSON.parse(ended.stdout) as { plan: { id: string; digest: string } }).plan;
  }
  const apply = (digest: string) => bulwark(['apply', ...at, ...known, '--digest', digest], passphrase);
  const storage = () => bench.see(`findmnt -n -o SOURCE ${data} || echo plain`);

  it('is told which devices there are, without a window', async () => {
    const assessed = await bulwark(['assess', ...at, ...known], passphrase);
    const { hosts } = JSON.parse(assessed.stdout) as {
      hosts: readonly { controls: readonly { id: string; remedy: Remedy }[] }[];
    };
    const remedy = hosts[0]?.controls.find(({ id }) => id === 'es-data-encrypted')?.remedy;
    const devices = remedy?.type === 'choices' ? remedy.choices[0]?.options : [];
    expect(devices).toMatchObject([
      { value: '/dev/ubdb', unusable: '' },
      { value: '/dev/ubda', unusable: 'On the disk of the running system.' },
    ]);
    const asked = await bulwark(['plan', ...at, ...known, '--control', 'es-data-encrypted'], passphrase);
    expect(asked.code).not.toBe(0);
    expect(asked.stdout).toMatch(/dataDevice: \/dev\/ubdb, [\d.]+ GiB\).*dataUnlock: key-file or passphrase/);
  });

  it('stays where it is when the volume fills up while it is copied', async () => {
    const plan = await planned();
    await bench.see(fill);
    const applied = await apply(plan.digest);
    await bench.see('rm -f /usr/local/sbin/cp');
    console.log(await bench.see('cat /root/filled'));
    expect(applied.code).not.toBe(0);
    expect(applied.stdout).toContain('DISK_FULL');
    expect(await bench.see(up)).toBe('200\n');
    expect(await bench.see(documents)).toBe(before);
    expect(await storage()).toBe('plain\n');
    expect(await bench.see(surroundings)).toBe(around);
    expect(await bench.see('wipefs -n /dev/ubdb | wc -l')).toBe('0\n');
  });

  it('moves, and has the same documents there and after a restart of the host', async () => {
    const plan = await planned();
    const applied = await apply(plan.digest);
    expectCode(applied, 0);
    const { steps } = JSON.parse(applied.stdout) as { steps: readonly { id: string }[] };
    expect(steps).toHaveLength(1);
    move = `${plan.id}/${steps[0]?.id ?? ''}`;
    expect(await bench.see(up)).toBe('200\n');
    expect(await bench.see(documents)).toBe(before);
    expect(await storage()).toMatch(/^\/dev\/mapper\/luks-/);

    await bench.session.close();
    await bench.host.reboot();
    bench = await patientBench(bench.host);
    expect(await bench.see(up)).toBe('200\n');
    expect(await bench.see(documents)).toBe(before);
    expect(await storage()).toMatch(/^\/dev\/mapper\/luks-/);
  });

  it('loses its old data by its exact path only', async () => {
    const step = ['confirm-removal', ...at, ...known, '--step', move];
    const told = await bulwark(step, passphrase);
    expectCode(told, 1);
    const kept = JSON.parse(told.stdout) as Kept;
    expect(kept).toMatchObject({ removed: false });
    expect(kept.path.startsWith(`${data}.before-encryption-`)).toBe(true);
    expect(await bench.see(`find ${kept.path} | wc -l`)).toBe(`${kept.entries}\n`);
    expect(kept.bytes).toBe(Number(await bench.see(`du -sk ${kept.path} | cut -f 1`)) * 1024);
    const words = await bulwark(
      step.filter((word) => word !== '--json'),
      passphrase,
    );
    expect(words.stdout).toContain(`${kept.path} is kept (`);

    await bench.see(`mkdir ${kept.path}-not; touch ${kept.path}-not/file`);
    const beside = await bench.see(`ls -A ${data}/..`);
    for (const path of [data, `${kept.path}/`, `${kept.path}-not`, `${data}/../${kept.path}`, '/']) {
      const refused = await bulwark([...step, '--path', path], passphrase);
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'INPUT_INVALID' } });
      expect(refused.code).not.toBe(0);
    }
    expect(await bench.see(`ls -A ${data}/..`)).toBe(beside);
    const removed = await bulwark([...step, '--path', kept.path], passphrase);
    expectCode(removed, 0);
    expect(JSON.parse(removed.stdout)).toMatchObject({ path: kept.path, bytes: kept.bytes, removed: true });
    const name = kept.path.slice(data.lastIndexOf('/') + 1);
    expect(await bench.see(`ls -A ${data}/..`)).toBe(beside.replace(`${name}\n`, ''));
    expect(JSON.parse((await bulwark(step, passphrase)).stdout)).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    await bench.see(`rm -r ${kept.path}-not`);
  });

  it('is undone, with what was written on the volume', async () => {
    await bench.see(later);
    const written = await bench.see(documents);
    expect(written).toContain('{"count":2001}');
    const undone = await bulwark(['rollback', ...at, ...known, '--all'], passphrase);
    expectCode(undone, 0);
    expect(await bench.see(up)).toBe('200\n');
    expect(await bench.see(documents)).toBe(written);
    expect(await storage()).toBe('plain\n');
    expect(await bench.see(surroundings)).toBe(around);
  });
});
