/** The data of a running Elasticsearch moves to an encrypted disk by the program itself; documents stay, old data goes on request. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Lab, labPrerequisites, openLab } from '../lab/index.ts';
import { bulwark, type Ended } from '../support/bulwark-process.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 600_000 });

const prerequisites = await labPrerequisites();
if (!prerequisites.ok) process.stdout.write(`Elasticsearch's data: skipped: ${prerequisites.missing}\n`);
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
const up = `curl -s -o /dev/null -w '%{http_code}' '${node}/_cluster/health?wait_for_status=yellow&timeout=60s'`;

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
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'volume-es-'));
    lab = await openLab({ log: (line) => console.error(line) });
    bench = await labBench(await lab.up('spare-disk', { name: 'volume-es' }));
  });
  afterAll(async () => {
    rmSync(work, { recursive: true, force: true });
    await lab?.down();
  });

  it('is planned, applied, its old data removed by its exact path', async () => {
    const { host } = bench;
    const created = await bulwark(
      ['init', '--name', 'lab', '--workspaces', work, '--vault-passphrase-stdin'],
      passphrase,
    );
    const at = ['--workspace', created.stdout.trim(), '--json'];
    const known = ['--known-hosts', host.knownHostsFile, '--vault-passphrase-stdin'];
    const login = `${host.user}@${host.address}:${host.port}`;
    const add = ['hosts', 'add', ...at, '--host', login, '--identity', host.identityFile, '--name', 'search'];
    expect((await bulwark(add)).code).toBe(0);

    await bench.see(index);
    const before = await bench.see(documents);
    expect(before).toContain('{"count":2000}');
    const disk = ['--choice', 'dataDevice=/dev/ubdb', '--choice', 'dataUnlock=key-file'];
    const planned = await bulwark(
      ['plan', ...at, ...known, '--control', 'es-data-encrypted', ...disk],
      passphrase,
    );
    expectCode(planned, 0);
    const { plan } = JSON.parse(planned.stdout) as { plan: { id: string; digest: string } };
    const applied = await bulwark(['apply', ...at, ...known, '--digest', plan.digest], passphrase);
    expectCode(applied, 0);
    const { steps } = JSON.parse(applied.stdout) as { steps: readonly { id: string }[] };
    expect(steps).toHaveLength(1);
    expect(await bench.see(up)).toBe('200');
    expect(await bench.see(documents)).toBe(before);
    const data = (await bench.see(`dirname /opt/elasticsearch-*/bin`)).trim() + '/data';
    expect(await bench.see(`findmnt -n -o SOURCE ${data}`)).toMatch(/^\/dev\/mapper\/luks-/);

    const step = ['confirm-removal', ...at, ...known, '--step', `${plan.id}/${steps[0]?.id ?? ''}`];
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
  });
});
