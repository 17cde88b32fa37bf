import { atLeast } from '../../../text/version.ts';
import { defineControl } from '../../define-control.ts';
import { judgeSessions, proposeSessions, type SessionLimit } from '../../kibana-sessions.ts';

/** Defaults by the settings reference of each version. */
const limit: SessionLimit = {
  part: 'lifespan',
  most: '30d',
  subject: 'Sessions',
  usual: (version) => (atLeast(version, '8.0.0') ? '30d' : undefined),
};

export default defineControl({
  words: {
    id: 'session-lifespan',
    area: 'kibana',
    title: 'Sessions of Kibana end after at most thirty days',
    severity: 'medium',
    description:
      'Looks at xpack.security.session.lifespan, for all users and for each login provider, and at the default of the version: thirty days from 8.0, no limit in 7.x.',
    risk: 'A session that never ends outlives the reason for it: whoever once had the cookie stays logged in, however often the user is away.',
    references: [{ title: 'Session management in Kibana', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) => judgeSessions(facts, limit),
  propose: (facts) => proposeSessions(facts, limit),
});
