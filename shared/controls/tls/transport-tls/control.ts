import { defineControl } from '../../define-control.ts';
import { proposeSecuring } from '../../securing.ts';
import { judgeLayer } from '../../tls-layer.ts';

export default defineControl({
  words: {
    id: 'transport-tls',
    area: 'tls',
    title: 'Transport TLS is on',
    severity: 'critical',
    description:
      'Makes a TLS handshake with the transport port through the SSH connection. What the settings say proves nothing: with security off they are ignored.',
    risk: 'Anybody who reaches the transport port could join the cluster as a node, and everything that nodes tell each other can be read on the way.',
    references: [
      { title: 'Security overview: TLS for the transport layer', publisher: 'Elastic' },
      { title: 'Set up basic security', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'full',
  },
  evaluate: (facts) => judgeLayer(facts, 'transport'),
  propose: (facts, choices) => proposeSecuring(facts, choices, 'transport-tls'),
});
