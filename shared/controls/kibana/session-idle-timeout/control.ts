import { atLeast } from '../../../text/version.ts';
import { defineControl } from '../../define-control.ts';
import { judgeSessions, proposeSessions, type SessionLimit } from '../../kibana-sessions.ts';

/** Defaults by the settings reference of each version. */
const limit: SessionLimit = {
  part: 'idleTimeout',
  most: '8h',
  subject: 'Idle sessions',
  usual: (version) => (atLeast(version, '8.10.0') ? '3d' : atLeast(version, '8.0.0') ? '8h' : undefined),
};

export default defineControl({
  words: {
    id: 'session-idle-timeout',
    area: 'kibana',
    title: 'Idle sessions of Kibana end after at most eight hours',
    severity: 'medium',
    description:
      'Looks at xpack.security.session.idleTimeout, for all users and for each login provider, and at the default of the version: three days from 8.10, eight hours from 8.0, never in 7.x.',
    risk: 'A browser that was left open, or a cookie that was copied, works for somebody else as long as the session lives.',
    references: [{ title: 'Session management in Kibana', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) => judgeSessions(facts, limit),
  propose: (facts) => proposeSessions(facts, limit),
});
