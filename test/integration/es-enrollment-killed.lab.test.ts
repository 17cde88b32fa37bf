/** Joining a cluster is interrupted at every phase. The node ends as it was, or as a member that the cluster lists. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { esEnrollment } from '../../shared/engine/changes/es-enrollment/es-enrollment.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { type TestContext, value } from '../support/change-harness.ts';
import { interrupting } from '../support/interrupting.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { type Pair, pairToJoin } from './es-cluster-to-join.ts';
import { leftovers, status, tree } from './es-installs.ts';

// Keys are made and nodes started on a machine that does other work too.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    'Not run, to save some minutes: a node that is interrupted while it joins a cluster. BULWARK_LAB_SCENARIOS=every runs it.',
  );
}

describe.skipIf(!every)('joining, interrupted', () => {
  let lab: Lab;
  let pair: Pair;
  let bench: LabBench;
  let before: string;
  beforeAll(async () => {
    lab = await openLab();
    pair = await pairToJoin(lab, 'open-fresh', 'open-fresh');
    before = await pair.bench.see(tree(pair.change.install.pathConf));
  });
  afterAll(async () => {
    await lab?.down();
  });
  beforeEach(async () => {
    bench = await labBench(pair.bench.host);
  });

  const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  async function begin(
    tag: string,
    more?: { readonly signal: AbortSignal },
  ): Promise<{ readonly plain: TestContext; readonly image: Uint8Array }> {
    const plain = bench.context(tag, more);
    await pair.teach(plain);
    return { plain, image: value(await esEnrollment.capture(pair.change, plain)) };
  }

  async function cutFor(milliseconds: number): Promise<void> {
    await pair.bench.host.cutLink();
    await wait(milliseconds);
    await pair.bench.host.restoreLink();
  }

  async function takeBack(image: Uint8Array, context: TestContext): Promise<void> {
    bench = await labBench(pair.bench.host);
    value(
      await esEnrollment.revert(pair.change, image, undefined, {
        ...bench.context(context.tag),
        secrets: context.secrets,
        force: false,
      }),
    );
  }

  /** The old node, open as before, with the same bytes; the cluster alone and without a word about the node. */
  async function expectOld(): Promise<void> {
    await expect
      .poll(() => status(bench, 'http://127.0.0.1:9200/_cluster/health'), {
        timeout: 120_000,
        interval: 2000,
      })
      .toBe('200');
    expect(await bench.see(tree(pair.change.install.pathConf))).toBe(before);
    expect(await bench.see(leftovers)).toBe('');
    await expect
      .poll(async () => (await pair.ask('/_cat/nodes?h=name')).trim().split('\n').length, {
        timeout: 60_000,
        interval: 2000,
      })
      .toBe(1);
    expect(await pair.ask('/_cluster/settings')).toBe('{"persistent":{},"transient":{}}');
    expect(await pair.ask('/_security/api_key?active_only=true&name=enrollment_token_API_key_bulwark*')).toBe(
      '{"api_keys":[]}',
    );
  }

  it('link cut while keys are made: nothing is changed', async () => {
    const { plain, image } = await begin('cut-staging');
    const { context, acted } = interrupting(plain, /makes its keys/, () => cutFor(9000));
    const applied = await esEnrollment.apply(pair.change, image, context);
    await acted();
    expect(applied).toMatchObject({ ok: false, error: { code: 'SSH_CONNECTION_LOST' } });
    await takeBack(image, plain);
    await expectOld();
  });

  it('the switch is killed on the host: the old node comes back by itself', async () => {
    const { plain, image } = await begin('kill-switch');
    const { context, acted } = interrupting(plain, /The host is switching: [3-9]/, async () => {
      await bench.see('systemctl kill --signal=KILL bulwark-switch-kill-switch.service');
    });
    const applied = await esEnrollment.apply(pair.change, image, context);
    await acted();
    expect(applied).toMatchObject({ ok: false, error: { code: 'ES_DID_NOT_START', hostState: 'restored' } });
    await expectOld();
    expect((await plain.secrets.get(pair.change.elasticPasswordRef)).ok).toBe(false);
  });

  it('the host restarts in the middle: it settles before the node starts', async () => {
    const { plain, image } = await begin('reboot');
    const { context, acted } = interrupting(plain, /The host is switching: [3-9]/, () =>
      pair.bench.host.reboot(),
    );
    expect((await esEnrollment.apply(pair.change, image, context)).ok).toBe(false);
    await acted();
    await takeBack(image, plain);
    await expectOld();
  });

  it('the app ends while the host switches: the node becomes a member, and is taken back from there', async () => {
    const end = new AbortController();
    const { plain, image } = await begin('app-ended', { signal: end.signal });
    const { context } = interrupting(plain, /The host is switching/, () => Promise.resolve(end.abort()));
    expect((await esEnrollment.apply(pair.change, image, context)).ok).toBe(false);
    await expect
      .poll(() => pair.ask('/_cat/nodes?h=name'), { timeout: 240_000, interval: 3000 })
      .toContain('node-2');
    const looked = await esEnrollment.inspect(pair.change, {
      ...bench.context('app-ended'),
      secrets: plain.secrets,
    });
    // Half finished is not in place: a recovery takes it back.
    expect(looked.ok && looked.value.inPlace).toBe(false);
    await takeBack(image, plain);
    await expectOld();
  });

  it('the cluster does not reach the node: it comes back as it was', async () => {
    const { plain, image } = await begin('no-way-back');
    const { host } = pair.bench;
    // What the joining node says to the cluster arrives there; what others begin towards its port for nodes does not.
    await bench.see(
      'nft add table inet shut; nft add chain inet shut in "{ type filter hook input priority 0; }"; nft add rule inet shut in tcp dport 9300 drop',
    );
    const applied = await esEnrollment.apply(pair.change, image, plain);
    expect(applied.ok).toBe(false);
    expect(applied.ok ? '' : applied.error.message).toMatch(/does not list it/);
    await host.run('nft delete table inet shut');
    await takeBack(image, plain);
    await expectOld();
  });
});
