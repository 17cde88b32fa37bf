/** Takes something back after asking once more: one step, one plan, one finding, or everything on a host. */
import { type ReactNode, useState } from 'react';
import { useCall, useClient } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Glyph } from '../../ui/marks.tsx';
import { Button } from '../../ui/patternfly.ts';
import { Confirm } from '../apply/confirm.tsx';
import type { UndoScope } from './opens-again.ts';
import { OpensAgain } from './opens-again-note.tsx';

export function UndoButton({
  hostId,
  scope,
  label,
  title = label,
  action = title,
  look = 'secondary',
  small = true,
  keyed = false,
  children,
}: {
  /** Every host of the workspace when it is left out. */
  readonly hostId?: string;
  readonly scope: UndoScope;
  /** What stands on the button. */
  readonly label: ReactNode;
  /** Name of the question. */
  readonly title?: ReactNode;
  /** What stands on the button that does it. */
  readonly action?: ReactNode;
  readonly look?: 'secondary' | 'link';
  readonly small?: boolean;
  /** U presses it. */
  readonly keyed?: boolean;
  /** What will be taken back, where, and what that means. */
  readonly children: ReactNode;
}) {
  const client = useClient();
  const undo = useCall(client.rollback.start);
  const everything = useCall(client.rollback.everything);
  const [asking, setAsking] = useState(false);
  const error = undo.error ?? everything.error;
  const dismiss = undo.error === undefined ? everything.dismiss : undo.dismiss;
  return (
    <>
      <Button
        variant={look}
        {...(small ? { size: 'sm' as const } : {})}
        {...(keyed ? { 'data-key': 'u' } : {})}
        {...(look === 'secondary' && !small ? { icon: <Glyph name="undo" size={14} /> } : {})}
        isDisabled={undo.pending || everything.pending}
        onClick={() => setAsking(true)}
      >
        {label}
      </Button>
      {error !== undefined && <ErrorPanel error={error} onDismiss={dismiss} />}
      {asking && (
        <Confirm
          title={title}
          action={action}
          onConfirm={() => void (hostId === undefined ? everything.run({}) : undo.run({ hostId, scope }))}
          onClose={() => setAsking(false)}
        >
          {children}
          <OpensAgain hostId={hostId} scope={scope} />
        </Confirm>
      )}
    </>
  );
}

/** The sentence that stands under every such question. */
export function OnlyWhatIsOurs() {
  return (
    <p>Only what is still as Bulwark left it is put back. If somebody changed it since, you are asked.</p>
  );
}
