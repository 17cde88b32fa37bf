/** Things that need no decision: shown for a few seconds, and announced. */
import { useEffect } from 'react';
import { useListen } from '../bridge/context.tsx';
import { Glyph, OutcomeMark } from '../ui/marks.tsx';
import { dismissNotice, type Notice, notify, useUi } from './ui-store.ts';

/** Milliseconds; ample for two lines. */
const shownFor = 6000;

const marks = { success: 'pass', info: 'not-applicable', warning: 'error' } as const;

function Toast({ notice }: { readonly notice: Notice }) {
  useEffect(() => {
    const timer = setTimeout(() => dismissNotice(notice.id), shownFor);
    return () => clearTimeout(timer);
  }, [notice.id]);
  return (
    <li className="toast">
      <OutcomeMark outcome={marks[notice.tone]} />
      <span>{notice.text}</span>
      <button
        type="button"
        className="icon-button"
        aria-label="Put the notice away"
        onClick={() => dismissNotice(notice.id)}
      >
        <Glyph name="close" size={12} />
      </button>
    </li>
  );
}

export function Notices() {
  const notices = useUi((ui) => ui.notices);
  const listen = useListen();
  useEffect(() => listen('notice', (event) => notify(event.tone, event.text)), [listen]);
  return (
    <ul className="toasts" aria-label="Notices" aria-live="polite">
      {notices.map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </ul>
  );
}
