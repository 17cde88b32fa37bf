/** What `http-tls` and `transport-tls` share: the handshake decides, settings only where nothing listens. */
import type { Facts } from '../domain/facts.ts';
import { isOn, settingValue } from '../text/yaml-settings.ts';
import type { Evaluation } from './define-control.ts';
import { evidence, failed, judgeNode, passed, undecided } from './judging.ts';

const speech = {
  clear: 'plain text, no TLS',
  tls: 'TLS',
  closed: 'nobody listens',
  silent: 'no recognisable answer',
} as const;

export function judgeLayer(facts: Facts, layer: 'http' | 'transport'): Evaluation {
  return judgeNode(facts, ['es-settings', 'node-answers'], (install, seen) => {
    const { settings } = seen['es-settings'].value;
    const answers = seen['node-answers'].value;
    const key = `xpack.security.${layer}.ssl.enabled`;
    const stated = settingValue(settings, key);
    const port = layer === 'http' ? install.value.httpPort : install.value.transportPort;
    const name = layer === 'http' ? 'HTTP' : 'transport';
    const verified =
      layer === 'http' && answers.tlsVerifiedByCa !== undefined
        ? [
            evidence(
              seen['node-answers'],
              'certificate chain',
              answers.tlsVerifiedByCa
                ? 'issued by the authority on the host'
                : 'not issued by the authority on the host',
            ),
          ]
        : [];
    const shown = [
      evidence(seen['node-answers'], `what the ${name} port ${port} speaks`, speech[answers[layer]]),
      ...verified,
      evidence(seen['es-settings'], key, stated ?? 'not stated (default: false)'),
    ];
    switch (answers[layer]) {
      case 'tls':
        return passed(
          layer === 'http'
            ? 'The HTTP port speaks TLS, and so refuses plain HTTP.'
            : 'The transport port speaks TLS.',
          ...shown,
        );
      case 'clear': {
        const ignored = isOn(stated)
          ? ' The settings switch TLS on, which has no effect: security is off, or the node was not restarted.'
          : '';
        return failed(`The ${name} port speaks plain text.${ignored}`, ...shown);
      }
      case 'silent':
        return undecided(
          `The ${name} port is open and answered nothing that Bulwark understands. Check whether a filter keeps this host itself out, then assess again.`,
          ...shown,
        );
      case 'closed':
        return isOn(stated)
          ? undecided(
              `The ${name} port is closed, so TLS could not be seen at work. Start Elasticsearch, then assess again.`,
              ...shown,
            )
          : failed(
              `Nobody listens on the ${name} port, and the settings do not switch TLS on for it.`,
              ...shown,
            );
    }
  });
}
