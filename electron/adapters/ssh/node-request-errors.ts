/** What can go wrong with a request to a node, as the operator reads it. */
import { type AppError, appError } from '../../../shared/domain/error.ts';
import type { NodeRequest } from '../../../shared/engine/ports.ts';
import { where } from './ssh-errors.ts';

const untouched = (request: NodeRequest) => ({
  hostState: request.method === 'GET' ? ('unchanged' as const) : ('unknown' as const),
});
const target = (request: Pick<NodeRequest, 'address' | 'port'>) => where(request.address, request.port);

export function portClosed(request: Pick<NodeRequest, 'address' | 'port'>, detail: string): AppError {
  return appError(
    'COMMAND_FAILED',
    `Nothing answers on ${target(request)} of the host.`,
    'Check that Elasticsearch runs and on which port it listens.',
    { hostState: 'unchanged', retryable: true, detail: `port-closed: ${detail}` },
  );
}

export function notHttp(request: NodeRequest, detail: string): AppError {
  return appError(
    'COMMAND_FAILED',
    `${target(request)} of the host did not answer in HTTP.`,
    'Check which program listens on this port, and whether it expects TLS.',
    { ...untouched(request), retryable: true, detail: `not-http: ${detail}` },
  );
}

export function tlsError(request: NodeRequest, error: NodeJS.ErrnoException): AppError {
  const trust = /CERT|SELF_SIGNED|ISSUER|SIGNATURE|ALTNAME|UNABLE_TO|HOSTNAME/.test(error.code ?? '');
  return trust
    ? tlsUntrusted(request, `${error.code ?? ''} ${error.message}`)
    : tlsRefused(request, error.message);
}

export function tlsUntrusted(request: NodeRequest, detail: string): AppError {
  return appError(
    'COMMAND_FAILED',
    `The certificate on ${target(request)} is not vouched for by the certificate authority that was expected; nothing was sent.`,
    'Check which certificate the node serves and whether the right authority was chosen.',
    { hostState: 'unchanged', detail: `tls-untrusted: ${detail}` },
  );
}

export function tlsRefused(request: NodeRequest, detail: string): AppError {
  return appError(
    'COMMAND_FAILED',
    `${target(request)} of the host does not speak TLS, or refused it.`,
    'Check whether the node serves this port in clear.',
    { hostState: 'unchanged', detail: `tls-refused: ${detail}` },
  );
}

export function noAnswerInTime(
  request: NodeRequest,
  reached: 'queued' | 'not-connected' | 'connected',
): AppError {
  return appError(
    'COMMAND_DEADLINE',
    `${target(request)} of the host gave no answer within ${request.timeoutSeconds} seconds.`,
    'Check whether the node is starting, overloaded or hung, then try again.',
    { ...untouched(request), retryable: true, detail: reached },
  );
}

export function tooLarge(request: NodeRequest, cap: number): AppError {
  return appError(
    'OUTPUT_TOO_LARGE',
    `${target(request)} answered with more than ${cap} bytes; the rest was not read.`,
    'Ask for less.',
    untouched(request),
  );
}

export function secretToStranger(): AppError {
  return appError(
    'INPUT_INVALID',
    'A credential must not be sent to a node whose certificate is only observed.',
    'Give the certificate authority of the node.',
    { hostState: 'unchanged' },
  );
}
