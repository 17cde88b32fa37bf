import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import { finding, host, scan } from '../../../test/e2e/fake-main/states/build.ts';
import { changedVerdicts } from '../../app/posture.ts';
import { answerOf } from './answer.ts';

type Outcomes = Readonly<Record<string, Outcome>>;

function said(before: Outcomes, after: Outcomes): string {
  const of = (outcomes: Outcomes) =>
    Object.entries(outcomes).map(([id, outcome]) => finding('a', id, outcome));
  const hosts = [
    {
      ...host('a'),
      history: [],
      baseline: { ...scan('a', {}), findings: of(before) },
      latest: { ...scan('a', {}), findings: of(after) },
    },
  ];
  return answerOf(hosts, changedVerdicts(hosts));
}

describe('the headline of Verify', () => {
  it.each<[string, Outcomes, Outcomes]>([
    ['No verdict has changed, and nothing fails', { 'http-tls': 'pass' }, { 'http-tls': 'pass' }],
    ['No verdict has changed, 1 still fails', { 'http-tls': 'fail' }, { 'http-tls': 'fail' }],
    ['One condition now holds, nothing fails any more', { 'http-tls': 'fail' }, { 'http-tls': 'pass' }],
    [
      'One condition got worse, one now holds, 1 still fails',
      { 'http-tls': 'fail', 'es-service-user': 'pass' },
      { 'http-tls': 'pass', 'es-service-user': 'fail' },
    ],
    [
      'One condition now holds, one fails that could not be judged before',
      { 'http-tls': 'fail', 'security-enabled': 'not-applicable' },
      { 'http-tls': 'pass', 'security-enabled': 'fail' },
    ],
    [
      '2 conditions fail that could not be judged before, 1 more fails',
      { 'http-tls': 'unknown', 'security-enabled': 'not-applicable', 'es-service-user': 'fail' },
      { 'http-tls': 'fail', 'security-enabled': 'fail', 'es-service-user': 'fail' },
    ],
  ])('%s', (words, before, after) => {
    expect(said(before, after)).toBe(words);
  });
});
