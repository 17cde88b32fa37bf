import type { LayerTls } from '../../../domain/certificate.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { Facts } from '../../../domain/facts.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { type Layer, layerName, layers, spoken } from '../../certificates-in-use.ts';
import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, notApplicable, passed, undecided } from '../../judging.ts';
import { factsMissing, manual } from '../../proposing.ts';
import { proposeTlsSettings } from '../../tls-settings.ts';

const allowed = ['TLSv1.2', 'TLSv1.3'];
const settingOf = (layer: Layer) => `xpack.security.${layer}.ssl.supported_protocols`;

export default defineControl({
  words: {
    id: 'protocols',
    area: 'tls',
    title: 'Only TLS 1.2 and 1.3 are offered',
    severity: 'high',
    description:
      'Greets both ports as a client that knows nothing newer than TLS 1.1, and sees whether they agree. What settings list is shown too: the Java of the node may refuse what they allow.',
    risk: 'Old versions of TLS have known weaknesses by which somebody on the way can read or change what is sent.',
    references: [
      { title: 'RFC 8996: deprecating TLS 1.0 and 1.1', publisher: 'IETF' },
      { title: 'TLS settings in Elasticsearch', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'rolling',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings', 'node-answers'], (_, seen) => {
      const answers = seen['node-answers'].value;
      const greeted = layers.filter((layer) => answers[layer] === 'tls');
      const { settings } = seen['es-settings'].value;
      const stated = layers.flatMap((layer) => {
        const value = settingValue(settings, settingOf(layer));
        return value === undefined ? [] : [evidence(seen['es-settings'], settingOf(layer), value)];
      });
      const shown = greeted.map((layer) =>
        evidence(
          seen['node-answers'],
          `Answer of the ${layerName[layer]} port to TLS 1.1 and older`,
          words(answers.tls?.[layer]?.old),
        ),
      );
      const old = greeted.flatMap((layer) => {
        const answer = answers.tls?.[layer]?.old;
        return typeof answer === 'object' ? [`${layerName[layer]} port agrees to ${answer.version}`] : [];
      });
      if (old.length > 0) return failed(`The ${listed(old)}.`, ...shown, ...stated);
      const silent = layers.filter((layer) => answers[layer] === 'closed' || answers[layer] === 'silent');
      const unclear = greeted.filter((layer) => answers.tls?.[layer]?.old !== 'refused');
      if (unclear.length + silent.length > 0)
        return undecided(
          `What the ${listed([...unclear, ...silent].map((layer) => layerName[layer]))} port offers could not be seen. Start Elasticsearch and see that its port answers this host, then assess again.`,
          ...spoken(seen),
          ...shown,
          ...stated,
        );
      if (greeted.length === 0)
        return notApplicable(
          'No port of this node speaks TLS; see the findings on TLS for both ports.',
          ...spoken(seen),
        );
      return passed(
        `The ${listed(greeted.map((layer) => layerName[layer]))} port refuses TLS 1.1 and older.`,
        ...shown,
        ...stated,
      );
    }),
  propose(facts) {
    const open = offering(facts);
    if (open.length === 0) return factsMissing;
    const edits = open.map((layer) => ({ op: 'set' as const, key: settingOf(layer), value: [...allowed] }));
    const { settings = [] } = knownValue(facts['es-settings']) ?? {};
    if (open.every((layer) => settingValue(settings, settingOf(layer)) === allowed.join(',')))
      return manual(
        'The settings allow TLS 1.2 and 1.3 only, and the port agrees to less: the node was not restarted since.',
        'Restart this node, then assess again.',
      );
    return proposeTlsSettings(
      facts,
      edits,
      'Clients that know nothing newer than TLS 1.1 are refused from then on; every client of the last ten years knows TLS 1.2.',
    );
  },
});

function offering(facts: Facts): readonly Layer[] {
  const answers = knownValue(facts['node-answers']);
  return layers.filter((layer) => typeof answers?.tls?.[layer]?.old === 'object');
}

function words(answer: LayerTls['old'] | undefined): string {
  if (answer === undefined || answer === 'unclear') return 'no clear answer';
  return answer === 'refused' ? 'refused' : `agreed to ${answer.version}, ${answer.suite}`;
}
