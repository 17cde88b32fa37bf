import { describe, expect, it } from 'vitest';
import { masterWord } from './master-word.ts';

const start = '[2026-01-01T00:00:00,000][INFO ][o.e.n.Node ] [n1] version[8.19.21], pid[812], build[zip/x]\n';
const elected =
  '[2026-01-01T00:00:09,000][INFO ][o.e.c.s.ClusterApplierService] [n1] master node changed {previous [], current [{n1}{abc}{xyz}]}, term: 3\n';
const lost =
  '[2026-01-01T00:01:09,000][INFO ][o.e.c.s.ClusterApplierService] [n1] master node changed {previous [{n1}{abc}], current []}, term: 3\n';
const alone =
  '[2026-01-01T00:00:19,000][WARN ][o.e.c.c.ClusterFormationFailureHelper] [n1] master not discovered yet, this node has not previously joined a bootstrapped cluster\n[2026-01-01T00:00:30,000][INFO ][o.e.n.Node ] [n1] started {n1}\n';

describe('masterWord', () => {
  it.each([
    ['has-master', start + elected],
    ['has-master', start + alone + elected],
    ['no-master', start + alone],
    ['no-master', start + elected + lost],
    ['no-master', start + elected + start + alone],
    ['silent', start],
    ['silent', start + elected + start],
    ['silent', ''],
  ] as const)('%s: %#', (word, log) => expect(masterWord(log)).toBe(word));
});
