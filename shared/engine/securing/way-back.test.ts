/** Whose edit the way back would undo: decided before anything is moved. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext, value } from '../../../test/support/change-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import { MemorySecrets, testDigest } from '../../../test/support/memory-ports.ts';
import type { EsInstall } from '../../domain/elasticsearch.ts';
import { appError } from '../../domain/error.ts';
import { fail, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { Mark } from '../change-kind.ts';
import { describeReturn } from './describe-return.ts';
import { othersIn, readEntries } from './entries.ts';
import type { Image } from './image.ts';
import { revertToOpen } from './way-back.ts';

const pathConf = '/etc/elasticsearch';
const install: EsInstall = {
  layout: 'package',
  version: '8.19.21',
  home: '/usr/share/elasticsearch',
  pathConf,
  pathData: ['/var/lib/elasticsearch'],
  pathLogs: '/var/log/elasticsearch',
  unit: 'elasticsearch.service',
  user: 'elasticsearch',
  group: 'elasticsearch',
  httpPort: 9200,
  transportPort: 9300,
};
const open = 'xpack.security.enabled: false\n';
const secured = 'xpack.security.enabled: true\n';

let host: LocalHost;
let secrets: MemorySecrets;
beforeEach(async () => {
  host = new LocalHost();
  secrets = new MemorySecrets();
  await secrets.put('ca', new Secret('the CA\n'), 'CA');
  host.teach('systemctl', 'exit 0');
  host.place(`${pathConf}/elasticsearch.yml`, open);
  // What comes after the decision is not for this machine.
  host.before = (request) =>
    ['switch-state', 'configuration-entries'].includes(request.name) || /^(?:read|stat)/.test(request.name)
      ? succeed(undefined)
      : fail(appError('COMMAND_FAILED', `moved on to ${request.name}`, 'Stop.'));
});
afterEach(() => host.remove());

interface Case {
  readonly yml: string;
  readonly state?: string;
  readonly ca?: string;
  readonly mark?: Mark;
  readonly force?: boolean;
}

async function back({ yml, state, ca, mark, force = false }: Case) {
  const context = { ...testContext(host, { secrets }), force };
  if (ca !== undefined) host.place(`${pathConf}/certs/http_ca.crt`, ca);
  const entries = value(await readEntries(context, pathConf));
  const image: Image = {
    version: 1,
    yml: testDigest.sha256(open),
    data: [],
    others: othersIn(entries),
    active: true,
  };
  host.place(`${pathConf}/elasticsearch.yml`, yml);
  if (state !== undefined) host.place(`/var/lib/bulwark/${context.tag}/switch/state`, `${state}\n`);
  const way = {
    change: { install, elasticPasswordRef: 'elastic', httpCaRef: 'ca' },
    image,
    tar: new Uint8Array(),
    mark,
    leftovers: [],
  };
  return await revertToOpen(way, context);
}

const drift = { ok: false, error: { code: 'DRIFT', hostState: 'unchanged' } };
const goesOn = { ok: false, error: { code: 'COMMAND_FAILED' } };

describe('the way back of a step without a mark', () => {
  it.each<Case>([
    { yml: `${open}cluster.name: edited\n` },
    { yml: `${open}cluster.name: edited\n`, mark: {} },
    { yml: `${open}cluster.name: edited\n`, state: 'edited' },
    { yml: `${open}cluster.name: edited\n`, state: 'not-stopped' },
    { yml: `${open}cluster.name: edited\n`, state: 'returned-up' },
    { yml: `${open}cluster.name: edited\n`, ca: 'the CA\n' },
    { yml: secured },
    { yml: secured, ca: 'another CA\n' },
  ])('leaves an edit of somebody else alone: %j', async (one) => {
    expect(await back(one)).toMatchObject(drift);
  });

  it('goes on as well when it was cut short after the host had forgotten the switch', async () => {
    expect(await back({ yml: secured, ca: 'not kept yet\n', state: 'committed' })).toMatchObject(goesOn);
    expect(await back({ yml: secured, state: 'none' })).toMatchObject(goesOn);
  });

  it.each<Case>([
    { yml: secured, state: 'committed' },
    { yml: secured, state: 'returned-down' },
    { yml: secured, ca: 'the CA\n' },
    { yml: secured, ca: 'the CA\n', mark: {} },
    { yml: secured, mark: { yml: testDigest.sha256(secured) } },
    { yml: `${open}cluster.name: edited\n`, force: true },
  ])('goes on where this step switched, or when told to: %j', async (one) => {
    expect(await back(one)).toMatchObject(goesOn);
  });
});

it('a host that moved nothing because of an edit is called unchanged, so nothing is put back', async () => {
  const error = await describeReturn(install, testContext(host), { state: 'edited', failedAt: undefined });
  expect(error).toMatchObject({ code: 'DRIFT', hostState: 'unchanged' });
});
