import type { Facts } from '../../../domain/facts.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, notApplicable, passed, undecided } from '../../judging.ts';
import { proposeTlsSettings } from '../../tls-settings.ts';

const prefix = 'xpack.security.transport.ssl';
const wanted = { verification_mode: ['full', 'certificate'], client_authentication: ['required'] } as const;
const defaults = { verification_mode: 'full', client_authentication: 'required' } as const;
type Name = keyof typeof wanted;
const names = ['verification_mode', 'client_authentication'] as const;

export default defineControl({
  words: {
    id: 'transport-verification',
    area: 'tls',
    title: 'Transport verification is full or certificate, and peers must present a certificate',
    severity: 'high',
    description:
      'Reads the verification mode and the client authentication of the transport layer and of its profiles, and greets the port: a node that checks its peers asks for their certificate.',
    risk: 'A node that does not check its peers lets anybody who reaches the port join the cluster and read and change everything.',
    references: [
      { title: 'TLS settings in Elasticsearch: transport', publisher: 'Elastic' },
      { title: 'Set up basic security', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'rolling',
  },
  evaluate,
  propose(facts) {
    return proposeTlsSettings(
      facts,
      weakKeys(facts).map(({ key, name }) => ({
        op: 'set',
        key,
        value: name === 'verification_mode' ? 'certificate' : 'required',
      })),
      'From then on this node refuses peers whose certificate does not come from an authority that it trusts.',
    );
  },
});

function evaluate(facts: Facts): Evaluation {
  return judgeNode(facts, ['es-settings', 'node-answers'], (_, seen) => {
    const { settings } = seen['es-settings'].value;
    const answers = seen['node-answers'].value;
    const asks = answers.tls?.transport?.asksForCertificate;
    const shown = [
      ...names.map((name) =>
        evidence(
          seen['es-settings'],
          `${prefix}.${name}`,
          settingValue(settings, `${prefix}.${name}`) ?? `not stated (default: ${defaults[name]})`,
        ),
      ),
      evidence(
        seen['node-answers'],
        'The port asks for a certificate of the other side',
        asks === undefined ? 'not seen' : asks ? 'yes' : 'no',
      ),
    ];
    if (answers.transport === 'clear')
      return notApplicable('The transport port speaks plain text, and so cannot check anybody.', ...shown);
    const weak = weakKeys(facts);
    if (weak.length > 0)
      return failed(
        `The node does not check its peers: ${listed(weak.map(({ key, value }) => `${key} is ${value}`))}.`,
        ...shown,
      );
    if (asks === false)
      return failed(
        'The transport port does not ask for a certificate, whatever the settings say: the node was not restarted since they were changed.',
        ...shown,
      );
    return asks === undefined
      ? undecided(
          'Whether the transport port asks for a certificate could not be seen. Start Elasticsearch, then assess again.',
          ...shown,
        )
      : passed('Peers must present a certificate, and it is checked.', ...shown);
  });
}

/** Also of `transport.profiles.<name>.xpack.security.ssl`, which has the same names. */
function weakKeys(facts: Facts) {
  const settings = facts['es-settings']?.status === 'known' ? facts['es-settings'].value.settings : [];
  return settings.flatMap(({ key, value }) => {
    const match =
      /^(?:xpack\.security\.transport\.ssl|transport\.profiles\.[^.]+\.xpack\.security\.ssl)\.(verification_mode|client_authentication)$/.exec(
        key,
      );
    const name = match?.[1] as Name | undefined;
    const good: readonly string[] = name === undefined ? [] : wanted[name];
    return name === undefined || good.includes(value.trim().toLowerCase()) ? [] : [{ key, name, value }];
  });
}
