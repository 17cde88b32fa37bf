/** The headline: what the comparison with the first assessment comes to. */
import type { HostState } from '../../../shared/contract/state.ts';
import { changedSinceAssessed, countOutcomes, latestFindings, type Verdict } from '../../app/posture.ts';
import { names } from '../../copy/words.ts';

const conditions = (all: number) => (all === 1 ? 'One condition' : `${all} conditions`);

export function answerOf(hosts: readonly HostState[], verdicts: readonly Verdict[]): string {
  const stale = hosts.filter(changedSinceAssessed);
  if (stale.length > 0)
    return `${names(stale.map((host) => host.host.name))} ${stale.length === 1 ? 'was' : 'were'} changed and not assessed since`;
  const better = verdicts.filter((verdict) => verdict.after.outcome === 'pass').length;
  const worse = verdicts.filter(
    (verdict) => verdict.before?.outcome === 'pass' && verdict.after.outcome !== 'pass',
  ).length;
  // There was nothing to judge before, a certificate for one: it did not get worse, it can be seen now.
  const fresh = verdicts.filter(
    ({ before, after }) =>
      after.outcome === 'fail' &&
      (before === undefined || before.outcome === 'not-applicable' || before.outcome === 'unknown'),
  ).length;
  const { fail } = countOutcomes(latestFindings(hosts));
  const left = fail === 0 ? 'nothing fails any more' : `${fail} still ${fail === 1 ? 'fails' : 'fail'}`;
  const parts = [
    ...(worse > 0 ? [`${conditions(worse)} got worse`] : []),
    ...(better > 0 ? [`${conditions(better)} now ${better === 1 ? 'holds' : 'hold'}`] : []),
    ...(fresh > 0
      ? [`${conditions(fresh)} ${fresh === 1 ? 'fails' : 'fail'} that could not be judged before`]
      : []),
  ].map((part, at) => (at === 0 ? part : lowered(part).replace(/ conditions?/, '')));
  if (parts.length === 0) return `No verdict has changed, ${fail === 0 ? 'and nothing fails' : left}`;
  const others = fail - fresh;
  const end = fresh === 0 ? [left] : others > 0 ? [`${others} more ${others === 1 ? 'fails' : 'fail'}`] : [];
  return [...parts, ...end].join(', ');
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
