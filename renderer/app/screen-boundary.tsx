/** Keeps a screen that cannot be drawn from taking the window along: work goes on in main, and other screens still open. */
import { Component, type ReactNode } from 'react';
import { appError } from '../../shared/domain/error.ts';
import { ErrorPanel } from '../ui/error-panel.tsx';

interface Props {
  readonly children: ReactNode;
}

export class ScreenBoundary extends Component<Props, { readonly failure: string | undefined }> {
  override readonly state: { readonly failure: string | undefined } = { failure: undefined };

  static getDerivedStateFromError(error: unknown): { readonly failure: string } {
    return { failure: error instanceof Error ? error.message : 'unknown' };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    return (
      <div className="page">
        <h1>This screen</h1>
        <ErrorPanel
          error={appError(
            'INTERNAL',
            'This screen could not be drawn.',
            'Open another step and come back. Running work is not affected; copy the error and report it.',
            { detail: failure },
          )}
          onRetry={() => this.setState({ failure: undefined })}
        />
      </div>
    );
  }
}
