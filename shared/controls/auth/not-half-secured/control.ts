import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, notApplicable, passed, undecided } from '../../judging.ts';
import { manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'not-half-secured',
    area: 'auth',
    title: 'No password is asked for over plain HTTP',
    severity: 'critical',
    description:
      'Asks the HTTP port without credentials, and sees whether it speaks TLS. A node of 8.0 or later that holds data and skipped its own security set-up asks for passwords in clear.',
    risk: 'Whoever listens on the way reads every password and everything else. The node looks secured, so nobody looks again.',
    references: [
      { title: 'Secure your cluster', publisher: 'Elastic' },
      { title: 'Set up basic security plus HTTPS', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'rolling',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['node-answers'], (_install, seen) => {
      const { http, securityEnabled } = seen['node-answers'].value;
      const shown = evidence(
        seen['node-answers'],
        'HTTP port',
        `${{ clear: 'speaks plain HTTP', tls: 'speaks TLS', closed: 'does not listen', silent: 'gave no answer' }[http]}; ${
          securityEnabled === undefined
            ? 'whether it asks for credentials is not known'
            : securityEnabled
              ? 'asks for credentials'
              : 'asks nobody for credentials'
        }`,
      );
      if (securityEnabled === true && http === 'clear')
        return failed('The node asks for passwords over plain HTTP.', shown);
      if (securityEnabled === true && http === 'tls')
        return passed('The node asks for passwords over TLS only.', shown);
      if (securityEnabled === false)
        return notApplicable('Security is off: the node asks nobody for a password.', shown);
      if (http === 'closed')
        return undecided(
          'Elasticsearch does not run, so how it asks for passwords could not be seen. Start it, then assess again.',
          shown,
        );
      return undecided('The node gave no clear answer. Check that it is ready, then assess again.', shown);
    }),
  propose: () => ({
    ...manual(
      'HTTP TLS is what is missing here; it is the fix of control http-tls.',
      'Fix http-tls, then assess again.',
      'Every password that was sent to this node counts as disclosed: set new ones once TLS is on.',
    ),
    settledBy: 'http-tls',
  }),
});
