/** Asks the host how it sees this session. */
import { type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { SeenSession } from './prediction.ts';

// Not privileged: sudo takes SSH_CONNECTION out of the environment.
const script = `${prelude}
id -un
echo "\${SSH_CONNECTION:-}"
`;

/** `client-address client-port server-address server-port` (ssh(1), ENVIRONMENT). */
export function parseSeen(text: string, known: string | undefined): SeenSession {
  const [user = '', connection = ''] = text.split('\n');
  const [address, , , port] = connection.trim().split(' ');
  const number = Number(port);
  return {
    user,
    address: known ?? (address === undefined || address === '' ? undefined : address),
    port:
      port !== undefined && Number.isInteger(number) && number >= 1 && number <= 65_535 ? number : undefined,
  };
}

export async function seenSession(context: ChangeContext): Promise<Result<SeenSession>> {
  const ran = await runChecked(
    context.host,
    { name: 'firewall-session', script, privileged: false, deadlineSeconds: 20 },
    { doing: 'ask how this host sees you' },
    context.signal,
  );
  return ran.ok ? succeed(parseSeen(textOf(ran.value), context.host.seenFrom)) : ran;
}
