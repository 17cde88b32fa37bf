import { knownValue } from '../../../domain/fact.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, notApplicable, passed, undecided } from '../../judging.ts';
import { factsMissing, manual } from '../../proposing.ts';
import { proposeStatic } from '../../static-setting.ts';

const prefix = 'xpack.security.authc.anonymous.';
const roles = `${prefix}roles`;

export default defineControl({
  words: {
    id: 'anonymous-disabled',
    area: 'auth',
    title: 'Callers without credentials have no role',
    severity: 'high',
    description:
      'Asks the running node who a caller without credentials is, and looks for anonymous roles in its settings. Those roles are added to the roles of every user as well.',
    risk: 'Everybody who reaches the node has the rights of the anonymous role, and nothing tells who they are. Every user gets these rights on top of their own.',
    references: [{ title: 'Enabling anonymous access', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings', 'node-answers'], (_install, seen) => {
      const answers = seen['node-answers'].value;
      const { settings } = seen['es-settings'].value;
      const stated = settingValue(settings, roles);
      const line = settings.findLast((one) => one.key === roles)?.line;
      const { where } = seen['es-settings'];
      const shown = [
        evidence(
          seen['node-answers'],
          'answer to a caller without credentials',
          {
            refused: '401: credentials are asked for',
            answered: answers.securityEnabled === true ? 'answered: it has a role' : 'answered',
            'not-asked': answers.http === 'closed' ? 'the node does not listen' : 'no clear answer',
          }[answers.anonymous],
        ),
        evidence(
          { ...seen['es-settings'], where: line === undefined ? where : `${where}, line ${line}` },
          roles,
          stated ?? 'not set',
        ),
      ];
      if (answers.securityEnabled === true && answers.anonymous === 'answered')
        return failed(
          stated === undefined
            ? 'Callers without credentials have a role; its settings were corrected, and the node was not restarted since.'
            : `Callers without credentials have the role ${listed(stated.split(','))}.`,
          ...shown,
        );
      if (stated !== undefined)
        return failed(
          `The settings give callers without credentials the role ${listed(stated.split(','))}; it holds from the next start with security on.`,
          ...shown,
        );
      if (answers.securityEnabled === true && answers.anonymous === 'refused')
        return passed('Callers without credentials are refused.', ...shown);
      if (answers.securityEnabled === false)
        return notApplicable('Security is off: everybody is answered, with a role or without.', ...shown);
      return undecided(
        answers.http === 'closed'
          ? 'Elasticsearch does not run, so what it answers strangers could not be seen. Start it, then assess again.'
          : 'The node gave no clear answer. Check that it is ready, then assess again.',
        ...shown,
      );
    }),
  propose: (facts) => {
    const yml = knownValue(facts['es-settings']);
    if (!yml) return factsMissing;
    const given = knownValue(facts['es-process'])?.argumentsShown.some((one) =>
      one.startsWith(`-E${prefix}`),
    );
    if (given === true)
      return manual(
        'The node gets its anonymous role on its command line (-E), which outranks elasticsearch.yml.',
        `Take -E${prefix}… out of the way the node is started, then restart it.`,
      );
    const keys = [...new Set(yml.settings.map(({ key }) => key))].filter((key) => key.startsWith(prefix));
    return proposeStatic(
      facts,
      keys.map((key) => ({ op: 'remove', key })),
      {
        steps: [
          keys.length === 0
            ? 'Bulwark will restart the node: its settings are right already.'
            : `Bulwark will take ${listed(keys)} out of ${yml.path}.`,
        ],
        disturbs: 'Callers without credentials are refused from then on.',
      },
    );
  },
});
