import type { LayerTls } from '../../../domain/certificate.ts';
import { knownValue } from '../../../domain/fact.ts';
import { isStrong } from '../../../text/tls-hello.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { type Layer, layerName, layers, spoken } from '../../certificates-in-use.ts';
import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, notApplicable, passed, undecided } from '../../judging.ts';
import { factsMissing, manual } from '../../proposing.ts';
import { proposeTlsSettings } from '../../tls-settings.ts';

const settingOf = (layer: Layer) => `xpack.security.${layer}.ssl.cipher_suites`;

export default defineControl({
  words: {
    id: 'cipher-suites',
    area: 'tls',
    title: 'No weak cipher suite is offered, and strong ones are',
    severity: 'medium',
    description:
      'Greets both ports as a client that offers broken suites only (RC4, 3DES, DES, export, without encryption, without a certificate), and as one that offers all others, and sees what they agree to.',
    risk: 'Who listens can read what is sent by a broken suite, and may talk client and node into using it.',
    references: [
      { title: 'RFC 9325: recommendations for secure use of TLS', publisher: 'IETF' },
      { title: 'TLS settings in Elasticsearch', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'rolling',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings', 'node-answers'], (_, seen) => {
      const answers = seen['node-answers'].value;
      const greeted = layers.filter((layer) => answers[layer] === 'tls');
      const shown = greeted.flatMap((layer) => [
        evidence(
          seen['node-answers'],
          `Answer of the ${layerName[layer]} port to broken suites`,
          words(answers.tls?.[layer]?.weak),
        ),
        evidence(
          seen['node-answers'],
          `Choice of the ${layerName[layer]} port among the others`,
          words(answers.tls?.[layer]?.current),
        ),
      ]);
      const weak = greeted.flatMap((layer) => {
        const answer = answers.tls?.[layer]?.weak;
        return typeof answer === 'object' ? [`${layerName[layer]} port agrees to ${answer.suite}`] : [];
      });
      if (weak.length > 0) return failed(`The ${listed(weak)}.`, ...shown);
      const poor = greeted.flatMap((layer) => {
        const answer = answers.tls?.[layer]?.current;
        return isPoor(answer) ? [`${layerName[layer]} port chooses ${answer.suite}`] : [];
      });
      if (poor.length > 0)
        return failed(`Though strong suites were offered first, the ${listed(poor)}.`, ...shown);
      const closed = layers.filter((layer) => answers[layer] === 'closed' || answers[layer] === 'silent');
      const unclear = greeted.filter(
        (layer) =>
          answers.tls?.[layer]?.weak !== 'refused' ||
          (answers.tls[layer]?.current ?? 'unclear') === 'unclear',
      );
      if (unclear.length + closed.length > 0)
        return undecided(
          `What the ${listed([...unclear, ...closed].map((layer) => layerName[layer]))} port offers could not be seen. Start Elasticsearch and see that its port answers this host, then assess again.`,
          ...spoken(seen),
          ...shown,
        );
      if (greeted.length === 0)
        return notApplicable(
          'No port of this node speaks TLS; see the findings on TLS for both ports.',
          ...spoken(seen),
        );
      return passed(
        `The ${listed(greeted.map((layer) => layerName[layer]))} port refuses every broken suite, and where TLS 1.2 is spoken, chooses a strong one.`,
        ...shown,
      );
    }),
  propose(facts) {
    const answers = knownValue(facts['node-answers']);
    const { settings = [] } = knownValue(facts['es-settings']) ?? {};
    const open = layers.filter(
      (layer) => typeof answers?.tls?.[layer]?.weak === 'object' || isPoor(answers?.tls?.[layer]?.current),
    );
    if (open.length === 0) return factsMissing;
    const stated = open.filter((layer) => settingValue(settings, settingOf(layer)) !== undefined);
    if (stated.length < open.length)
      return manual(
        'The suite comes from the Java or the certificate of the node and not from its settings, so taking out a line does not help.',
        'Use the Java that Elasticsearch brings with it, or look for jdk.tls.disabledAlgorithms in its java.security file.',
        'Where the certificate has a DSA key, replace it by one with an EC or RSA key.',
        'Restart this node, then assess again.',
      );
    return proposeTlsSettings(
      facts,
      stated.map((layer) => ({ op: 'remove' as const, key: settingOf(layer) })),
      'Clients that know broken suites only are refused from then on. The defaults of Elasticsearch hold no broken suite and put the strong ones first.',
    );
  },
});

/** Without forward secrecy, or with CBC: a server with a choice takes a strong suite (RFC 9325, 4.2). */
function isPoor(answer: LayerTls['current'] | undefined): answer is Exclude<LayerTls['current'], string> {
  return typeof answer === 'object' && !isStrong(answer.suite);
}

function words(answer: LayerTls['weak'] | undefined): string {
  if (answer === undefined || answer === 'unclear') return 'no clear answer';
  return answer === 'refused' ? 'refused' : `agreed to ${answer.suite}`;
}
