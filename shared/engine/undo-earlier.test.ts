import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { testDigest } from '../../test/support/memory-ports.ts';
import { content } from '../../test/support/three-files.ts';
import type { Change } from '../domain/change.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { interruptedSteps } from './recover.ts';
import { rollBack } from './rollback.ts';

describe('a service that does not start', () => {
  const unit = 'app.service';
  function failing(hostState: 'unchanged' | 'changed') {
    const seen: string[] = [];
    const bad = new EngineBench({
      'service-restart': {
        kind: 'service-restart',
        describe: () => ({
          title: 'restart',
          words: [],
          blast: 'restart',
          outageSeconds: 10,
          guarded: false,
        }),
        inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
        capture: () => Promise.resolve(succeed(new Uint8Array())),
        apply: () =>
          Promise.resolve(fail(appError('ES_DID_NOT_START', 'It did not start.', 'Read.', { hostState }))),
        verify: () => Promise.resolve(succeed(undefined)),
        revert: () => {
          seen.push(readFileSync(bad.host.path('/etc/app.yml'), 'utf8'));
          return Promise.resolve(succeed(undefined));
        },
      },
    });
    bad.host.place('/etc/app.yml', 'a: 1\n');
    return { bad, seen };
  }

  it.each([
    ['changed', ['a: 1\n']],
    ['unchanged', []],
  ] as const)(
    'gets its old configuration back, and is started with it when it was stopped (%s)',
    async (hostState, started) => {
      const { bad, seen } = failing(hostState);
      const one = value(
        await bad.plan(
          bad.request(
            'one',
            {
              kind: 'yaml-setting',
              path: '/etc/app.yml',
              edits: [{ op: 'set', key: 'a', value: 2 }],
              expects: testDigest.sha256('a: 1\n'),
            },
            { kind: 'service-restart', unit, rehearse: true },
          ),
        ),
      );
      const report = value(await applyPlan(bad.applying(one), bad.parts));
      expect(report).toMatchObject({
        result: 'failed',
        error: { code: 'ES_DID_NOT_START', hostState: 'restored' },
      });
      expect(report.steps.map((step) => step.state)).toEqual(['undone', 'failed']);
      expect(readFileSync(bad.host.path('/etc/app.yml'), 'utf8')).toBe('a: 1\n');
      expect(seen).toEqual(started);
      expect(value(await interruptedSteps(bad.journal, ['local']))).toEqual([]);
      expect(
        await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, bad.parts),
      ).toMatchObject({ error: { code: 'NOT_FOUND' } });
      bad.host.remove();
    },
  );

  it('leaves what has nothing to do with it, and says that it stays', async () => {
    const { bad } = failing('changed');
    bad.host.place('/etc/motd', 'old');
    bad.host.place('/etc/es/elasticsearch.yml', 'a: 1\n');
    const edit = (path: string): Change => ({
      kind: 'yaml-setting',
      path,
      edits: [{ op: 'set', key: 'a', value: 2 }],
      expects: testDigest.sha256('a: 1\n'),
    });
    const install = {
      layout: 'package' as const,
      version: '9.4.3',
      home: '/usr/share/elasticsearch',
      pathConf: '/etc/es',
      pathData: ['/d'],
      pathLogs: '/l',
      unit,
      user: 'es',
      group: 'es',
      httpPort: 9200,
      transportPort: 9300,
    };
    const one = value(
      await bad.plan(
        bad.request('banner', content('/etc/motd', 'new')),
        bad.request('other-file', edit('/etc/es/elasticsearch.yml')),
        bad.request('settings', edit('/etc/app.yml'), {
          kind: 'service-restart',
          unit,
          install,
          rehearse: true,
        }),
      ),
    );
    const report = value(await applyPlan(bad.applying(one), bad.parts));
    expect(report.steps.map((step) => [step.stepId.slice(3), step.state])).toEqual([
      ['file-content', 'done'],
      ['yaml-setting', 'undone'],
      ['yaml-setting', 'undone'],
      ['service-restart', 'failed'],
    ]);
    expect(report.steps[0]?.note).toBe(`Stays: ${unit} does not depend on it.`);
    expect(readFileSync(bad.host.path('/etc/motd'), 'utf8')).toBe('new');
    expect(readFileSync(bad.host.path('/etc/es/elasticsearch.yml'), 'utf8')).toBe('a: 1\n');
    const left = await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, bad.parts);
    expect(value(left).items.map((item) => item.stepId)).toEqual(['01-file-content']);
    bad.host.remove();
  });
});
