import { defineControl } from '../../define-control.ts';
import { proposeSecuring } from '../../securing.ts';
import { judgeLayer } from '../../tls-layer.ts';

export default defineControl({
  words: {
    id: 'http-tls',
    area: 'tls',
    title: 'HTTP TLS is on and plain HTTP is refused',
    severity: 'critical',
    description:
      'Makes a TLS handshake with the HTTP port through the SSH connection, and checks the certificate against the authority on the host. What the settings say proves nothing: with security off they are ignored.',
    risk: 'Passwords, tokens and documents travel readable and changeable for everybody on the way.',
    references: [
      { title: 'Security overview: TLS for the HTTP layer', publisher: 'Elastic' },
      { title: 'Set up basic security plus HTTPS', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'rolling',
  },
  evaluate: (facts) => judgeLayer(facts, 'http'),
  propose: (facts, choices) => proposeSecuring(facts, choices, 'http-tls'),
});
