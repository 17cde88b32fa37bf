import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../shared/domain/finding.ts';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import { allFindings, type ReviewFilters } from '../../app/ui-store.ts';
import { filteredRows, withoutQuiet } from './filter-findings.ts';

function finding(controlId: string, outcome: Outcome, hostId = 'a'): Finding {
  return {
    id: `${hostId}/${controlId}`,
    hostId,
    controlId,
    area: 'kibana',
    title: controlId,
    severity: 'high',
    outcome,
    summary: outcome === 'not-applicable' ? 'There is no Kibana on this host.' : 'Seen.',
    evidence: [],
    remedy: { type: 'none' },
    evaluatedAt: '2026-01-01T00:00:00.000Z',
  };
}

const findings = [
  finding('one', 'fail'),
  finding('two', 'pass'),
  finding('three', 'not-applicable'),
  finding('four', 'not-applicable'),
  finding('five', 'not-applicable'),
  finding('five', 'pass', 'b'),
];

function seen(filters: Partial<ReviewFilters> = {}, opened = '') {
  const all = { ...allFindings, ...filters };
  const { shown, hidden, reasons } = withoutQuiet(filteredRows(findings, all), all, opened);
  return { shown: shown.map(({ controlId }) => controlId), hidden, reasons };
}

describe('what applies nowhere', () => {
  it('is one line that says why', () =>
    expect(seen()).toEqual({
      shown: ['one', 'five', 'two'],
      hidden: 2,
      reasons: ['There is no Kibana on this host.'],
    }));

  it('is shown to whoever asks for outcomes, searches, or opened it', () => {
    expect(seen({ outcomes: ['not-applicable'] }).shown).toEqual(['five', 'four', 'three']);
    expect(seen({ words: 'three' })).toMatchObject({ shown: ['three'], hidden: 0 });
    expect(seen({}, 'four')).toMatchObject({ shown: ['one', 'five', 'two', 'four'], hidden: 1 });
  });
});
