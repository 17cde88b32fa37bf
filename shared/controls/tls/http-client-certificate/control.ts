import type { Facts } from '../../../domain/facts.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import { evidence, failed, judgeNode, notApplicable, passed, undecided } from '../../judging.ts';
import { manual } from '../../proposing.ts';

const key = 'xpack.security.http.ssl.client_authentication';

export default defineControl({
  words: {
    id: 'http-client-certificate',
    area: 'tls',
    title: 'Clients of the HTTP layer must present a certificate',
    severity: 'low',
    description:
      'Reads the client authentication of the HTTP layer, and greets the port: one that checks its clients asks for their certificate. Only the strict profile asks for one; a port that asks for it and lets everybody in all the same is a finding in any case.',
    risk: 'Without it a password or key that leaks is enough: whoever reaches the port can use it from anywhere.',
    references: [
      { title: 'TLS settings in Elasticsearch: HTTP', publisher: 'Elastic' },
      { title: 'Mutual TLS authentication between Kibana and Elasticsearch', publisher: 'Elastic' },
    ],
    fix: 'manual',
    blast: 'rolling',
  },
  evaluate,
  propose: () =>
    manual(
      'Whoever has no certificate is locked out from that moment: Kibana, every client, health checks, and Bulwark itself, which presents none. Only you know all of them.',
      'Issue a certificate to every client, by an authority that is used for clients alone; name that authority in xpack.security.http.ssl.certificate_authorities.',
      'Give Kibana its own: elasticsearch.ssl.certificate and elasticsearch.ssl.key in kibana.yml; then all others.',
      `Set ${key}: optional, restart one node after the other, and see in the logs of the clients that all of them present one.`,
      `Set ${key}: required and restart one node after the other. Bulwark then sees the port from outside only.`,
    ),
});

function evaluate(facts: Facts): Evaluation {
  return judgeNode(facts, ['es-settings', 'node-answers'], (_, seen) => {
    const { settings } = seen['es-settings'].value;
    const { http, tls } = seen['node-answers'].value;
    const stated = settingValue(settings, key);
    const asks = tls?.http?.asksForCertificate;
    const shown = [
      evidence(seen['es-settings'], key, stated ?? 'not stated (default: none)'),
      evidence(
        seen['node-answers'],
        'The port asks for a certificate of the other side',
        asks === undefined ? 'not seen' : asks ? 'yes' : 'no',
      ),
    ];
    if (http === 'clear')
      return notApplicable('The HTTP port speaks plain text, and so cannot check anybody.', ...shown);
    const value = stated?.trim().toLowerCase() ?? 'none';
    if (value === 'optional')
      return failed('The node asks clients for a certificate and lets those in that have none.', ...shown);
    if (value !== 'required')
      return notApplicable(
        'Clients log in without a certificate. Only the strict profile asks for one.',
        ...shown,
      );
    if (asks === false)
      return failed(
        'The HTTP port does not ask for a certificate, whatever the settings say: the node was not restarted since they were changed.',
        ...shown,
      );
    return asks === undefined
      ? undecided(
          'Whether the HTTP port asks for a certificate could not be seen. Start Elasticsearch, then assess again.',
          ...shown,
        )
      : passed('Clients must present a certificate, and it is checked.', ...shown);
  });
}
