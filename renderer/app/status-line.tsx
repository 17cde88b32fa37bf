/** The line at the bottom: what runs, where, for how long, and its Cancel. Never a modal. */
import type { Operation } from '../../shared/domain/operation.ts';
import { useClient, useMain } from '../bridge/context.tsx';
import { duration } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';

function Running({ operation, now }: { readonly operation: Operation; readonly now: number }) {
  const client = useClient();
  const hosts = useMain((state) => state.hosts);
  const host = hosts.find((entry) => entry.host.id === operation.hostId)?.host.name;
  const { progress } = operation;
  return (
    <li className="status-work">
      <span className="spinner" aria-hidden="true" />
      <span className="strong">{operation.title}</span>
      {host !== undefined && !operation.title.includes(host) && <span className="muted">on {host}</span>}
      <span className="status-doing">{operation.pause === 'paused' ? 'paused' : operation.doing}</span>
      {progress !== undefined && progress.all > 0 && (
        <>
          <span className="status-track" aria-hidden="true">
            <span
              className="status-fill"
              style={{ width: `${Math.round((100 * progress.done) / progress.all)}%` }}
            />
          </span>
          <span className="figures">
            {progress.done} of {progress.all}
          </span>
        </>
      )}
      <span className="figures muted">{duration(now - Date.parse(operation.startedAt))}</span>
      {operation.cancellable && (
        <button
          type="button"
          className="text-button"
          aria-label={`Cancel ${operation.title}`}
          disabled={operation.state === 'cancelling'}
          onClick={() => void client.operation.cancel({ operationId: operation.id })}
        >
          {operation.state === 'cancelling' ? 'Cancelling…' : 'Cancel'}
        </button>
      )}
    </li>
  );
}

export function StatusLine() {
  const operations = useMain((state) => state.operations);
  const version = useMain((state) => state.app.version);
  const stand = useMain((state) => state.app.developmentRuntime);
  const running = operations.filter((work) => work.state === 'running' || work.state === 'cancelling');
  const now = useNow(running.length > 0);
  return (
    <section className="status-line" aria-label="Running work">
      {running.length === 0 ? (
        <p className="muted">Nothing is running</p>
      ) : (
        <ul>
          {running.slice(0, 3).map((operation) => (
            <Running key={operation.id} operation={operation} now={now} />
          ))}
          {running.length > 3 && <li className="muted">and {running.length - 3} more</li>}
        </ul>
      )}
      <p className="muted status-version">
        {stand && 'Development runtime · '}Bulwark {version}
      </p>
    </section>
  );
}
