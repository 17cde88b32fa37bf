/** What a command needs of the terminal it runs in. Results go to `out`, everything else to `err`. */
export interface Terminal {
  /** One or more lines, without the last line's end. */
  out(text: string): void;
  err(text: string): void;
  /** All of standard input, once. Called only when an option says that secrets come by it. */
  readInput(): Promise<string>;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}
