/** What the answer to one bare request, or its failure, says about the language of a port. */
import type { Result } from '../../domain/result.ts';
import type { NodeResponse } from '../../engine/ports.ts';

/**
 * Of a request by TLS. A TLS port shows itself in the handshake, even when it then wants a certificate of ours: either the
 * handshake was over before the connection broke off, or the other side refused it with an alert of TLS.
 */
export function speaksTls(answer: Result<NodeResponse>): boolean {
  if (answer.ok) return answer.value.peer !== undefined;
  const { detail = '' } = answer.error;
  return (
    detail.startsWith('not-http') ||
    /alert (?:number|certificate|handshake)|certificate[ _]required|handshake[ _]failure/i.test(detail)
  );
}

/**
 * Of a request in clear. A clear transport port tells HTTP clients in its own words, which are no HTTP, that it is none
 * (seen on 7.17 to 9.4); a TLS port closes without a byte.
 */
export function speaksTransport(answer: Result<NodeResponse>): boolean {
  const words = answer.ok ? new TextDecoder().decode(answer.value.body) : (answer.error.detail ?? '');
  return /not an HTTP port|Parse Error|HPE_/.test(words);
}
