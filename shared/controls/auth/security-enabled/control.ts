import { atLeast } from '../../../text/version.ts';
import { isOn, settingValue } from '../../../text/yaml-settings.ts';
import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, passed, undecided } from '../../judging.ts';
import { manual } from '../../proposing.ts';
import { proposeSecuring } from '../../securing.ts';

export default defineControl({
  words: {
    id: 'security-enabled',
    area: 'auth',
    title: 'Security is on, in the running node and in its settings',
    severity: 'critical',
    description:
      'Asks the running node who an unknown caller is. Only when the node does not run, its settings decide, with the default of its version: on from 8.0, off before.',
    risk: 'With security off everybody who reaches the node reads, changes and deletes everything, and reads the password hashes of the time before.',
    references: [
      {
        title: 'Elasticsearch security principles: run Elasticsearch with security enabled',
        publisher: 'Elastic',
      },
      { title: 'Secure your cluster', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'full',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings', 'node-answers'], (install, seen) => {
      const answers = seen['node-answers'].value;
      const stated = settingValue(seen['es-settings'].value.settings, 'xpack.security.enabled');
      const line = seen['es-settings'].value.settings.findLast(
        (one) => one.key === 'xpack.security.enabled',
      )?.line;
      const shown = [
        evidence(
          seen['node-answers'],
          'answer to a caller without credentials',
          {
            refused: '401: credentials are asked for',
            answered: 'answered like everybody else',
            'not-asked': answers.http === 'closed' ? 'the node does not listen' : 'no clear answer',
          }[answers.anonymous],
        ),
        evidence(
          {
            ...seen['es-settings'],
            where:
              line === undefined ? seen['es-settings'].where : `${seen['es-settings'].where}, line ${line}`,
          },
          'xpack.security.enabled',
          stated ??
            `not stated (default of ${install.value.version}: ${atLeast(install.value.version, '8.0.0')})`,
        ),
      ];
      if (answers.securityEnabled === false) {
        const ignored = isOn(stated)
          ? ' The settings say otherwise: they were changed and the node was not restarted.'
          : '';
        return failed(`The node answers everybody without asking who they are.${ignored}`, ...shown);
      }
      if (answers.securityEnabled === true) {
        if (stated !== undefined && !isOn(stated))
          return failed(
            'The node asks for credentials now, but its settings switch security off at the next start.',
            ...shown,
          );
        if (answers.anonymous === 'answered')
          return failed('Security is on, but anonymous callers have a role.', ...shown);
        return passed(
          stated === undefined
            ? 'The node asks for credentials, by the default of its version.'
            : 'The node asks for credentials.',
          ...shown,
        );
      }
      if (answers.http !== 'closed')
        return undecided(
          `The node gave no clear answer. ${answers.notes.join(' ')} Check that it is ready, then assess again.`,
          ...shown,
        );
      if (isOn(stated))
        return undecided(
          'Elasticsearch does not run, so its security could not be seen at work. Start it, then assess again.',
          ...shown,
        );
      if (stated !== undefined)
        return failed('Elasticsearch does not run, and its settings start it without security.', ...shown);
      return failed(
        'Elasticsearch does not run, and its settings do not state that security is on.',
        ...shown,
      );
    }),
  propose: (facts, choices) => {
    const answers = facts['node-answers']?.status === 'known' ? facts['node-answers'].value : undefined;
    if (answers?.securityEnabled && answers.anonymous === 'answered')
      return {
        ...manual(
          'Which rights anonymous callers were given on purpose is for you to say.',
          'Fix anonymous-disabled, or give the role no more than it needs and restart the node.',
        ),
        settledBy: 'anonymous-disabled',
      };
    if (answers?.securityEnabled)
      return manual(
        'The running node and its settings disagree; which one is meant is for you to say. Nothing was changed.',
        'Set xpack.security.enabled: true in elasticsearch.yml before the next restart.',
      );
    return proposeSecuring(facts, choices, 'security-enabled');
  },
});
