import { describe, expect, it } from 'vitest';
import { runningSettingsOf } from './running.ts';

const body = (...nodes: readonly object[]) =>
  JSON.stringify({ nodes: Object.fromEntries(nodes.map((node, index) => [`n${index}`, node])) });
const settings = {
  cluster: { name: 'orders' },
  xpack: { security: { enabled: 'true', authc: { anonymous: { roles: ['a', 'b'] } } } },
};

describe('runningSettingsOf', () => {
  it('takes those of its own process, lists joined', () =>
    expect(
      runningSettingsOf(body({ process: { id: 7 }, settings }, { process: { id: 8 }, settings: {} }), 7),
    ).toEqual({
      'cluster.name': 'orders',
      'xpack.security.enabled': 'true',
      'xpack.security.authc.anonymous.roles': 'a,b',
    }));
  it.each([
    ['no answer', undefined, 7],
    ['no JSON', '<html>', 7],
    ['another shape', '{"nodes":[]}', 7],
    ['another process', body({ process: { id: 8 }, settings }), 7],
    ['two of that number', body({ process: { id: 7 }, settings }, { process: { id: 7 }, settings }), 7],
    ['no settings', body({ process: { id: 7 } }), 7],
    ['a process that is not known', body({ process: { id: 7 }, settings }), undefined],
  ] as const)('tells nothing of %s', (_, text, pid) => expect(runningSettingsOf(text, pid)).toBeUndefined());
});
