import { expect, test } from 'vitest';
import { draftsFromSshConfig } from './ssh-config.ts';

const text = `# mine
Host es1
  HostName 192.0.2.10
  Port 2222
  IdentityFile /keys/es
Host es2 es3
  User deploy
Host behind
  ProxyJump bastion
Match host foo
  User nobody
Host *
  User admin
`;

test('takes names, addresses, ports, users and keys, and the defaults of patterns', () => {
  const { drafts, ignored } = draftsFromSshConfig(text, 'me');
  expect(
    drafts.map((draft) => [draft.name, draft.address, draft.port, draft.user, draft.login.method]),
  ).toEqual([
    ['es1', '192.0.2.10', 2222, 'admin', 'key-file'],
    ['es2', 'es2', 22, 'deploy', 'agent'],
    ['es3', 'es3', 22, 'deploy', 'agent'],
  ]);
  expect(ignored).toHaveLength(2);
});

test('an odd port falls back to 22 and a hostile name stays text', () => {
  const { drafts } = draftsFromSshConfig('Host a;rm\n  Port 99999\n', 'me');
  expect(drafts[0]?.port).toBe(22);
  expect(drafts[0]?.address).toBe('a;rm');
});
