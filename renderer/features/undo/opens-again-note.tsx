import { useMain } from '../../bridge/context.tsx';
import { opensAgain, type UndoScope } from './opens-again.ts';

/** What taking this back discloses, said before it is confirmed; nothing where it opens nothing. */
export function OpensAgain({
  hostId,
  scope,
}: {
  /** Every host of the workspace when it is undefined. */
  readonly hostId: string | undefined;
  readonly scope: UndoScope;
}) {
  const hosts = useMain((state) => state.hosts);
  const asked = hosts.filter(({ host }) => hostId === undefined || host.id === hostId);
  const sentences = opensAgain(
    asked.map(({ history }) => history),
    scope,
  );
  return sentences.map((sentence) => <p key={sentence}>{sentence}</p>);
}
