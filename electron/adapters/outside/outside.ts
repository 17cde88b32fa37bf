/**
 * What a stranger on the operator's network sees of a port: no SSH, no credential, one bare request. A port that answers
 * neither in clear nor by TLS may still be Elasticsearch's transport, whose messages begin with `ES`.
 */
import type { OutsideObserver } from '../../../shared/engine/ports.ts';
import { strangerIsAnswered } from '../../../shared/text/stranger.ts';
import { within } from '../within.ts';
import { askInClear } from './ask-in-clear.ts';
import { askOverTls } from './ask-over-tls.ts';
import { knock } from './knock.ts';

type Observation = Awaited<ReturnType<OutsideObserver['observe']>>;

export interface OutsideObserverOptions {
  /** Budget of each try in milliseconds; default 2000. One observation makes at most four tries. */
  readonly tryMs?: number;
}

export function createOutsideObserver(options: OutsideObserverOptions = {}): OutsideObserver {
  const budget = options.tryMs ?? 2000;
  return {
    async observe(address, port, signal): Promise<Observation> {
      const inTime = () => within(budget, signal);
      const door = await knock(address, port, inTime());
      if (door.state === 'closed') return { state: 'closed', answersStranger: 'no', detail: door.detail };
      if (door.state === 'filtered') return { state: 'filtered', answersStranger: 'no', detail: door.detail };

      const secure = await askOverTls(address, port, inTime());
      if (secure !== undefined) {
        return {
          state: 'tls',
          answersStranger: strangerIsAnswered(secure.status),
          ...(secure.status === undefined ? {} : { status: secure.status }),
          ...(secure.peer === undefined ? {} : { peer: secure.peer }),
          detail: describeTls(secure.status, secure.wantsCertificate),
        };
      }
      const clear = await askInClear(address, port, inTime());
      switch (clear.kind) {
        case 'http':
          return {
            state: 'clear',
            answersStranger: strangerIsAnswered(clear.status),
            status: clear.status,
            detail: `Plain HTTP, status ${clear.status}.`,
          };
        case 'transport':
          return {
            state: 'clear',
            answersStranger: 'unknown',
            detail: 'Elasticsearch transport in clear.',
          };
        case 'other':
          return {
            state: 'clear',
            answersStranger: 'unknown',
            detail: 'Answers in clear, in another protocol than HTTP.',
          };
        case 'silent':
          return {
            state: 'open-silent',
            answersStranger: 'unknown',
            detail: 'Open, and says nothing to TLS, HTTP or the transport protocol.',
          };
      }
    },
  };
}

function describeTls(status: number | undefined, wantsCertificate: boolean): string {
  if (wantsCertificate) return 'TLS that asks for a certificate.';
  return status === undefined ? 'TLS, no HTTP behind it.' : `HTTPS, status ${status}.`;
}

/** With the usual budget. */
export const observeOutside: OutsideObserver = createOutsideObserver();
