import { expect, it } from 'vitest';
import { howToReach } from './how-to-reach.ts';

const host = {
  name: 'open-fresh',
  identityFile: '/cache/keys/people/id_ed25519',
  knownHostsFile: '/cache/run/1/open-fresh.known_hosts',
  user: 'operator',
  address: '10.77.1.11',
};

it('gives an assessment to paste, with key and known hosts', () => {
  expect(howToReach(host, false)).toEqual([
    'open-fresh: ssh -i /cache/keys/people/id_ed25519 -o UserKnownHostsFile=/cache/run/1/open-fresh.known_hosts operator@10.77.1.11',
    '  assess it: npm run bulwark -- assess --host operator@10.77.1.11 --identity /cache/keys/people/id_ed25519 --known-hosts /cache/run/1/open-fresh.known_hosts',
  ]);
});

it('feeds the password to a host whose sudo asks for it, and quotes an odd cache folder', () => {
  const [, line] = howToReach({ ...host, identityFile: "/my cache's/people/id_ed25519" }, true);
  expect(line).toContain(`--identity '/my cache'\\''s/people/id_ed25519'`);
  expect(line).toMatch(/ --sudo-password-stdin < '\/my cache'\\''s\/people\/operator\.password'$/);
});
