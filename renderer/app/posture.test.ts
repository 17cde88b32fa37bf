import { describe, expect, it } from 'vitest';
import { severities } from '../../shared/domain/severity.ts';
import {
  every,
  finding,
  hardenedOutcomes,
  host,
  openOutcomes,
  scan,
} from '../../test/e2e/fake-main/states/build.ts';
import { filteredRows, hostSentence } from '../features/review/filter-findings.ts';
import {
  acceptedFindings,
  changedSinceAssessed,
  changedVerdicts,
  compareUrgency,
  countOutcomes,
  findingRows,
} from './posture.ts';
import { allFindings } from './ui-store.ts';

const names = new Map([
  ['a', 'es-a'],
  ['b', 'es-b'],
  ['c', 'es-c'],
  ['d', 'es-d'],
]);

describe('findings that somebody accepted', () => {
  it('are accepted as they were, and no longer when they become something else', () => {
    const waiver = {
      findingId: finding('a', 'es-data-encrypted', 'unknown').id,
      hostId: 'a',
      controlId: 'es-data-encrypted',
      outcome: 'unknown' as const,
      reason: 'r',
      approver: 'p',
      until: '2026-12-31',
      at: '',
      operator: 'o',
    };
    const now = Date.parse('2026-11-01T00:00:00Z');
    const accepted = (outcome: 'unknown' | 'fail' | 'error') =>
      acceptedFindings([waiver], [finding('a', 'es-data-encrypted', outcome)], now).size;
    expect([accepted('unknown'), accepted('fail'), accepted('error')]).toEqual([1, 0, 0]);
  });
});

describe('the order to act in', () => {
  it('puts what fails first, critical first, seen from outside first, and passes last', () => {
    const order = [
      finding('a', 'es-account-locked', 'pass'),
      finding('a', 'es-config-permissions', 'fail'),
      finding('a', 'es-service-user', 'fail'),
      finding('a', 'es-data-encrypted', 'unknown'),
      finding('a', 'not-publicly-exposed', 'fail'),
    ].sort(compareUrgency);
    expect(order.map((one) => one.controlId)).toEqual([
      'not-publicly-exposed',
      'es-service-user',
      'es-config-permissions',
      'es-data-encrypted',
      'es-account-locked',
    ]);
  });

  it('reads hosts with the same control as one row and names the odd one', () => {
    const rows = findingRows([
      finding('a', 'http-tls', 'pass'),
      finding('b', 'http-tls', 'fail'),
      finding('c', 'http-tls', 'pass'),
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.worst.hostId).toBe('b');
    expect(rows[0] && hostSentence(rows[0], names)).toBe('only es-b');
  });

  it('says all hosts when they agree and a number when many differ', () => {
    const [same] = findingRows(['a', 'b'].map((id) => finding(id, 'http-tls', 'fail')));
    expect(same && hostSentence(same, names)).toBe('all 2 hosts');
    const [many] = findingRows([
      ...['a', 'b', 'c'].map((id) => finding(id, 'http-tls', 'fail')),
      finding('d', 'http-tls', 'pass'),
    ]);
    expect(many && hostSentence(many, names)).toBe('3 of 4 hosts');
  });
});

describe('filters', () => {
  const findings = scan('a', openOutcomes).findings;

  it('show everything when nothing is chosen', () => {
    expect(filteredRows(findings, allFindings)).toHaveLength(findings.length);
  });

  it('narrow by outcome, by what can be fixed now and by words', () => {
    expect(filteredRows(findings, { ...allFindings, outcomes: ['unknown'] })).toHaveLength(1);
    const fixable = filteredRows(findings, { ...allFindings, fixable: true });
    expect(fixable.every((row) => row.worst.outcome === 'fail')).toBe(true);
    expect(filteredRows(findings, { ...allFindings, words: 'transport TLS' }).length).toBeGreaterThan(0);
    expect(filteredRows(findings, { ...allFindings, words: 'nowhere to be found' })).toHaveLength(0);
  });
});

describe('before and after', () => {
  it('lists only verdicts that differ', () => {
    const hosts = [host('a', { baseline: scan('a', openOutcomes), latest: scan('a', hardenedOutcomes) })];
    const changed = changedVerdicts(hosts);
    expect(changed).toHaveLength(countOutcomes(scan('a', every('pass')).findings).pass);
    expect(
      changedVerdicts([host('a', { baseline: scan('a', openOutcomes), latest: scan('a', openOutcomes) })]),
    ).toEqual([]);
  });

  it('puts what fails now on top, then what failed, the most severe first', () => {
    // Unknown before, failing now: the fixture's own.
    const latest = scan('a', hardenedOutcomes);
    const changed = changedVerdicts([host('a', { baseline: scan('a', openOutcomes), latest })]);
    expect(changed[0]?.after).toMatchObject({ controlId: 'es-data-encrypted', outcome: 'fail' });
    const ranks = changed
      .slice(1)
      .map(({ before, after }) => (before?.outcome === 'fail' ? 0 : 10) + severities.indexOf(after.severity));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(new Set(ranks).size).toBeGreaterThan(1);
  });

  it('knows that a host was changed after it was assessed', () => {
    const item = {
      planId: 'p',
      planDigest: 'd',
      stepId: 's',
      sequence: 1,
      at: '2026-03-12T15:00:00+01:00',
      operator: 'o',
      title: 't',
      kind: 'file-mode',
      controls: [],
      blast: 'none',
      diffs: [],
      result: 'done' as const,
      note: '',
      canUndo: true,
    };
    const latest = scan('a', openOutcomes);
    expect(changedSinceAssessed(host('a', { latest, history: [item] }))).toBe(true);
    expect(changedSinceAssessed(host('a', { latest, history: [] }))).toBe(false);
    expect(
      changedSinceAssessed(host('a', { latest, history: [{ ...item, at: '2026-03-12T10:00:00+01:00' }] })),
    ).toBe(false);
  });
});
