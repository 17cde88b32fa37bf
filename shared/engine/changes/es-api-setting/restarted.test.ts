/** Transient settings end with a full restart of the cluster: one that was there before is no drift when it is gone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext, undo, value } from '../../../../test/support/change-harness.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, succeed } from '../../../domain/result.ts';
import { esApiSetting } from './es-api-setting.ts';

const [rate, name] = ['indices.recovery.max_bytes_per_sec', 'action.destructive_requires_name'];
const change: ChangeOf<'es-api-setting'> = {
  kind: 'es-api-setting',
  install: {
    layout: 'archive',
    version: '8.19.21',
    home: '/opt/es',
    pathConf: '/opt/es/config',
    pathData: ['/opt/es/data'],
    pathLogs: '/opt/es/logs',
    user: 'es',
    group: 'es',
    httpPort: 9200,
    transportPort: 9300,
  },
  settings: [
    { key: rate, value: '100mb' },
    { key: name, value: true },
  ],
};
type Layer = Record<string, string>;
let host: NodeHost;
let persistent: Layer;
let transient: Layer;
let sent: unknown[];
const context = () => testContext(host);

beforeEach(() => {
  host = new NodeHost();
  persistent = { [rate]: '40mb' };
  transient = { [rate]: '10mb' };
  sent = [];
  host.answer = ({ path, tls, method, body }) => {
    const answer = (json: unknown, status = 200) =>
      succeed({ status, headers: {}, body: new TextEncoder().encode(JSON.stringify(json)) });
    if (tls !== false) return fail(appError('COMMAND_FAILED', '', '', { detail: 'tls-refused: plain' }));
    if (path.startsWith('/_cluster/health')) return answer({});
    if (path.startsWith('/_security/_authenticate'))
      return answer({ error: 'Incorrect HTTP method', status: 405 }, 405);
    if (path.startsWith('/_cluster/state/version')) return answer({ cluster_uuid: 'aaaaaaaaaaaaaaaaaaaaaa' });
    if (!path.startsWith('/_cluster/settings')) throw new Error(`not taught: ${path}`);
    if (method !== 'PUT') return answer({ persistent, transient, defaults: { [name]: 'false' } });
    const update = JSON.parse(String(body)) as Record<string, Record<string, string | boolean | null>>;
    sent.push(update);
    const merged = (layer: Layer, changes: Record<string, string | boolean | null> = {}): Layer =>
      Object.fromEntries(
        Object.entries({ ...layer, ...changes }).flatMap(([key, to]) =>
          to === null ? [] : [[key, String(to)] as const],
        ),
      );
    persistent = merged(persistent, update['persistent']);
    transient = merged(transient, update['transient']);
    return answer({ acknowledged: true });
  };
});
afterEach(() => host.remove());

const restart = () => {
  transient = {};
};
const ended =
  /transient value of indices\.recovery\.max_bytes_per_sec .* is not put back: it is gone \(a full restart ends such values, or somebody removed it\).*its persistent value applies/;

describe('a restart of the cluster', () => {
  it('before the change reached it leaves nothing to be put back, and is no drift', async () => {
    const before = value(await esApiSetting.capture(change, context()));
    restart();
    const undone = await undo(esApiSetting, change, { before, mark: undefined }, context());
    expect(JSON.stringify(value(undone))).toMatch(ended);
    expect([sent, persistent]).toEqual([[], { [rate]: '40mb' }]);
  });

  it('after it leaves the change, which is undone to both values', async () => {
    const before = value(await esApiSetting.capture(change, context()));
    const mark = value(await esApiSetting.apply(change, before, context()));
    expect([persistent, transient]).toEqual([{ [rate]: '100mb', [name]: 'true' }, {}]);
    restart();
    value(await undo(esApiSetting, change, { before, mark }, context()));
    expect([persistent, transient]).toEqual([{ [rate]: '40mb' }, { [rate]: '10mb' }]);
  });

  it('after an undoing that was cut off is settled by undoing again', async () => {
    const before = value(await esApiSetting.capture(change, context()));
    const mark = value(await esApiSetting.apply(change, before, context()));
    value(await undo(esApiSetting, change, { before, mark }, context()));
    restart();
    expect(JSON.stringify(value(await undo(esApiSetting, change, { before, mark }, context())))).toMatch(
      ended,
    );
  });

  it('does not hide what somebody else has set', async () => {
    const before = value(await esApiSetting.capture(change, context()));
    restart();
    persistent = { [rate]: '7mb' };
    expect(await undo(esApiSetting, change, { before, mark: undefined }, context())).toMatchObject({
      error: { code: 'DRIFT' },
    });
    persistent = { [rate]: '40mb' };
    transient = { [rate]: '8mb' };
    expect(await undo(esApiSetting, change, { before, mark: undefined }, context())).toMatchObject({
      error: { code: 'DRIFT' },
    });
  });

  it('is named before anything is changed', async () => {
    const { words } = value(await esApiSetting.inspect(change, context()));
    expect(words.join(' ')).toContain('ends with the next full restart');
  });
});
