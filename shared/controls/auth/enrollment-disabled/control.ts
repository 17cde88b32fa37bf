import { atLeast } from '../../../text/version.ts';
import { isOn } from '../../../text/yaml-settings.ts';
import { defineControl } from '../../define-control.ts';
import { evidence, judgeNode, notApplicable } from '../../judging.ts';
import { judgeStatic, proposeStatic } from '../../static-setting.ts';

const key = 'xpack.security.enrollment.enabled';

export default defineControl({
  words: {
    id: 'enrollment-disabled',
    area: 'auth',
    title: 'Enrolment of further nodes and Kibanas is off',
    severity: 'medium',
    description:
      'Looks at what the running node tells of itself and at its settings. The security set-up of 8.0 and later switches enrolment on and never off again; a token that it gives is valid for 30 minutes.',
    risk: 'With an enrolment token a stranger’s node joins the cluster with valid certificates and gets its data.',
    references: [{ title: 'Security settings in Elasticsearch: enrollment', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings', 'node-answers'], (install, seen) => {
      if (!atLeast(install.value.version, '8.0.0'))
        return notApplicable(
          `Elasticsearch ${install.value.version} knows no enrolment (it came with 8.0).`,
          evidence(install, 'Elasticsearch', install.value.version),
        );
      if (seen['node-answers'].value.securityEnabled === false)
        return notApplicable(
          'Security is off, and without it there is no enrolment.',
          evidence(seen['node-answers'], 'security', 'off'),
        );
      return judgeStatic(seen, {
        key,
        byDefault: 'false',
        wrong: (value) => (isOn(value) ? 'Enrolment is on.' : undefined),
        right: 'Enrolment is off, in the running node and in its settings.',
      });
    }),
  propose: (facts) =>
    proposeStatic(facts, [{ op: 'set', key, value: false }], {
      steps: [
        `Bulwark will set ${key}: false. If nodes or a Kibana are still to be enrolled, do that first.`,
      ],
      disturbs: 'No enrolment token can be made any more until it is switched on again.',
    }),
});
