import { describe, expect, test } from 'vitest';
import { sampleInput } from '../../../test/support/report-sample.ts';
import { reportSchema } from '../../domain/report.ts';
import { canonicalJson } from '../canonical-json.ts';
import { figureLines, figuresOf } from './figures.ts';
import { reportHtml } from './html.ts';
import { buildReport, type ReportHostInput, type ReportInput } from './model.ts';

function withHost(change: (host: ReportHostInput) => ReportHostInput): ReportInput {
  const input = sampleInput();
  return { ...input, hosts: input.hosts.map(change) };
}

describe('the report as data', () => {
  test('holds what scans and journal say, and reads back as the same text', () => {
    const report = buildReport(sampleInput());
    const [host] = report.hosts;
    expect(host?.before.counts).toEqual({ pass: 2, fail: 11, unknown: 0, error: 0, 'not-applicable': 0 });
    expect(host?.after?.counts).toEqual({ pass: 11, fail: 1, unknown: 1, error: 0, 'not-applicable': 0 });
    expect(host?.changes.map(({ stepId, result, undone }) => [stepId, result, undone])).toEqual([
      ['01-account', 'done', false],
      ['02-file-mode', 'done', false],
      ['03-es-auto-configuration', 'done', false],
      ['04-firewall-ruleset', 'done', false],
      ['05-systemd-dropin', 'done', true],
    ]);
    expect(host?.kept).toEqual(['/srv/es/data.set-aside-p1-03']);
    expect(host?.byHand).toBe('sudo sh /var/lib/bulwark/undo/undo');
    const text = canonicalJson(report);
    expect(canonicalJson(reportSchema.parse(JSON.parse(text)))).toBe(text);
  });

  test('shows the line for the host itself only where something is kept there', () => {
    const without = withHost((host) => ({
      ...host,
      entries: host.entries.map((entry) =>
        entry.type === 'outcome' ? { ...entry, byHand: undefined } : entry,
      ),
    }));
    expect(buildReport(without).hosts[0]?.byHand).toBe(undefined);
  });

  test('names what was not evaluated, and keys of its own are no secrets of the hosts', () => {
    const report = buildReport(sampleInput());
    expect(report.notEvaluated.map(({ control, outcome }) => [control, outcome])).toEqual([
      ['no-plaintext-secrets', 'unknown'],
      ['Kibana', 'not looked at'],
      ['Audit log', 'not looked at'],
    ]);
    expect(report.secretsSet.map(({ ref }) => ref)).toEqual(['es/search-1/elastic']);
  });

  test('lists what the journal noted besides changes, and risks that somebody accepted', () => {
    expect(buildReport(sampleInput())).not.toHaveProperty('waivers');
    const input = withHost((host) => {
      const [entry] = host.entries;
      return entry === undefined
        ? host
        : {
            ...host,
            entries: [
              ...host.entries,
              {
                ...entry,
                type: 'note',
                sequence: 99,
                at: '2026-11-20T09:10:00Z',
                operator: 'maria',
                text: 'Bulwark made the role bulwark_reader and a user of that name.',
              },
            ],
          };
    });
    const waiver = {
      findingId: 'search-1/es-data-encrypted',
      hostId: 'search-1',
      controlId: 'es-data-encrypted',
      reason: 'The storage encrypts by itself.',
      approver: 'J. Brandt',
      until: '2027-02-28',
      at: '2026-11-20T09:20:00Z',
      operator: 'maria',
    };
    const elsewhere = { ...waiver, hostId: 'other', findingId: 'other/x' };
    const report = buildReport({ ...input, waivers: [waiver, elsewhere] });
    expect(report.hosts[0]?.notes?.map(({ sequence, text }) => [sequence, text])).toEqual([
      [99, 'Bulwark made the role bulwark_reader and a user of that name.'],
    ]);
    expect(report.waivers).toEqual([waiver]);
    expect(figuresOf(report).open.high).toBe(1);
    const page = reportHtml(report, 'ab'.repeat(32), []).html;
    expect(page).toContain('Accepted for a while');
    expect(page).toContain('; accepted until 2027-02-28');
    const unknown = buildReport({ ...input, waivers: [{ ...waiver, outcome: 'unknown' }] });
    const other = reportHtml(unknown, 'ab'.repeat(32), []).html;
    expect(other).not.toContain('; accepted until');
    expect(other).toContain('Accepted as unknown: it does not count');
    expect(page).toContain('Bulwark made the role bulwark_reader');
    const text = canonicalJson(report);
    expect(canonicalJson(reportSchema.parse(JSON.parse(text)))).toBe(text);
  });

  test('an assessment from before the last change says nothing about now', () => {
    const report = buildReport(
      withHost((host) => ({
        ...host,
        latest: host.latest && { ...host.latest, startedAt: '2026-11-20T09:19:00Z' },
      })),
    );
    expect(report.hosts[0]?.after).toBeUndefined();
    expect(
      report.notEvaluated.some(
        ({ control, outcome }) => control === 'every control' && outcome === 'unknown',
      ),
    ).toBe(true);
    expect(figureLines(report)[1]).toBe('After: not assessed again.');
  });

  test('a first assessment alone, and a step that was interrupted, are told as what they are', () => {
    const report = buildReport(
      withHost(({ latest: _latest, ...host }) => ({
        ...host,
        entries: host.entries.filter((entry) => entry.type === 'intent' && entry.stepId === '01-account'),
      })),
    );
    expect(report.hosts[0]?.after).toBeUndefined();
    expect(report.hosts[0]?.changes.map(({ result }) => result)).toEqual(['unknown']);
    expect(figuresOf(report)).toMatchObject({
      changesStanding: 0,
      changesUndone: 0,
      changesUnsettled: 1,
      mended: 0,
    });
  });

  test('figures of several hosts add up', () => {
    expect(figureLines(buildReport(sampleInput({ hosts: 3 })))).toEqual([
      'Before: 6 pass, 33 fail, 0 unknown, 0 error, 0 not applicable of 39.',
      'After: 33 pass, 3 fail, 3 unknown, 0 error, 0 not applicable of 39 on 3 of 3 hosts.',
      'Changes: 12 standing, 3 undone, 0 unsettled.',
      'Still failing: 0 critical, 3 high, 0 medium, 0 low, 0 informational.',
    ]);
  });
});
