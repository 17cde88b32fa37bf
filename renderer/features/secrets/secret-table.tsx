/** What the vault holds, by name. Values never reach this window: main draws or copies them. */
import { useState } from 'react';
import { type BuiltInUser, builtInUserSchema } from '../../../shared/domain/built-in-users.ts';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button, Caption, Table, Tbody, Td, Th, Thead, Tr } from '../../ui/patternfly.ts';
import { dayAndTime, exactTime } from '../../ui/time.ts';

type Held = { readonly ref: string; readonly about: string; readonly createdAt: string };

/** The user whose password it is, where Bulwark can give that user a new one. */
function rotatable(ref: string): { readonly hostId: string; readonly user: BuiltInUser } | undefined {
  const [, hostId, name] = /^es\/([^/]+)\/([^/]+)$/.exec(ref) ?? [];
  const user = builtInUserSchema.safeParse(name);
  return hostId !== undefined && user.success ? { hostId, user: user.data } : undefined;
}

/** The name in the vault, with the host's name in the place of its id: people know hosts by name. */
export function readableRef(ref: string, nameOf: ReadonlyMap<string, string>): string {
  return ref
    .split('/')
    .map((part) => nameOf.get(part) ?? part)
    .join('/');
}

function SecretRow({
  secret,
  shownRef,
  open,
}: {
  readonly secret: Held;
  readonly shownRef: string;
  readonly open: boolean;
}) {
  const client = useClient();
  const show = useCall(client.vault.show);
  const copy = useCall(client.vault.copy);
  const rotate = useCall(client.plan.rotate);
  const whose = rotatable(secret.ref);
  const [clears, setClears] = useState<number>();
  const copyNow = async (): Promise<void> => {
    setClears((await copy.run({ ref: secret.ref }))?.clearsAfterSeconds);
  };
  const planRotation = async (): Promise<void> => {
    if (whose !== undefined && (await rotate.run(whose)) !== undefined) goTo('apply');
  };
  const error = show.error ?? copy.error ?? rotate.error;
  return (
    <Tr>
      <Th scope="row">
        {secret.about}
        <span className="small muted block mono">{shownRef}</span>
        {error !== undefined && <ErrorPanel error={error} />}
      </Th>
      <Td>
        <time dateTime={secret.createdAt} title={exactTime(secret.createdAt)}>
          {dayAndTime(secret.createdAt)}
        </time>
      </Td>
      <Td className="row-actions">
        <span className="small muted" role="status">
          {clears === undefined ? '' : `Copied. The clipboard is cleared after ${clears} seconds.`}
        </span>
        <Button
          variant="secondary"
          size="sm"
          aria-label={`Show ${secret.about}`}
          isDisabled={!open || show.pending}
          onClick={() => void show.run({ ref: secret.ref })}
        >
          Show
        </Button>
        <Button
          variant="secondary"
          size="sm"
          aria-label={`Copy ${secret.about}`}
          isDisabled={!open || copy.pending}
          onClick={() => void copyNow()}
        >
          Copy
        </Button>
        {whose !== undefined && (
          <Button
            variant="secondary"
            size="sm"
            aria-label={`Replace ${secret.about}`}
            isDisabled={!open || rotate.pending}
            onClick={() => void planRotation()}
          >
            Replace…
          </Button>
        )}
      </Td>
    </Tr>
  );
}

export function SecretTable() {
  const vault = useMain((state) => state.vault);
  const hosts = useMain((state) => state.hosts);
  const nameOf = new Map(hosts.map(({ host }) => [host.id, host.name]));
  if (vault.secrets.length === 0) {
    return (
      <p className="muted">
        Nothing yet. Passwords that Bulwark generates while applying are put here before a host is touched.
      </p>
    );
  }
  return (
    <Table role="table" variant="compact" gridBreakPoint="">
      <Caption className="sr-only">What the vault holds</Caption>
      <Thead>
        <Tr>
          <Th scope="col">Secret</Th>
          <Th scope="col">Made</Th>
          <Th scope="col">
            <span className="sr-only">Actions</span>
          </Th>
        </Tr>
      </Thead>
      <Tbody>
        {vault.secrets.map((secret) => (
          <SecretRow
            key={secret.ref}
            secret={secret}
            shownRef={readableRef(secret.ref, nameOf)}
            open={vault.state === 'unlocked'}
          />
        ))}
      </Tbody>
    </Table>
  );
}
