/** What an interruption left of a step is ended as the step would have ended, or is left for taking it back. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installOn } from '../../../test/integration/es-installs.ts';
import { testContext, value } from '../../../test/support/change-harness.ts';
import { MemorySecrets } from '../../../test/support/memory-ports.ts';
import { NodeHost } from '../../../test/support/node-host.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import { finishInterrupted } from './carry-out.ts';
import { completeSecured } from './complete.ts';
import { switchFolder } from './switch.ts';

const install = { ...installOn('package-default'), httpPort: 9200 };
const wrapper = '/etc/.bulwark-test-1';
const folder = switchFolder('test-1');

let host: NodeHost;
let secrets: MemorySecrets;
beforeEach(() => {
  host = new NodeHost();
  secrets = new MemorySecrets();
  host.teach('systemctl', 'case "$*" in *is-active*) exit 3 ;; esac');
  host.answer = () => succeed({ status: 401, headers: {}, body: new Uint8Array() });
  host.place(`${install.pathConf}/certs/http_ca.crt`, 'the CA\n');
  host.place(`${wrapper}/before/elasticsearch.yml`, 'old\n');
});
afterEach(() => host.remove());

function complete(
  isSecured: () => Promise<Result<boolean>>,
  check?: () => Promise<Result<void>>,
  evenLacking?: boolean,
): Promise<Result<boolean>> {
  return completeSecured(
    { install, httpCaRef: 'ca', leftovers: [wrapper], isSecured, ...(check === undefined ? {} : { check }) },
    testContext(host, { secrets }),
    evenLacking,
  );
}

const there = () => [wrapper, folder].filter((path) => existsSync(host.path(path)));
const yes = () => Promise.resolve(succeed(true));

it.each(['committed', 'none'])(
  'a secured node is kept whose switch says %s: CA in the vault, nothing left',
  async (state) => {
    if (state !== 'none') host.place(`${folder}/state`, `${state}\n`);
    expect(value(await complete(yes))).toBe(true);
    expect(value(await secrets.get('ca')).reveal()).toBe('the CA\n');
    expect(there()).toEqual([]);
  },
);

const lacking = fail(appError('VERIFY_FAILED', 'Some are missing.', 'The old configuration is put back.'));

it.each([
  ['committed', 'holds all', succeed(undefined), false],
  ['committed', 'lacks documents, as the operator knows', lacking, true],
  ['none', 'lacks documents', lacking, false],
] as const)(
  'a secured node whose switch says %s and that %s is kept',
  async (state, _holds, checked, evenLacking) => {
    if (state !== 'none') host.place(`${folder}/state`, `${state}\n`);
    expect(value(await complete(yes, () => Promise.resolve(checked), evenLacking))).toBe(true);
    expect(there()).toEqual([]);
  },
);

it('a secured node that lacks something is neither kept nor opened by itself', async () => {
  host.place(`${folder}/state`, 'committed\n');
  const completed = await complete(yes, () => Promise.resolve(lacking));
  expect(completed).toMatchObject({
    error: { code: 'VERIFY_FAILED', message: 'Some are missing.', hostState: 'changed' },
  });
  expect(completed.ok ? '' : completed.error.nextStep).toMatch(/opens it to everybody/);
  expect(there()).toEqual([wrapper, folder]);
  expect((await secrets.get('ca')).ok).toBe(false);
});

it('whether a node holds its documents is not decided by a link that broke', async () => {
  host.place(`${folder}/state`, 'committed\n');
  const lost = fail(appError('SSH_CONNECTION_LOST', 'Gone.', 'Wait.'));
  expect(await complete(yes, () => Promise.resolve(lost))).toMatchObject({
    error: { code: 'SSH_CONNECTION_LOST' },
  });
  expect(there()).toEqual([wrapper, folder]);
});

it.each(['returned-up', 'returned-down', 'not-returned'])(
  'a switch that says %s is taken back',
  async (state) => {
    host.place(`${folder}/state`, `${state}\n`);
    expect(value(await complete(yes))).toBe(false);
    expect((await secrets.get('ca')).ok).toBe(false);
    expect(there()).toEqual([wrapper, folder]);
  },
);

it('a node that is not secured is taken back, and what lies beside it stays for that', async () => {
  host.place(`${folder}/state`, 'committed\n');
  expect(value(await complete(() => Promise.resolve(succeed(false))))).toBe(false);
  expect(there()).toEqual([wrapper, folder]);
});

it('nothing is removed while the vault does not take the CA', async () => {
  host.place(`${folder}/state`, 'committed\n');
  secrets.put = () => Promise.resolve(fail(appError('IO', 'The vault could not be written.', 'Make room.')));
  expect(await complete(yes)).toMatchObject({ error: { code: 'IO' } });
  expect(there()).toEqual([wrapper, folder]);
});

it.each([
  [
    'lacks something',
    succeed(undefined),
    lacking,
    { error: { code: 'VERIFY_FAILED', nextStep: /keep it/i } },
  ],
  ['cannot be logged in to', fail(appError('ES_AUTH_FAILED', 'No.', 'Look.')), lacking, { value: false }],
  ['holds all', succeed(undefined), succeed({}), { value: true }],
] as const)('a node that is finished later and %s', async (_name, proven, checked, expected) => {
  host.place(`${folder}/state`, 'committed\n');
  const finished = await finishInterrupted(
    {
      install,
      httpCaRef: 'ca',
      password: new Secret('in the vault'),
      leftovers: [wrapper],
      proven: () => Promise.resolve(proven),
      check: () => Promise.resolve(checked),
    },
    testContext(host, { secrets }),
  );
  const told = finished.ok ? finished : { error: { ...finished.error } };
  expect(told).toMatchObject(
    'error' in expected
      ? { error: { ...expected.error, nextStep: expect.stringMatching(expected.error.nextStep) as unknown } }
      : expected,
  );
});
