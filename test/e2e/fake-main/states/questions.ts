/** One of each question. */
import type { Question } from '../../../../shared/contract/state.ts';

const asked = { id: 'question-1', hostId: 'es-prod-1', hostName: 'es-prod-1' } as const;
const key = { type: 'ssh-ed25519', fingerprint: 'SHA256:q9Xr2mZ5vJtQ1uYw8KcP0aLdE7fBnGhS3iOoRx4TzVk' };

export const questions: { readonly [T in Question['type']]: Extract<Question, { readonly type: T }> } = {
  'host-key': {
    ...asked,
    type: 'host-key',
    address: '10.20.0.11',
    key,
    compareCommand: 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
  },
  'host-key-changed': {
    ...asked,
    type: 'host-key-changed',
    address: '10.20.0.11',
    known: key,
    offered: { type: 'ssh-ed25519', fingerprint: 'SHA256:Zk0TzVx4RoOi3ShGnBf7EdLa0PcK8wYu1QtJv5Zm2rX9' },
  },
  secret: {
    ...asked,
    type: 'secret',
    purpose: 'sudo-password',
    prompt: '[sudo] password for ops:',
    attempt: 2,
  },
  drift: {
    ...asked,
    type: 'drift',
    stepTitle: 'Bulwark closed the configuration and the keystore to others.',
    detail: 'elasticsearch.yml was changed by somebody else since.',
    diffs: [
      {
        subject: '/srv/elasticsearch/config/elasticsearch.yml',
        before: 'cluster.name: search\nhttp.port: 9200\nxpack.security.enabled: true\n',
        after: 'cluster.name: search\nhttp.port: 9201\nxpack.security.enabled: true\n',
      },
    ],
  },
  lock: {
    ...asked,
    type: 'lock',
    lock: 'lock-1',
    holder: 'j.brandt@ws-114 has been working on this host since 2026-03-12T12:52:40Z.',
    advice: 'Wait until they are done, or ask them; breaking the lock while they work may damage the host.',
  },
  lacking: {
    ...asked,
    type: 'lacking',
    stepTitle: 'secure Elasticsearch with certificates of an authority in your vault',
    detail:
      'Before there were 1203 documents in 2 indices; the secured node does not show all documents of logs-1.',
    advice: 'Look at the node: it is secured and runs.',
  },
  'still-waiting': {
    ...asked,
    type: 'still-waiting',
    detail:
      'Waited 10 min 0 s for the cluster to be green again: it is yellow, 4 shards not assigned, 2 starting.',
  },
  'clients-trust': {
    ...asked,
    type: 'clients-trust',
    file: '/etc/elasticsearch/certs/http_ca.crt',
    hostNames: ['es-prod-1', 'es-prod-2', 'es-prod-3'],
    authority: 'CN=Elasticsearch authority 1a2b3c4d, O=Bulwark',
    fingerprint: '3f'.repeat(32),
  },
  'rehearsal-impossible': {
    ...asked,
    type: 'rehearsal-impossible',
    reason: 'the host has 310 MB of free memory, and a second node needs about 700 MB.',
  },
};
