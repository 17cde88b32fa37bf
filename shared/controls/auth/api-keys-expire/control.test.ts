import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, neverStarted, open, without } from '../../../../test/support/facts.ts';
import { telling, withoutLogin } from '../../../../test/support/identities.ts';
import control from './control.ts';

const key = { name: 'app', owner: 'ada', expires: true, unlimited: false, everything: false };
const lasting = { ...key, name: 'old', expires: false };
const mighty = { ...key, name: 'all', unlimited: true };

controlTable(control, {
  pass: [
    { name: 'none', facts: factsOf(healthy), says: /no API keys/ },
    { name: 'all expire and are limited', facts: telling({ apiKeys: [key] }), says: /expire/ },
  ],
  fail: [
    { name: 'never expires', facts: telling({ apiKeys: [key, lasting] }), says: /1 key never expires/ },
    { name: 'all rights', facts: telling({ apiKeys: [mighty] }), says: /1 key has all rights/ },
    {
      name: 'limits not told, never expires',
      facts: telling({ apiKeys: [{ ...lasting, unlimited: undefined }] }),
    },
  ],
  'not-applicable': [{ name: 'security is off', facts: factsOf(open), says: /Security is off/ }],
  unknown: [
    { name: 'no login', facts: withoutLogin, says: /Give Bulwark a login/ },
    { name: 'a login that may not', facts: telling({ apiKeys: undefined }), says: /may not read/ },
    { name: 'never started', facts: factsOf(neverStarted), says: /Start it/ },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
    {
      name: 'a version that does not tell limits',
      facts: telling({ apiKeys: [{ ...key, unlimited: undefined }] }),
      says: /does not tell/,
    },
  ],
  error: [{ name: 'asking broke', facts: failing(healthy, 'node-answers') }],
});

it('names the keys, and that only their owner can give them an end', () => {
  const proposal = manualOf(control, telling({ apiKeys: [key, lasting, mighty] }));
  expect(proposal.reason).toMatch(/only its owner/);
  expect(proposal.steps.join(' ')).toMatch(/old and all \(DELETE/);
});
