/** The shape of a fact source: a static probe for the host and a pure parser for what it printed. */
import type { Fact } from '../domain/fact.ts';
import type { KibanaKeystoreCodec } from './ports.ts';

/** What a probe printed, framed by a nonce, with its own exit status; a hung or binary probe spoils only its own frame. */
export interface ProbeFrame {
  readonly exitCode: number;
  /** True when the probe was ended by its deadline or cut at its size limit. */
  readonly timedOut: boolean;
  readonly truncated: boolean;
  readonly output: Uint8Array;
}

export interface ParseContext {
  /** ISO 8601 time of the reading. */
  readonly at: string;
  /** Whether the script ran as root. */
  readonly privileged: boolean;
  /** To tell names and lengths in Kibana's keystore; without it the keystore stays closed. */
  readonly kibana?: KibanaReading;
}

export interface KibanaReading {
  readonly open: KibanaKeystoreCodec['open'];
  /** Of a key, to compare it with others of the same run of the app; must not lead back to it. */
  readonly print: (value: string) => string;
}

export interface FactSource<Id extends string = string, T = unknown> {
  readonly id: Id;
  /**
   * POSIX sh, GNU and BusyBox. Runs in a subshell after the shared prelude (which finds the Elasticsearch process, unit,
   * home and configuration directory and exports ES_PID, ES_HOME, ES_PATH_CONF, ES_UNIT…). Must not write anywhere.
   */
  readonly probe: string;
  /** 1 to 30. */
  readonly deadlineSeconds: number;
  /** Bytes; output beyond is cut and marked. */
  readonly maxBytes: number;
  parse(frame: ProbeFrame, context: ParseContext): Fact<T>;
}
