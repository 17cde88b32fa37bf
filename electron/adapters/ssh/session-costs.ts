/** Counts what a connection costs, in waits for the other side rather than in packets. */
import type { SessionCost } from '../../../shared/engine/ports.ts';

/** Messages after which the client can do nothing but wait, as ssh2 names them in its debug output. */
const waits =
  /^Outbound: Sending (KEXECDH_INIT|KEXDH_INIT|KEXDH_GEX_REQUEST|KEXDH_GEX_INIT|SERVICE_REQUEST|USERAUTH_REQUEST|USERAUTH_INFO_RESPONSE)/;

export class SessionCosts {
  #connections = 0;
  #execs = 0;
  #roundTrips = 0;
  #tunnels = 0;
  readonly #bytesIn: () => number;

  /** @param bytesIn how many bytes the connection has received so far. */
  constructor(bytesIn: () => number) {
    this.#bytesIn = bytesIn;
  }

  /** The TCP connection, and the exchange of versions and key-exchange offers that follows at once: two waits. */
  connected(): void {
    this.#connections += 1;
    this.#roundTrips += 2;
  }

  /** Feeds one line of ssh2's debug output; only waits of handshake and authentication count. */
  handshakeLine(line: string): void {
    if (waits.test(line)) this.#roundTrips += 1;
  }

  exec(): void {
    this.#execs += 1;
  }

  tunnel(): void {
    this.#tunnels += 1;
  }

  wait(times = 1): void {
    this.#roundTrips += times;
  }

  snapshot(): SessionCost {
    return {
      connections: this.#connections,
      execs: this.#execs,
      roundTrips: this.#roundTrips,
      tunnels: this.#tunnels,
      bytesIn: this.#bytesIn(),
    };
  }
}
