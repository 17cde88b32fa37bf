/** The rounds of a roll-over go back on all hosts, the last one first, whichever plan did them; one that sticks holds the rest. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { EngineBench } from '../../../test/support/engine-harness.ts';
import { install } from '../../../test/support/facts.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import type { ChangeOf } from '../../domain/change.ts';
import { appError } from '../../domain/error.ts';
import { fail, succeed } from '../../domain/result.ts';
import { applyPlan } from '../apply.ts';
import type { ChangeKind } from '../change-kind.ts';
import type { EngineParts } from '../parts.ts';
import { planChanges } from '../plan.ts';
import { interruptedSteps } from '../recover.ts';
import { rollBack } from '../rollback.ts';

type Change = ChangeOf<'authority-trust'>;

const names = ['one', 'two', 'three'];

class NamedHost extends LocalHost {
  override readonly hostId: string;
  constructor(hostId: string) {
    super();
    this.hostId = hostId;
  }
}

let hosts: readonly NamedHost[];
let parts: EngineParts;
/** What was done where, in its order. */
let done: string[];
let state: Map<string, number>;
let stuck: string | undefined;
let failing: string | undefined;

const kind: ChangeKind<'authority-trust'> = {
  kind: 'authority-trust',
  backTogether: ({ rollOver }) => rollOver.hosts,
  describe: () => ({ title: 'round', words: [], blast: 'reload', outageSeconds: 0, guarded: false }),
  inspect: ({ rollOver }, { host: { hostId } }) =>
    Promise.resolve(succeed({ inPlace: (state.get(hostId) ?? 0) >= rollOver.round, diffs: [], words: [] })),
  capture: () => Promise.resolve(succeed(new Uint8Array())),
  apply({ rollOver }, _before, { host: { hostId } }) {
    if (failing === `${hostId} ${rollOver.round}`)
      return Promise.resolve(fail(appError('VERIFY_FAILED', 'No.', 'Look.', { hostState: 'unchanged' })));
    done.push(`${hostId} ${rollOver.round}`);
    state.set(hostId, rollOver.round);
    return Promise.resolve(succeed({}));
  },
  verify: () => Promise.resolve(succeed(undefined)),
  revert({ rollOver }, _before, _mark, { host: { hostId } }) {
    if (stuck === `${hostId} ${rollOver.round}`)
      return Promise.resolve(fail(appError('DRIFT', 'It was changed.', 'Look.', { hostState: 'unchanged' })));
    done.push(`${hostId} back ${rollOver.round}`);
    state.set(hostId, rollOver.round - 1);
    return Promise.resolve(succeed(undefined));
  },
};

function round(of: 1 | 3): Change {
  const pem = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n';
  return {
    kind: 'authority-trust',
    install,
    rollOver: { to: 'a'.repeat(64), round: of, hosts: names },
    files: [{ form: 'pem', path: '/ca.crt' }],
    oldPem: pem,
    newPem: pem,
    httpCaRef: 'ca',
    authorityRef: 'authority',
  };
}

beforeEach(() => {
  hosts = names.map((name) => new NamedHost(name));
  for (const host of hosts) host.teach('id', 'echo 0');
  const bench = new EngineBench({ 'authority-trust': kind });
  const open = (hostId: string) =>
    Promise.resolve(succeed((hosts.find((one) => one.hostId === hostId) ?? bench.host).session()));
  parts = { ...bench.parts, sessions: { open, openFresh: open } };
  done = [];
  state = new Map();
  stuck = undefined;
  failing = undefined;
});
afterEach(() => hosts.forEach((host) => host.remove()));

async function applied(rounds: readonly Change[]) {
  const plan = value(
    await planChanges(
      {
        requests: names.map((hostId) => ({
          findingId: `${hostId}/certificate-expiry`,
          hostId,
          controlId: 'certificate-expiry',
          changes: rounds,
        })),
        leftOut: [],
        basis: names.map((hostId) => ({ hostId, scanId: 's', factsDigest: 'f' })),
        host: (hostId) => parts.sessions.open(hostId),
      },
      parts,
    ),
  );
  const request = { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('f')) };
  return { plan, report: value(await applyPlan(request, parts)) };
}

const back = async (hostId: string) =>
  value(
    await rollBack(
      { hostId, scope: { of: 'finding', controlId: 'certificate-expiry' }, reason: 'asked for' },
      parts,
    ),
  );

it('is carried out round after round, and stopped at the first host that does not prove', async () => {
  failing = 'two 3';
  const { plan, report } = await applied([round(1), round(3)]);
  expect(plan.steps.map(({ hostId }) => hostId)).toEqual([...names, ...names]);
  expect(report.result).toBe('failed');
  expect(done).toEqual(['one 1', 'two 1', 'three 1', 'one 3']);
});

it('goes back on all hosts by asking one, though two plans did it', async () => {
  await applied([round(1)]);
  await applied([round(1), round(3)]);
  done = [];
  expect(await back('two')).toMatchObject({ result: 'undone' });
  expect(done.slice(0, 3).toSorted()).toEqual(['one back 3', 'three back 3', 'two back 3']);
  expect(done.slice(3).toSorted()).toEqual(['one back 1', 'three back 1', 'two back 1']);
  expect(value(await interruptedSteps(parts.journal, names))).toEqual([]);
});

it.each(names)(
  'holds the first round everywhere while the third one sticks on one host; asked of %s',
  async (asked) => {
    await applied([round(1), round(3)]);
    done = [];
    stuck = 'three 3';
    expect((await back(asked)).result).toBe('incomplete');
    for (const name of names) expect((await back(name)).result).toBe('incomplete');
    expect(done.filter((one) => one.endsWith('back 1'))).toEqual([]);
    stuck = undefined;
    expect((await back('three')).result).toBe('undone');
    expect([...state.values()]).toEqual([0, 0, 0]);
  },
);
