import { describe, expect, it } from 'vitest';
import { rolledBackText } from './rolled-back.ts';

const hosts = [{ id: 'a', name: 'search' }];
const step = {
  hostId: 'a',
  planId: 'p',
  stepId: 's1',
  title: 'secure Elasticsearch',
  result: 'undone',
  note: 'What was there before has been put back.',
} as const;

describe('what a rollback says', () => {
  it('warns, once for each host, that Elasticsearch is open again', () => {
    const said = rolledBackText(hosts, [
      { ...step, opens: 'everybody' },
      { ...step, stepId: 's2', opens: 'everybody' },
    ]);
    expect(said.split('\n')).toEqual([
      expect.stringMatching(/^undone +p\/s1 {2}secure Elasticsearch/),
      expect.stringMatching(/^undone +p\/s2/),
      expect.stringMatching(/^search: Elasticsearch is as open again.*count as disclosed\.$/),
    ]);
  });

  it('warns of nothing where nothing opened', () => {
    expect(rolledBackText(hosts, [step])).not.toContain('\n');
  });

  it('tells nothing that was there from nothing that is left', () => {
    expect(rolledBackText([], [])).toBe('There is nothing to take back.');
    expect(rolledBackText(hosts, [])).toMatch(/taken back before/);
  });
});
