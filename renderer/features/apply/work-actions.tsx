/** Beside work that runs: holding, going on and cancelling; each takes hold between two steps. */
import type { Operation } from '../../../shared/domain/operation.ts';
import { useClient } from '../../bridge/context.tsx';
import { Button } from '../../ui/patternfly.ts';

export function WorkActions({ work }: { readonly work: Operation }) {
  const client = useClient();
  const ending = work.state === 'cancelling';
  const target = { operationId: work.id };
  return (
    <div className="button-row">
      <Button variant="secondary" isDisabled={ending} onClick={() => void client.operation.cancel(target)}>
        {ending
          ? 'Finishing this step…'
          : work.pause === 'paused'
            ? 'Cancel the rest'
            : 'Cancel after this step'}
      </Button>
      {work.pausable === true &&
        !ending &&
        (work.pause === undefined ? (
          <Button variant="secondary" onClick={() => void client.operation.pause(target)}>
            Pause after this step
          </Button>
        ) : (
          <Button
            variant={work.pause === 'paused' ? 'primary' : 'secondary'}
            onClick={() => void client.operation.resume(target)}
          >
            {work.pause === 'paused' ? 'Go on' : 'Do not pause'}
          </Button>
        ))}
    </div>
  );
}
