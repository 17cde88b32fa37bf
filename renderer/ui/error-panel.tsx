/** An error in three lines: what happened, what state the host is in, what to do next; and the code, small, at the end. */
import type { AppError } from '../../shared/domain/error.ts';
import { hostStateSentences } from '../copy/words.ts';
import { CopyButton } from './copy-button.tsx';
import { Glyph, OutcomeMark } from './marks.tsx';
import { Button } from './patternfly.ts';

function asText(error: AppError): string {
  return [
    error.message,
    error.hostState === undefined ? '' : hostStateSentences[error.hostState],
    error.nextStep,
    error.code,
    error.detail ?? '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

export function ErrorPanel({
  error,
  onDismiss,
  onRetry,
}: {
  readonly error: AppError;
  readonly onDismiss?: (() => void) | undefined;
  readonly onRetry?: (() => void) | undefined;
}) {
  return (
    <div className="error-panel" role="alert" data-testid="error" data-code={error.code}>
      <OutcomeMark outcome="error" size={20} />
      <div className="error-panel-words">
        <p className="strong">{error.message}</p>
        {error.hostState !== undefined && <p>{hostStateSentences[error.hostState]}</p>}
        <p>{error.nextStep}</p>
        {error.detail !== undefined && (
          <details className="fold">
            <summary>Technical detail</summary>
            <pre className="mono-block">{error.detail}</pre>
          </details>
        )}
        <p className="error-panel-code">
          <code>{error.code}</code>
          <CopyButton text={asText(error)} label="Copy the error" />
        </p>
      </div>
      <div className="error-panel-actions">
        {onRetry !== undefined && (
          <Button variant="secondary" onClick={onRetry}>
            Try again
          </Button>
        )}
        {onDismiss !== undefined && (
          <Button
            variant="plain"
            aria-label="Put the error away"
            icon={<Glyph name="close" />}
            onClick={onDismiss}
          />
        )}
      </div>
    </div>
  );
}
