/** Securing a lab's node is interrupted in the ways that all ways of securing have in common, and what has to come of it. */
import { expect } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import type { Result } from '../../shared/domain/result.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../shared/engine/change-kind.ts';
import { elasticRef, leftovers, status, tree } from '../integration/es-installs.ts';
import type { LabHost } from '../lab/index.ts';
import { type TestContext, value } from './change-harness.ts';
import { interrupting } from './interrupting.ts';
import { type LabBench, labBench } from './lab-bench.ts';

type Kind = 'es-auto-configuration' | 'es-own-certificates';

export interface Interrupted {
  readonly applied: Result<Mark>;
  readonly image: Uint8Array;
  /** Of the step, with what it put into the vault. */
  readonly context: TestContext;
}

export class InterruptedSecuring<K extends Kind> {
  readonly host: LabHost;
  readonly #kind: ChangeKind<K>;
  readonly #change: ChangeOf<K>;
  #bench: LabBench;
  readonly before: string;
  readonly pathConf: string;

  private constructor(
    kind: ChangeKind<K>,
    change: ChangeOf<K>,
    host: LabHost,
    bench: LabBench,
    before: string,
    pathConf: string,
  ) {
    this.#kind = kind;
    this.#change = change;
    this.host = host;
    this.#bench = bench;
    this.before = before;
    this.pathConf = pathConf;
  }

  static async on<K extends Kind>(
    host: LabHost,
    kind: ChangeKind<K>,
    change: ChangeOf<K>,
    pathConf: string,
  ): Promise<InterruptedSecuring<K>> {
    const bench = await labBench(host);
    const before = await bench.see(tree(pathConf));
    return new InterruptedSecuring(kind, change, host, bench, before, pathConf);
  }

  get bench(): LabBench {
    return this.#bench;
  }

  /** After whatever cut the connection. */
  async connectAgain(): Promise<void> {
    await this.#bench.session.close();
    this.#bench = await labBench(this.host);
  }

  async takeBack({ image, context }: Pick<Interrupted, 'image' | 'context'>): Promise<void> {
    const again = await labBench(this.host);
    const same = { ...again.context(context.tag), secrets: context.secrets, force: false };
    value(await this.#kind.revert(this.#change, image, undefined, same));
    await again.session.close();
  }

  async cutLinkFor(milliseconds: number): Promise<void> {
    await this.host.cutLink();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.host.restoreLink();
  }

  /** Applies the change, and acts once when its progress says so. */
  async apply(
    tag: string,
    when: RegExp,
    act: () => Promise<void>,
    more: Partial<Pick<ChangeContext, 'signal'>> = {},
  ): Promise<Interrupted> {
    const plain = this.#bench.context(tag, more);
    const image = value(await this.#kind.capture(this.#change, plain));
    const { context, acted } = interrupting(plain, when, act);
    const applied = await this.#kind.apply(this.#change, image, context);
    await acted();
    return { applied, image, context: plain };
  }

  async applyUndisturbed(tag: string): Promise<Interrupted> {
    const context = this.#bench.context(tag);
    const image = value(await this.#kind.capture(this.#change, context));
    return { applied: await this.#kind.apply(this.#change, image, context), image, context };
  }
}

/** The old node, open as before, with the same bytes and nothing of ours left. */
export async function expectOld<K extends Kind>({
  bench,
  pathConf,
  before,
}: InterruptedSecuring<K>): Promise<void> {
  await expect
    .poll(() => status(bench, 'http://127.0.0.1:9200/_cluster/health'), { timeout: 120_000, interval: 2000 })
    .toBe('200');
  expect(await bench.see(tree(pathConf))).toBe(before);
  expect(await bench.see(leftovers)).toBe('');
}

export async function expectLinkCutHarmless<K extends Kind>(
  securing: InterruptedSecuring<K>,
  tag: string,
  when: RegExp,
): Promise<Interrupted> {
  const step = await securing.apply(tag, when, () => securing.cutLinkFor(8000));
  expect(step.applied).toMatchObject({ ok: false, error: { code: 'SSH_CONNECTION_LOST' } });
  await securing.takeBack(step);
  await expectOld(securing);
  return step;
}

/** The host goes on by itself: the node is secured with the password that is in the vault. */
export async function expectSecuredWithoutApp<K extends Kind>(
  securing: InterruptedSecuring<K>,
  tag: string,
  path: string,
): Promise<Interrupted> {
  const end = new AbortController();
  const act = () => Promise.resolve(end.abort());
  const step = await securing.apply(tag, /The host is switching/, act, { signal: end.signal });
  expect(step.applied.ok).toBe(false);
  const password = value(await step.context.secrets.get(elasticRef)).reveal();
  await expect
    .poll(() => status(securing.bench, `https://127.0.0.1:9200${path}`, password), {
      timeout: 180_000,
      interval: 2000,
    })
    .toBe('200');
  return step;
}

export async function expectKilledSwitchReturns<K extends Kind>(
  securing: InterruptedSecuring<K>,
  tag: string,
): Promise<Interrupted> {
  const step = await securing.apply(tag, /The host is switching: [3-9]/, async () => {
    await securing.bench.see(`systemctl kill --signal=KILL bulwark-switch-${tag}.service`);
  });
  expect(step.applied).toMatchObject({
    ok: false,
    error: { code: 'ES_DID_NOT_START', hostState: 'restored' },
  });
  await expectOld(securing);
  expect((await step.context.secrets.get(elasticRef)).ok).toBe(false);
  return step;
}

export async function expectRejected<K extends Kind>(
  securing: InterruptedSecuring<K>,
  tag: string,
): Promise<Result<Mark>> {
  const { bench, pathConf } = securing;
  const yml = `${pathConf}/elasticsearch.yml`;
  const pid = await bench.see('systemctl show -p MainPID elasticsearch');
  await bench.see(`echo 'xpack.securty.audit.enabled: true' >> ${yml}`);
  const { applied, context } = await securing.applyUndisturbed(tag);
  await bench.see(`sed -i '$d' ${yml}`);
  expect(applied).toMatchObject({
    ok: false,
    error: { code: 'ES_CONFIGURATION_REJECTED', hostState: 'unchanged' },
  });
  expect(applied.ok ? '' : applied.error.message).toContain(
    'xpack.securty.audit.enabled is not a setting of this version',
  );
  expect(await bench.see('systemctl show -p MainPID elasticsearch')).toBe(pid);
  expect(await bench.see(leftovers)).toBe('');
  expect((await context.secrets.get(elasticRef)).ok).toBe(false);
  return applied;
}
