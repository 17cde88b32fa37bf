/** Says outcomes and gates to assistive technology; single probes are not announced. */
import { useEffect, useRef, useState } from 'react';
import { useMain } from '../bridge/context.tsx';

const endings = { succeeded: 'is finished', failed: 'failed', cancelled: 'was cancelled' } as const;

export function Announcer() {
  const operations = useMain((state) => state.operations);
  const guards = useMain((state) => state.guards);
  const [said, setSaid] = useState('');
  const known = useRef(new Map<string, string>());
  useEffect(() => {
    const news: string[] = [];
    for (const work of operations) {
      const before = known.current.get(work.id);
      known.current.set(work.id, work.state);
      if (before === undefined || before === work.state) continue;
      if (work.state === 'succeeded' || work.state === 'failed' || work.state === 'cancelled')
        news.push(`${work.title} ${endings[work.state]}.`);
    }
    for (const guard of guards) {
      const key = `guard ${guard.hostId}`;
      const before = known.current.get(key);
      known.current.set(key, guard.state);
      if (before === guard.state) continue;
      if (guard.state === 'armed') news.push(`The guard on the host is armed for ${guard.seconds} seconds.`);
      if (guard.state === 'fired') news.push('The guard put the old rules back.');
      if (guard.state === 'disarmed' && before !== undefined)
        news.push('Access is proven; the guard is disarmed.');
    }
    if (news.length > 0) setSaid(news.join(' '));
  }, [operations, guards]);
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {said}
    </div>
  );
}
