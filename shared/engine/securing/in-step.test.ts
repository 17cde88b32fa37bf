/** Three nodes that are stopped and started together, by hosts that only keep count: who is told to go on, and when nobody is. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testContext } from '../../../test/support/change-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import { FakeClock } from '../../../test/support/memory-ports.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ScriptOutput, ScriptRequest } from '../ports.ts';
import { Meeting } from '../together/meeting.ts';
import { beginInStep } from './in-step.ts';

type Trouble = 'refuses' | 'gone-back' | 'stays-running';

class CountingHost extends LocalHost {
  override readonly hostId: string;
  trouble: Trouble | undefined;
  called: string | undefined;
  #looked = 0;

  constructor(hostId: string) {
    super();
    this.hostId = hostId;
  }

  override run(request: ScriptRequest): Promise<Result<ScriptOutput>> {
    if (request.name === 'switch-begin' && this.trouble === 'refuses') {
      return Promise.resolve(fail(appError('DISK_FULL', 'The disk is full.', 'Make room.')));
    }
    if (request.name === 'switch-call') this.called = request.args?.[1];
    const stdout = request.name === 'switch-state' ? `${this.#state()}\n` : '';
    return Promise.resolve(
      succeed({ exitCode: 0, stdout: new TextEncoder().encode(stdout), stderr: new Uint8Array() }),
    );
  }

  #state(): string {
    this.#looked += 1;
    if (this.trouble === 'stays-running') return 'running';
    return this.trouble === 'gone-back' && this.#looked > 1 ? 'returned-up' : 'held';
  }
}

const names = ['one', 'two', 'three'];
let hosts: readonly CountingHost[];
beforeEach(() => {
  hosts = names.map((name) => new CountingHost(name));
});
afterEach(() => {
  for (const host of hosts) host.remove();
});

const wish = {
  unit: 'node.service',
  httpPort: 9200,
  speech: 'tls',
  active: true,
  start: true,
  seconds: 300,
  watched: { folder: '/etc/node', fingerprint: 'f' },
  trades: [],
} as const;

async function begin(trouble?: readonly [string, Trouble], who: 'all-or-none' | 'who-can' = 'all-or-none') {
  const meeting = new Meeting(names, who);
  const clock = new FakeClock();
  for (const host of hosts) host.trouble = host.hostId === trouble?.[0] ? trouble[1] : undefined;
  const ends = await Promise.all(
    hosts.map((host) =>
      beginInStep({ ...testContext(host, { clock }), together: meeting.place(host.hostId) }, wish, () =>
        Promise.resolve(succeed(host.hostId === 'three')),
      ),
    ),
  );
  return { ends, called: hosts.map((host) => host.called), seconds: clock.elapsed() / 1000 };
}

it('all are told to go on when all are held', async () => {
  expect((await begin()).called).toEqual(['go-on', 'go-on', 'go-on']);
});

it('nobody is started when one was held too long and has gone back', async () => {
  const { called, ends } = await begin(['one', 'gone-back']);
  expect(called).not.toContain('go-on');
  expect(ends).toEqual(names.map(() => succeed('given-up')));
});

it('on a way back the others are started beside one that has gone back', async () => {
  expect((await begin(['one', 'gone-back'], 'who-can')).called).toEqual(['give-up', 'go-on', 'go-on']);
});

it.each(['two', 'three'])('one whose switch cannot be begun (%s) keeps nobody stopped', async (name) => {
  const { called, ends } = await begin([name, 'refuses']);
  expect(called).not.toContain('go-on');
  expect(ends[0]).toEqual(succeed('given-up'));
});

it.each(['all-or-none', 'who-can'] as const)(
  'one that is never held is not waited for until the others go back by themselves (%s)',
  async (who) => {
    expect((await begin(['two', 'stays-running'], who)).seconds).toBeLessThan(150);
  },
);
