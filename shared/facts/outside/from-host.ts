/** What another host sees of a node's port: a bare request through its SSH connection, without a credential. */
import type { Exposure } from '../../domain/finding.ts';
import type { Result } from '../../domain/result.ts';
import type { HostReader, NodeRequest, NodeResponse } from '../../engine/ports.ts';
import { strangerIsAnswered } from '../../text/stranger.ts';
import { speaksTls, speaksTransport } from './speech.ts';

type Seen = Pick<Exposure, 'state' | 'answersStranger' | 'detail'>;

/** Seconds of each of at most two tries. */
const trySeconds = 3;

/**
 * Never fails: what could not be looked at is `not-probed`, with the reason.
 *
 * @param address as the looking host reaches it
 */
export async function observeFromHost(
  reader: Pick<HostReader, 'request'>,
  address: string,
  port: number,
  signal?: AbortSignal,
): Promise<Seen> {
  const ask = (tls: NodeRequest['tls']): Promise<Result<NodeResponse>> =>
    reader.request({ address, port, tls, method: 'GET', path: '/', timeoutSeconds: trySeconds }, signal);
  const overTls = await ask({ caPem: 'observe-only' });
  if (speaksTls(overTls)) {
    const status = overTls.ok ? overTls.value.status : undefined;
    return {
      state: 'tls',
      answersStranger: strangerIsAnswered(status),
      detail: status === undefined ? 'TLS, no HTTP behind it.' : `HTTPS, status ${status}.`,
    };
  }
  const shut = overTls.ok ? undefined : shutDoor(overTls.error);
  if (shut !== undefined) return shut;
  const inClear = await ask(false);
  if (speaksTransport(inClear))
    return { state: 'clear', answersStranger: 'unknown', detail: 'Elasticsearch transport in clear.' };
  if (inClear.ok) {
    const { status } = inClear.value;
    return {
      state: 'clear',
      answersStranger: strangerIsAnswered(status),
      detail: `Plain HTTP, status ${status}.`,
    };
  }
  const { code, detail = '' } = inClear.error;
  const silent = detail.startsWith('not-http') || (code === 'COMMAND_DEADLINE' && detail === 'connected');
  return silent
    ? { state: 'open-silent', answersStranger: 'unknown', detail: 'Open, and says nothing to TLS or HTTP.' }
    : (shutDoor(inClear.error) ?? notLooked(inClear.error.message));
}

/** Undefined: it is not this that kept us out, so asking in clear makes sense. */
function shutDoor(error: Extract<Result<never>, { readonly ok: false }>['error']): Seen | undefined {
  const { code, detail = '', message } = error;
  if (code === 'COMMAND_DEADLINE' && detail === 'connected') return undefined;
  // Whoever waited for a place on the connection, or could not resolve the name, has seen nothing of the port.
  if (code === 'COMMAND_DEADLINE' && detail === 'not-connected')
    return { state: 'filtered', answersStranger: 'no', detail: 'No answer.' };
  if (code !== 'COMMAND_FAILED') return notLooked(message);
  if (!detail.startsWith('port-closed')) return undefined;
  if (/refused/i.test(detail)) return { state: 'closed', answersStranger: 'no', detail: 'Refused.' };
  return /timed out|no route|unreachable/i.test(detail)
    ? { state: 'filtered', answersStranger: 'no', detail: 'Not reachable.' }
    : notLooked(message);
}

function notLooked(reason: string): Seen {
  return { state: 'not-probed', answersStranger: 'unknown', detail: reason };
}
