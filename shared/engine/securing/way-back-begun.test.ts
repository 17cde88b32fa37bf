/** The order to go back is answered with an error: what runs on the host all the same is not disturbed. */
import { afterEach, expect, it } from 'vitest';
import { testContext, value } from '../../../test/support/change-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import { testDigest } from '../../../test/support/memory-ports.ts';
import type { EsInstall } from '../../domain/elasticsearch.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ScriptOutput, ScriptRequest } from '../ports.ts';
import { othersIn, readEntries } from './entries.ts';
import { revertToOpen } from './way-back.ts';

const pathConf = '/etc/elasticsearch';
const open = 'xpack.security.enabled: false\n';
const secured = 'xpack.security.enabled: true\n';

/** Answers the order too late, and from then on tells of the switch what it is given to tell. */
class LateHost extends LocalHost {
  standings: string[] = [];
  #ordered = false;

  override async run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    const said = (stdout: string) =>
      succeed({ exitCode: 0, stdout: new TextEncoder().encode(stdout), stderr: new Uint8Array() });
    if (/^(?:read|stat)|^configuration-entries$/.test(request.name)) return await super.run(request, signal);
    this.names.push(request.name);
    if (request.name === 'switch-begin') {
      this.#ordered = true;
      return fail(appError('COMMAND_DEADLINE', 'The command took too long.', 'Try again.'));
    }
    if (request.name !== 'switch-state') return said('');
    const standing = this.#ordered ? this.standings.shift() : 'none';
    if (standing === 'lost') return fail(appError('COMMAND_FAILED', 'No answer.', 'Look.'));
    return said(`${standing ?? 'none'}\n`);
  }
}

let host: LateHost;
afterEach(() => host.remove());

async function back(...standings: string[]) {
  host = new LateHost();
  host.standings = standings;
  host.place(`${pathConf}/elasticsearch.yml`, open);
  const context = { ...testContext(host), force: false };
  const others = othersIn(value(await readEntries(context, pathConf)));
  host.place(`${pathConf}/elasticsearch.yml`, secured);
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
  const way = {
    change: { install, elasticPasswordRef: 'elastic', httpCaRef: 'ca' },
    image: { version: 1, yml: testDigest.sha256(open), data: [], others, active: true } as const,
    tar: new Uint8Array(),
    mark: { yml: testDigest.sha256(secured) },
    leftovers: [`/etc/.bulwark-${context.tag}`],
    leave: () => Promise.resolve(succeed(true)),
  };
  const ended = await revertToOpen(way, context);
  return { ended, after: host.names.slice(host.names.indexOf('switch-begin') + 1) };
}

it('a switch that runs is waited for before anything is removed', async () => {
  const { ended, after } = await back('running', 'running', 'committed');
  expect(ended).toMatchObject({ ok: true });
  expect(after.slice(0, 3)).toEqual(['switch-state', 'switch-state', 'switch-state']);
  expect(after).toContain('switch-forget');
});

it('where nothing was begun, what was prepared is removed', async () => {
  const { ended, after } = await back('none');
  expect(ended).toMatchObject({ error: { code: 'COMMAND_DEADLINE' } });
  expect(after).toContain('switch-forget');
});

it('where the host does not tell, nothing is removed and nothing is claimed', async () => {
  const { ended, after } = await back('lost');
  expect(ended).toMatchObject({ error: { code: 'COMMAND_DEADLINE', hostState: 'unknown' } });
  expect(after).toEqual(['switch-state']);
});
