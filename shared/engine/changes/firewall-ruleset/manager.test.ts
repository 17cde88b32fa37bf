import { describe, expect, it } from 'vitest';
import { parseManagers } from '../../../text/firewall-managers.ts';
import type { BackendName } from './backend.ts';
import { misfit } from './manager.ts';

const said = (...lines: string[]) => parseManagers(`${lines.join('\n')}\n`);

describe('who manages the firewall', () => {
  it.each<[BackendName, string[], RegExp | undefined]>([
    ['nftables', [], undefined],
    ['ufw', [], /ufw is not active/],
    ['nftables', ['active=nftables', 'enabled=nftables'], undefined],
    ['ufw', ['active=ufw', 'enabled=ufw'], undefined],
    ['nftables', ['active=ufw', 'enabled=ufw'], /^ufw manages/],
    ['ufw', ['active=ufw', 'enabled=ufw', 'active=iptables'], undefined],
    ['ufw', ['active=ufw', 'enabled=ufw', 'active=iptables', 'enabled=iptables'], /^ufw and iptables both/],
    [
      'ufw',
      ['active=ufw', 'active=firewalld', 'enabled=ufw', 'enabled=firewalld'],
      /^ufw and firewalld both/,
    ],
    [
      'ufw',
      ['active=ufw', 'enabled=ufw', 'enabled=firewalld'],
      /ufw manages.*but firewalld is loaded at boot/,
    ],
    ['ufw', ['active=ufw'], /active but not started at boot/],
    ['firewalld', ['enabled=firewalld'], /loaded at boot but not active/],
    ['iptables', ['active=iptables'], /Nothing loads iptables rules at boot/],
    ['iptables', ['active=iptables', 'enabled=iptables'], undefined],
    ['nftables', ['active=iptables', 'enabled=iptables'], /^iptables manages/],
  ])('a change for %s on a host with %j: %s', (wanted, lines, words) => {
    const error = misfit(wanted, said(...lines));
    if (words === undefined) {
      expect(error).toBe(undefined);
    } else {
      expect(error).toMatchObject({ code: 'PRECONDITION_FAILED', hostState: 'unchanged' });
      expect(error?.message).toMatch(words);
    }
  });

  it('names what else has chains here, and takes no word that it does not know', () => {
    expect(said('foreign=Docker', 'foreign=Docker', 'active=nonsense', 'foreign=Kubernetes')).toEqual({
      active: [],
      enabled: [],
      foreign: ['Docker', 'Kubernetes'],
    });
  });
});
