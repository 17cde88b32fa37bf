import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lockedOut, predictAccess, type SeenSession } from './prediction.ts';
import { parseSeen } from './seen-session.ts';
import { holds } from './sources.ts';

const change = {
  operatorSources: ['192.0.2.0/24', '2001:db8::/32'],
  sshPort: 22,
  allow: [
    { port: 9200, from: ['198.51.100.7'], label: 'HTTP' },
    { port: 2222, from: ['10.0.0.0/8'], label: 'already open before' },
  ],
};
const seen = (address: string | undefined, port: number | undefined = 22): SeenSession => ({
  address,
  port,
  user: 'ada',
});

describe('prediction of access', () => {
  it.each<[string, SeenSession, string, RegExp]>([
    ['an operator', seen('192.0.2.9'), 'stays', /You \(ada from 192\.0\.2\.9, port 22\) stay let in/],
    ['an operator on a dual-stack socket', seen('::ffff:192.0.2.9'), 'stays', /stay let in/],
    ['an operator over IPv6', seen('2001:db8:1::5'), 'stays', /stay let in/],
    ['somebody else', seen('192.0.3.9'), 'excluded', /sees you at 192\.0\.3\.9/],
    ['somebody else on a dual-stack socket', seen('::ffff:192.0.3.9'), 'excluded', /not among the operators/],
    ['the wrong family', seen('fd00::1'), 'excluded', /fd00::1/],
    ['a link-local address with its zone', seen('fe80::1%eth0'), 'excluded', /fe80/],
    ['a jump host that is not listed', seen('203.0.113.4'), 'excluded', /203\.0\.113\.4/],
    ['another sshd port that is closed', seen('192.0.2.9', 2022), 'excluded', /port 2022, which they close/],
    ['another sshd port that is open to us', seen('10.1.2.3', 2222), 'stays', /port 2222/],
    ['another sshd port that is open to others', seen('192.0.2.9', 2222), 'excluded', /192\.0\.2\.9/],
    ['an address that the host does not tell', seen(undefined), 'unknown', /guard decides/],
    ['what is no address', seen('nonsense'), 'excluded', /nonsense/],
  ])('%s', (_, session, outcome, words) => {
    const prediction = predictAccess(change, session);
    expect(prediction.outcome).toBe(outcome);
    expect(prediction.words).toMatch(words);
    if (prediction.outcome === 'excluded') {
      expect(lockedOut(prediction, session)).toMatchObject({
        code: 'ACCESS_WOULD_BE_LOST',
        hostState: 'unchanged',
      });
    }
  });

  it('lets in exactly who is among the sources of the port that was used', () => {
    const address = fc.ipV4();
    const range = fc
      .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
      .map(([base, bits]) => `${base}/${bits}`);
    fc.assert(
      fc.property(address, fc.array(range, { minLength: 1, maxLength: 4 }), (from, operatorSources) => {
        const here = predictAccess({ operatorSources, sshPort: 22, allow: [] }, seen(from));
        expect(here.outcome).toBe(holds(operatorSources, from) ? 'stays' : 'excluded');
        const mapped = predictAccess({ operatorSources, sshPort: 22, allow: [] }, seen(`::ffff:${from}`));
        expect(mapped.outcome).toBe(here.outcome);
        const wider = predictAccess(
          { operatorSources: [...operatorSources, `${from}/32`], sshPort: 22, allow: [] },
          seen(from),
        );
        expect(wider.outcome).toBe('stays');
        const elsewhere = predictAccess({ operatorSources, sshPort: 22, allow: [] }, seen(from, 2022));
        expect(elsewhere.outcome).toBe('excluded');
      }),
    );
  });

  it('reads what the host says of the session', () => {
    expect(parseSeen('ada\n192.0.2.9 50000 10.0.0.1 2222\n', undefined)).toEqual(seen('192.0.2.9', 2222));
    expect(parseSeen('ada\n\n', undefined)).toEqual({ user: 'ada', address: undefined, port: undefined });
    expect(parseSeen('ada\n192.0.2.9 1 x y; z\n', '192.0.2.7')).toEqual({
      user: 'ada',
      address: '192.0.2.7',
      port: undefined,
    });
  });
});
