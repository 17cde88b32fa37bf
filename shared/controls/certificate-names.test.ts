import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsOf, healthy, setting, settings } from '../../test/support/facts.ts';
import { brokenBy, chosenNames, isCovered, knownNames } from './certificate-names.ts';

const system = healthy['host-system'];

describe('names of a node', () => {
  it('come from host name, publish addresses and interfaces, each once', () => {
    const facts = factsOf(healthy, {
      'host-system': { ...system, hostname: 'Node-1', addresses: ['10.1.0.11', 'fe80::1', 'fd00::1'] },
      'es-settings': settings(
        setting('network.host', '0.0.0.0,_site_,es.example'),
        setting('http.publish_host', 'Search.Example'),
        setting('transport.publish_host', '10.1.0.11'),
      ),
    });
    expect(knownNames(facts).map((use) => use.name)).toEqual([
      'node-1',
      'es.example',
      'search.example',
      '10.1.0.11',
      'fd00::1',
      'localhost',
      '127.0.0.1',
      '::1',
    ]);
  });

  it('that are left out are told, with who uses them', () => {
    expect(brokenBy(factsOf(healthy), ['node-1', 'localhost', '127.0.0.1', '::1'])).toEqual([
      { name: '10.1.0.11', who: 'clients and other nodes' },
    ]);
    expect(
      brokenBy(
        factsOf(healthy),
        knownNames(factsOf(healthy)).map((use) => use.name),
      ),
    ).toEqual([]);
  });

  it('a star stands for one whole label and for no address', () => {
    expect(isCovered(['*.example'], 'a.example')).toBe(true);
    expect(isCovered(['*.example'], 'a.b.example')).toBe(false);
    expect(isCovered(['*.example'], 'example')).toBe(false);
    expect(isCovered(['*.0.0.1'], '127.0.0.1')).toBe(false);
  });

  it('that an operator enters are taken as they are meant, or refused', () => {
    expect(chosenNames('A.example, [::1]\n10.0.0.1 a.example')).toEqual({
      ok: true,
      names: ['a.example', '::1', '10.0.0.1'],
    });
    for (const bad of ['', '10.0.0.0/8', '0.0.0.0', '1.2.3', 'a b@d', 'https://a', '_site_', 'a..b', '-a'])
      expect(chosenNames(bad).ok).toBe(false);
    expect(chosenNames(Array.from({ length: 101 }, (_, n) => `n${n}.example`).join(' ')).ok).toBe(false);
  });

  it('are never anything but names and addresses, whatever is entered', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const chosen = chosenNames(text);
        for (const name of chosen.ok ? chosen.names : []) expect(name).toMatch(/^[a-z0-9_.:*-]{1,253}$/);
      }),
    );
  });
});
