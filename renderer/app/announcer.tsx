/** Says outcomes and gates to assistive technology; single probes are not announced. */
import { useEffect, useState } from 'react';
import { useMirrorStore } from '../bridge/context.tsx';
import { newsOf } from './news.ts';

export function Announcer() {
  const store = useMirrorStore();
  const [said, setSaid] = useState('');
  useEffect(
    () =>
      store.subscribe((after, before) => {
        if (after.status !== 'ready' || before.status !== 'ready') return;
        const news = newsOf(before.state, after.state);
        if (news !== '') setSaid(news);
      }),
    [store],
  );
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {said}
    </div>
  );
}
