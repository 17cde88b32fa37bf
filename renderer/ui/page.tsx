/** The frame of a screen: its name, the answer to its question, and one next step with its blast in words. */
import type { ReactNode } from 'react';

export function Page({
  title,
  step,
  answer,
  lead,
  aside,
  action,
  blast,
  children,
  wide = false,
}: {
  readonly title: string;
  /** "Step 4 of 8"; absent beside the path. */
  readonly step?: string | undefined;
  /** One sentence that answers the screen's question. */
  readonly answer: string;
  readonly lead?: ReactNode;
  /** Stands under the answer: a bar, numbers. */
  readonly aside?: ReactNode;
  /** The one primary button. */
  readonly action?: ReactNode;
  /** What pressing it disturbs, in words. */
  readonly blast?: ReactNode;
  readonly children: ReactNode;
  /** The content fills the height and scrolls in its own parts. */
  readonly wide?: boolean;
}) {
  return (
    <div className={wide ? 'page page-wide' : 'page'}>
      <header className="page-head">
        <div className="page-head-words">
          <div className="page-title">
            {step !== undefined && <span className="page-step">{step}</span>}
            <h1>{title}</h1>
          </div>
          <p className="page-answer" data-testid="answer">
            {answer}
          </p>
          {lead !== undefined && <div className="page-lead">{lead}</div>}
          {aside}
        </div>
        {action !== undefined && (
          <div className="page-action">
            {action}
            {blast !== undefined && <p className="page-blast">{blast}</p>}
          </div>
        )}
      </header>
      <div className="page-body">{children}</div>
    </div>
  );
}

/** A titled part of a screen. */
export function Panel({
  title,
  aside,
  children,
  id,
  className = '',
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly id: string;
  readonly className?: string;
}) {
  return (
    <section className={`panel ${className}`} aria-labelledby={`${id}-title`}>
      <div className="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Nothing here yet: why, and the way on. */
export function EmptyState({
  drawing,
  title,
  children,
  action,
}: {
  readonly drawing?: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="empty">
      {drawing}
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}
