/** A bar over the screen for what should not be missed. */
import type { ReactNode } from 'react';
import { Glyph } from '../ui/marks.tsx';

export function Banner({
  tone,
  children,
  actions,
}: {
  readonly tone: 'critical' | 'medium' | 'low';
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className={`banner banner-${tone}`}>
      <Glyph name={tone === 'low' ? 'lock' : 'shield'} />
      <div className="banner-words">{children}</div>
      <div className="banner-actions">{actions}</div>
    </div>
  );
}
